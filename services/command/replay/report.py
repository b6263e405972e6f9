"""What a replay tells at its end: what became of each row, and whether every complaint arrived everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.cells import cell_len

from services.command.reader import ENGLISH, half

from .conservation import Difference, Ledger, Place
from .make_contact import Dated
from .report_texts import FINDINGS, TEXTS
from .tally import Outcome, Tally

IDS_SHOWN = 20


@dataclass(frozen=True)
class Report:
    """Everything the report says.

    seconds: posting the rows. waited: until the services had caught up, or were given up. stopped_at: the
    last line that is accounted for, if it did not reach the end. silent: services that did not tell what
    they have, and why. differences: what does not balance.
    """

    file: str
    source: str
    seconds: float
    tally: Tally
    rejects_file: str
    ledger: Ledger | None = None
    waited: float = 0.0
    differences: Sequence[Difference] = ()
    silent: Mapping[Place, str] = field(default_factory=dict)
    stopped_at: int | None = None
    trouble: str | None = None

    @property
    def balances(self) -> bool:
        """True if it reached the end of the file and nothing is missing anywhere."""
        return self.ledger is not None and not self.differences and not self.silent

    def as_json(self) -> dict[str, Any]:
        """The whole report, with all ids."""
        tally = self.tally
        return {
            "file": self.file,
            "source": self.source,
            "seconds": round(self.seconds, 3),
            "waited": round(self.waited, 3),
            "balances": self.balances,
            "rows": {
                "read": tally.read,
                **{outcome.value: tally.outcomes[outcome] for outcome in Outcome},
                "rejected": tally.rejected.total(),
                "unanswered": tally.unanswered,
            },
            "rejected": {reason.value: count for reason, count in tally.rejected.most_common()},
            "rejects_file": self.rejects_file,
            "dates": {"none": tally.dated[Dated.NONE], **self._dates_in_doubt()},
            "stopped": None
            if self.stopped_at is None
            else {"after_line": self.stopped_at, "why": half(self.trouble or "interrupted", ENGLISH)},
            "complaints": self._complaints(),
            "differences": [
                {"finding": one.finding.value, "count": one.total, "ids": [str(id_) for id_ in one.ids]}
                for one in self.differences
            ],
            "silent": {place.value: half(why, ENGLISH) for place, why in self.silent.items()},
        }

    def as_text(self, language: str) -> str:
        """The report for people, in zh-CN or English, with the first ids of each difference."""
        say = _Sayer(language)
        tally = self.tally
        say("title", file=self.file, source=self.source)
        say.row("read", tally.read)
        for outcome in Outcome:
            say.row(outcome.value, tally.outcomes[outcome])
        say.row("rejected", tally.rejected.total())
        for reason, count in tally.rejected.most_common():
            say.lines.append(f"    {count:>8}  {reason}")
        if tally.unanswered:
            say.row("unanswered", tally.unanswered)
        for name, count in {"undated": tally.dated[Dated.NONE], **self._dates_in_doubt()}.items():
            if count or name == "ambiguous":
                say.row(name, count)
        if tally.rejected:
            say("rejects_file", path=self.rejects_file)
        taken = tally.outcomes.total()
        say("took", seconds=f"{self.seconds:.1f}", rate=f"{taken / max(self.seconds, 0.001):.0f}")
        if self.stopped_at is not None:
            say(
                "stopped_because" if self.trouble else "stopped",
                line=self.stopped_at,
                why=half(self.trouble or "", language),
            )
        if self.ledger is not None:
            self._say_conservation(say, self.ledger)
        return "\n".join(say.lines)

    def _say_conservation(self, say: "_Sayer", ledger: Ledger) -> None:
        tally = self.tally
        say.lines.append("")
        say.row("complaints", len(tally.complaints))
        for place in Place:
            say.row(place.name.lower(), ledger.arrived(place))
        without, share = ledger.without_trouble, self._share_without_trouble(ledger)
        say("without_trouble", count=without, share=f"{share:.1%}")
        skipped = ", ".join(f"{reason} {count}" for reason, count in ledger.skipped.most_common())
        say(
            "receipts",
            sent=ledger.sent,
            skipped=ledger.skipped.total(),
            reasons=f" ({skipped})" if skipped else "",
        )
        say("waited", seconds=f"{self.waited:.1f}")
        for place, why in self.silent.items():
            say("silent", service=place.value, why=half(why, say.language))
        for one in self.differences:
            say(
                "difference",
                count=one.total,
                what=FINDINGS[one.finding][say.place],
                finding=one.finding.value,
            )
            say.lines += [f"    {id_}" for id_ in one.ids[:IDS_SHOWN]]
            if len(one.ids) > IDS_SHOWN:
                say("more_ids", count=len(one.ids) - IDS_SHOWN)
        say("balances" if self.balances else "does_not_balance")

    def _share_without_trouble(self, ledger: Ledger) -> float:
        return ledger.without_trouble / max(1, ledger.arrived(Place.RECEIVED))

    def _dates_in_doubt(self) -> dict[str, int]:
        return {kind.value: self.tally.dated[kind] for kind in (Dated.AMBIGUOUS, Dated.UNREADABLE)}

    def _complaints(self) -> dict[str, Any] | None:
        ledger = self.ledger
        if ledger is None:
            return None
        return {
            "of_this_file": len(self.tally.complaints),
            "created": len(self.tally.created),
            **{place.name.lower(): ledger.arrived(place) for place in Place},
            "without_trouble": ledger.without_trouble,
            "share_without_trouble": round(self._share_without_trouble(ledger), 4),
            "kinds": dict(ledger.kinds),
            "receipts_sent": ledger.sent,
            "receipts_skipped": dict(ledger.skipped),
        }


class _Sayer:
    """Collects lines in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.place = 1 if language == "zh-CN" else 0
        self.lines: list[str] = []

    def __call__(self, name: str, **facts: object) -> None:
        self.lines.append(TEXTS[name][self.place].format_map(facts))

    def row(self, name: str, count: int) -> None:
        label = TEXTS[name][self.place]
        self.lines.append(f"  {label}{' ' * max(1, 16 - cell_len(label))}{count:>8}")
