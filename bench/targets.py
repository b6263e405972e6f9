"""What is demanded of each figure, and whether it was reached."""

from collections.abc import Sequence
from typing import NamedTuple


class Target(NamedTuple):
    """A figure's demand: reached at `least`, hoped for at `aim`; `most` says that less is better."""

    least: float
    aim: float
    most: bool = False

    def verdict(self, measured: float) -> str:
        """missed, met or aim met."""
        for demand, word in ((self.aim, "aim met"), (self.least, "met")):
            if measured <= demand if self.most else measured >= demand:
                return word
        return "missed"


class Row(NamedTuple):
    """A line of the table: one or two figures with their demands. `spoiled`: why they do not count, if so."""

    key: str
    name: str
    unit: str
    targets: tuple[Target, ...]
    measured: tuple[float, ...] = ()
    spoiled: str = ""

    @property
    def verdict(self) -> str:
        """The worst verdict of its figures."""
        if not self.measured:
            return "not measured"
        if self.spoiled:
            return "missed"
        words = [target.verdict(value) for target, value in zip(self.targets, self.measured, strict=True)]
        return min(words, key=["missed", "met", "aim met"].index)


def _at_most(least: float, aim: float) -> Target:
    return Target(least, aim, most=True)


ROWS: Sequence[Row] = (
    Row("accept", "accept, ratio to the reference, 1 worker, 48 connections", "×", (Target(0.75, 1.4),)),
    Row("post", "POST p50 / p99 at 300/s open loop", "ms", (_at_most(6, 4), _at_most(30, 15))),
    Row(
        "owned",
        "POST → owner named, p50 / p99 at 100/s, real Kafka, processes apart",
        "ms",
        (_at_most(25, 12), _at_most(80, 40)),
    ),
    Row(
        "journeys",
        "journeys through all six, processes apart on Kafka, lag not growing",
        "/s",
        (Target(120, 300),),
    ),
    Row("together", "the same in one process on the embedded log", "/s", (Target(80, 200),)),
    Row("relay", "relay, outbox to Kafka with journal", "/s", (Target(12_000, 20_000),)),
    Row("sla_due_dates", "due dates in a working calendar, one process", "/s", (Target(200_000, 500_000),)),
    Row(
        "customer_view",
        "customer view over HTTP, p95, one at a time, 5 complaints per customer",
        "ms",
        (_at_most(50, 10),),
    ),
    Row(
        "customer_import",
        "customers entered, known ones changed, JSON / CSV, all their keys",
        "/s",
        (Target(5_000, 10_000), Target(5_000, 10_000)),
    ),
    Row(
        "assignment",
        "who gets a complaint, 10,000 staff, all in one department, p99",
        "ms",
        (_at_most(1, 0.5),),
    ),
    Row("rules", "200 routing rules, one complaint, p50 / p99", "ms", (_at_most(1, 0.3), _at_most(1, 0.5))),
    Row(
        "sla_fired",
        "due timers fired with their events in the outbox, 1 connection",
        "/s",
        (Target(12_000, 30_000),),
    ),
    Row(
        "sla_at_once",
        "100,000 due in one second, until the last event is in the outbox",
        "s",
        (_at_most(10, 3),),
    ),
    Row("sla_promises", "promises made from events", "/s", (Target(2_000, 5_000),)),
    Row("sla_grown", "firing at 10 M open against 100,000 (part sla_growth)", "×", (_at_most(1.5, 1.25),)),
    Row("sla_look", "idle look at 10 M open (part sla_growth)", "ms", (_at_most(1, 0.2),)),
    Row(
        "sla_recompute",
        "1 M open promises counted again after a change of calendar (part sla_growth)",
        "s",
        (_at_most(300, 60),),
    ),
    Row(
        "memory",
        "memory: one service process / all in one (RSS)",
        "MiB",
        (_at_most(150, 100), _at_most(250, 180)),
    ),
)
