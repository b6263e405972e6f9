"""Decides after each closed complaint, once, on one fitting offer or on none, and stores and tells it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.marketing import OfferProposed, OfferWithheld
from shared.events.routing import ComplaintClosed
from shared.events.vocabulary import Channel, Grade, Severity, WithholdReason

from .choose_offer import Choice, Need, choose_offer
from .gate import Situation, gate
from .known_facts import close_and_look_back, words_of
from .metrics import count_decisions
from .person_consent import consents
from .policy import MarketingPolicy

_STORE = Statement(
    "INSERT INTO decision SELECT * FROM jsonb_populate_recordset(CAST(NULL AS decision), CAST(:decisions AS jsonb))"
)


async def decide_offers(
    policy: MarketingPolicy, tx: Transaction, closed: Sequence[Envelope[ComplaintClosed]]
) -> None:
    """Decide as if these complaints closed one after the other: of one customer's, the last one counts."""
    causes = {envelope.event.complaint_id: envelope for envelope in closed}
    undecided = await close_and_look_back(tx, closed, policy)
    still_open = Counter(facts["person_id"] for facts in undecided)
    offered: Counter[UUID] = Counter()
    rows = []
    for facts in undecided:
        person_id, cause = facts["person_id"], causes[facts["complaint_id"]]
        still_open[person_id] -= 1
        facts["other_open"] += still_open[person_id]
        facts["offers"] += offered[person_id]
        reasons, choice = _decide(facts, cause.event, policy)
        offered[person_id] += choice is not None
        row = _row(tx, facts, reasons, choice, policy)
        rows.append(row)
        tx.publish(_told(row), because_of=cause)
    if rows:
        await tx.fetch(_STORE, {"decisions": rows})
        count_decisions(tx, [tuple(row["reasons"]) for row in rows])


def _decide(
    facts: dict[str, Any], closed: ComplaintClosed, policy: MarketingPolicy
) -> tuple[tuple[WithholdReason, ...], Choice | None]:
    """The reasons to offer nothing, or the offer."""
    severity = Severity(facts["severity"])
    reasons = gate(
        Situation(
            ground=closed.ground,
            satisfied=facts["satisfied"] if facts["answered_round"] == closed.round else None,
            severity=severity,
            case_type=facts["case_type"],
            category=facts["category"],
            repeat_index=facts["repeat_index"],
            reopenings=facts["reopenings"],
            other_open=facts["other_open"],
            complaints=facts["complaints"],
            offers=facts["offers"],
            consent=consents(words_of(facts), facts["merged_at"]),
        ),
        policy,
    )
    if reasons:
        return reasons, None
    need = Need(
        facts["case_type"], facts["category"], Grade(facts["grade"]), severity, Channel(facts["channel"])
    )
    choice = choose_offer(need, policy)
    return ((), choice) if choice else ((WithholdReason.NOTHING_FITS,), None)


def _row(
    tx: Transaction,
    facts: dict[str, Any],
    reasons: tuple[WithholdReason, ...],
    choice: Choice | None,
    policy: MarketingPolicy,
) -> dict[str, Any]:
    template = policy.offers[choice.template] if choice else None
    return {
        "decision_id": uuid7(),
        "complaint_id": facts["complaint_id"],
        "customer_id": facts["customer_id"],
        "decision": "OFFERED" if choice else "WITHHELD",
        "reasons": list(reasons),
        "offer_id": uuid7() if choice else None,
        "template": choice.template if choice else None,
        "family": template.family if template else None,
        "fit": choice.fit if choice else None,
        "texts": template.texts if template else None,
        "policy_version": policy.version,
        "decided_at": tx.now,
    }


def _told(row: dict[str, Any]) -> OfferProposed | OfferWithheld:
    told = OfferProposed if row["decision"] == "OFFERED" else OfferWithheld
    return told(**{name: row[name] for name in told.model_fields})
