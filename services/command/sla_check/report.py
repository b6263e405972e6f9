"""What a check has found, in lines for people."""

from .check import SHOWN, Differing, Findings


def report(findings: Findings, policy: str | None) -> list[str]:
    """The findings in lines."""
    lines = [f"{findings.rows} rows, {len(findings.unreadable)} of them cannot be read"]
    lines += [f"  line {row.line}: {row.reason}" for row in findings.unreadable[:SHOWN]]
    agrees, judged = findings.agreement
    if judged:
        lines += ["", f"late or in time: {_share(agrees, judged)} agree with the record"]
        lines += [
            f"  {count} {what}"
            for what, count in sorted(findings.verdicts.items())
            if what not in {"agrees", "differs"}
        ]
        lines += _differing(findings.verdicts_differing)
    if findings.told:
        lines += ["", "the time in the closing text:"]
        lines += [f"  {count:6} {what}" for what, count in findings.told.most_common()]
    if policy is not None:
        lines += _targets(findings, policy)
    return lines


def _targets(findings: Findings, policy: str) -> list[str]:
    equal, compared = findings.equal
    lines = [
        "",
        f"targets computed from the opening by policy {policy}: {_share(equal, compared)} equal to the minute",
    ]
    for kind, classes in findings.classes.items():
        lines.append(f"  {kind}")
        lines += [f"    {count:6} {found}" for found, count in classes.most_common()]
    return lines + _differing(findings.targets_differing)


def _differing(rows: list[Differing]) -> list[str]:
    lines = [
        f"  line {row.line}: opened {row.opened:%Y-%m-%d %H:%M:%S %a}, recorded {row.recorded}, ours {row.ours}"
        + (f" ({row.kind})" if row.kind else "")
        for row in rows[:SHOWN]
    ]
    return [f"first differences of {len(rows)}:", *lines] if rows else []


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2%})" if whole else "none"
