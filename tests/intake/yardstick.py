"""Holds what intake understands against 300 rows labelled by hand, and prints precision and recall.

python -m tests.intake.yardstick

labels.csv has source, row id and severity, empty for what is no complaint: a row is a complaint if somebody says that
something went wrong and would have it put right; questions, suggestions, greetings and scraps are none. One person
labelled them, from the words alone, and has also chosen the words of the policy: the figures flatter both. When words
are changed, only errors of the half that is open to view are looked at; the other half is held out, and printed apart.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from services.intake.judge_severity import SeverityRules
from services.intake.policy import IntakePolicy
from shared.runtime.policy import load_policy

LABELS = Path(__file__).parent / "labels.csv"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = {
    "calls": ("telecom_calls_zh.csv", "id", ("sentence",)),
    "messages": ("public_messages_zh.csv", "留言编号", ("留言主题", "留言详情")),
}


class Judged(NamedTuple):
    """A labelled row and what intake says of it; severities are empty for no complaint."""

    source: str
    labelled: str
    found: str


class Score(NamedTuple):
    """right: of both; found: by intake; labelled: by hand."""

    right: int
    found: int
    labelled: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of what is right that was found."""
        return self.right / self.labelled if self.labelled else 0.0


def labels() -> list[tuple[str, str, str]]:
    """Source, row id and severity of every labelled row."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [(row["source"], row["row"], row["severity"]) for row in csv.DictReader(file)]


def texts() -> dict[tuple[str, str], str]:
    """The text of every row of the sample data by source and id; empty where they are not here."""
    found: dict[tuple[str, str], str] = {}
    for source, (name, key, columns) in FILES.items():
        if (DATA / name).exists():
            with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    found[source, row[key]] = "\n".join(row[column] for column in columns)
    return found


def held_out(row: str) -> bool:
    """Whether the errors in a row are not to be looked at when words are chosen: about half, for ever the same."""
    return crc32(row.encode()) % 2 == 1


def judge(rows: Iterable[tuple[str, str, str]]) -> list[Judged]:
    """Source, text and labelled severity of rows → what intake says of them."""
    policy = load_policy(IntakePolicy, "intake")
    rules = SeverityRules(policy.severity, policy.abuse, policy.trouble, policy.headings)
    judged = []
    for source, text, labelled in rows:
        found = rules.judge(text)
        judged.append(Judged(source, labelled, found.severity.value if found.tells_of_trouble else ""))
    return judged


def score(judged: Sequence[Judged], severity: str = "") -> Score:
    """How well complaints are told from the rest; of one severity, how well that is found."""

    def counts(value: str) -> bool:
        return value == severity if severity else value != ""

    return Score(
        sum(counts(one.found) and counts(one.labelled) for one in judged),
        sum(counts(one.found) for one in judged),
        sum(counts(one.labelled) for one in judged),
    )


def report(judged: Sequence[Judged]) -> str:
    """The figures, one line each."""
    lines = [f"{'':<28}{'precision':>10}{'recall':>8}{'right':>7}{'found':>7}{'labelled':>10}"]
    for source in ("all", *FILES):
        some = [one for one in judged if source in {"all", one.source}]
        for severity in ("", "S1", "S2", "S3", "S4"):
            found = score(some, severity)
            name = f"{source}: {severity or 'complaint or not'}"
            lines.append(
                f"{name:<28}{found.precision:>10.2f}{found.recall:>8.2f}{found.right:>7}{found.found:>7}"
                f"{found.labelled:>10}"
            )
    return "\n".join(lines)


def main() -> int:
    """Print the report; 1 if the sample data are not here."""
    known = texts()
    if not known:
        print(f"the sample data are not in {DATA.name}")
        return 1
    for what, halves in (("all rows", (False, True)), ("held out", (True,)), ("open to view", (False,))):
        rows = [
            (source, known[source, row], label) for source, row, label in labels() if held_out(row) in halves
        ]
        print(f"{what}, {len(rows)}\n{report(judge(rows))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
