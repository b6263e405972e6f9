"""What a check has found, in lines for people."""

from services.command.reader import half

from .check import SHOWN, Differing, Findings
from .report_texts import TEXTS, found_in


def report(findings: Findings, policy: str | None, language: str = "en") -> list[str]:
    """The findings in lines, in zh-CN or English."""
    return _Report(language).lines(findings, policy)


class _Report:
    def __init__(self, language: str) -> None:
        self._language = language

    def lines(self, findings: Findings, policy: str | None) -> list[str]:
        lines = [self._say("rows", rows=findings.rows, unreadable=len(findings.unreadable))]
        lines += [
            self._say("unreadable", line=row.line, reason=half(row.reason, self._language))
            for row in findings.unreadable[:SHOWN]
        ]
        agrees, judged = findings.agreement
        if judged:
            lines += ["", self._say("verdicts", share=self._share(agrees, judged))]
            lines += [
                f"  {count} {found_in(self._language, what)}"
                for what, count in sorted(findings.verdicts.items())
                if what not in {"agrees", "differs"}
            ]
            lines += self._differing(findings.verdicts_differing)
        if findings.told:
            lines += ["", self._say("told")]
            lines += [
                f"  {count:6} {found_in(self._language, what)}" for what, count in findings.told.most_common()
            ]
        return lines if policy is None else lines + self._targets(findings, policy)

    def _targets(self, findings: Findings, policy: str) -> list[str]:
        lines = ["", self._say("targets", policy=policy, share=self._share(*findings.equal))]
        for kind, classes in findings.classes.items():
            lines.append(f"  {kind}")
            lines += [
                f"    {count:6} {found_in(self._language, found)}" for found, count in classes.most_common()
            ]
        return lines + self._differing(findings.targets_differing)

    def _differing(self, rows: list[Differing]) -> list[str]:
        lines = [
            self._say(
                "one",
                line=row.line,
                opened=f"{row.opened:%Y-%m-%d %H:%M:%S %a}",
                recorded=found_in(self._language, row.recorded),
                ours=found_in(self._language, row.ours),
            )
            + (self._say("kind", kind=row.kind) if row.kind else "")
            for row in rows[:SHOWN]
        ]
        return [self._say("differing", count=len(rows)), *lines] if rows else []

    def _share(self, part: int, whole: int) -> str:
        if not whole:
            return self._say("none")
        return self._say("share", part=part, whole=whole, percent=f"{part / whole:.2%}")

    def _say(self, name: str, **facts: object) -> str:
        return TEXTS[name][self._language != "en"].format_map(facts)
