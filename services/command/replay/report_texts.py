"""The words of the report, each in English and Chinese."""

from .conservation import Finding

TEXTS = {
    "title": ("Replay of {file} as {source}", "回放 {file}（来源 {source}）"),
    "read": ("read", "读取"),
    "created": ("created", "新建"),
    "attached": ("attached", "并入已有投诉"),
    "already_known": ("already known", "早已受理"),
    "rejected": ("rejected", "拒收"),
    "unanswered": ("unanswered", "未得到答复"),
    "undated": ("without a date", "没有日期"),
    "ambiguous": ("ambiguous dates", "日期有歧义"),
    "unreadable": ("unreadable dates", "日期无法识别"),
    "rejects_file": ("  rejected rows are listed in {path}", "  拒收的行列在 {path}"),
    "took": ("  took {seconds} s, {rate} rows a second", "  用时 {seconds} 秒，每秒 {rate} 行"),
    "waited": ("  compared {seconds} s after the last row", "  最后一行提交后 {seconds} 秒完成核对"),
    "stopped": (
        "Stopped: everything up to line {line} is done. Run the same command again to go on.",
        "已停止：第 {line} 行及之前均已处理。再次运行同一命令即可继续。",
    ),
    "stopped_because": (
        "Stopped: {why}. Everything up to line {line} is done. Run the same command again to go on.",
        "已停止：{why}。第 {line} 行及之前均已处理。再次运行同一命令即可继续。",
    ),
    "complaints": ("complaints", "投诉件数"),
    "received": ("received", "已登记"),
    "owned": ("owned", "有责任人"),
    "promised": ("promised", "有承诺"),
    "acknowledged": ("acknowledged", "已告知"),
    "without_trouble": (
        "  may be no complaints: {count} ({share}) tell of nothing that went wrong",
        "  可能并非投诉：{count}（{share}）未提及任何问题",
    ),
    "receipts": (
        "  receipts: {sent} sent, {skipped} skipped with a reason{reasons}",
        "  受理回执：已发送 {sent}，有原因地未发送 {skipped}{reasons}",
    ),
    "silent": ("{service} did not tell what it has: {why}", "{service} 未提供数据：{why}"),
    "difference": ("{count} {what} [{finding}]", "{count} {what} [{finding}]"),
    "more_ids": ("    and {count} more; --json lists all", "    另有 {count} 件；--json 列出全部"),
    "balances": (
        "It balances: every row is accounted for, and every complaint has an owner, promises and a receipt.",
        "账目相符：每一行都有着落，每件投诉都有责任人、承诺和回执。",
    ),
    "does_not_balance": ("It does not balance.", "账目不符。"),
    "posting": ("posting", "提交"),
    "waiting": ("waiting for", "等待"),
    "posted": ("{taken} taken, {rejected} rejected", "已受理 {taken}，拒收 {rejected}"),
    "left": (
        "intake {intake}, routing {routing}, sla {sla}, notify {notify}",
        "尚缺：登记 {intake}，责任人 {routing}，承诺 {sla}，告知 {notify}",
    ),
}

FINDINGS = {
    Finding.ROWS_UNACCOUNTED: ("rows of which nothing is known", "行下落不明"),
    Finding.ROWS_FAILED: ("rows at which intake failed again and again", "行在 intake 反复出错，未能受理"),
    Finding.CREATED_TWICE: ("complaints were created by two rows each", "件投诉各由两行新建"),
    Finding.NOT_RECEIVED: (
        "complaints were answered for, but intake does not list them",
        "件投诉已答复受理，但 intake 没有列出",
    ),
    Finding.NOT_OWNED: ("complaints have no owner", "件投诉没有责任人"),
    Finding.NOT_PROMISED: ("complaints lack a promise", "件投诉缺少承诺"),
    Finding.NOT_ACKNOWLEDGED: ("complaints have no receipt", "件投诉没有回执"),
    Finding.RECEIPT_FAILED: ("receipts could not be delivered", "件回执发送失败"),
    Finding.RECEIPT_UNKNOWN: ("receipts may or may not have been delivered", "件回执是否送达不明"),
    Finding.OWNED_BUT_NEVER_RECEIVED: (
        "complaints have an owner, but intake does not know them",
        "件投诉有责任人，但 intake 没有登记",
    ),
    Finding.PROMISED_BUT_NEVER_RECEIVED: (
        "complaints have promises, but intake does not know them",
        "件投诉有承诺，但 intake 没有登记",
    ),
    Finding.ACKNOWLEDGED_BUT_NEVER_RECEIVED: (
        "complaints have a receipt, but intake does not know them",
        "件投诉有回执，但 intake 没有登记",
    ),
}
