"""Fills in words of a contact that came after it, judges its complaint by the whole again, and tells what is worse."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.intake import ComplaintJudgedAgain
from shared.events.vocabulary import Channel, Duty, Grade, Severity, Tag

from .case_type import CaseType
from .decide_duties import decide_duties
from .duties import NewDuty, take_on
from .judge_again import Standing, judge_again
from .judge_risk import Risk
from .policy import IntakePolicy
from .raise_severity import Found, raise_by_amount, raise_by_grade
from .read_contact import ContactReader
from .score_priority import Priority, score_priority

_FILL_IN = Statement(
    """
    UPDATE contact SET text = :text
    WHERE channel = :channel AND provider = :provider AND contact_key = :key AND text <> :text
    RETURNING contact_id, complaint_id
    """
)
_OPEN = Statement(
    """
    SELECT complaint.severity, severity_rule, case_type, tags, risk_score, risk_reasons, abusive,
           coalesce(tells_of_trouble, true), complaint.customer_id, complaint.grade, category, amount_in_dispute,
           monthly_fee, repeat_index
    FROM complaint LEFT JOIN customer USING (customer_id)
    WHERE complaint_id = :complaint AND resolved_at IS NULL AND status <> 'CLOSED'
    """
)
_SAVE = Statement(
    """
    WITH noted AS (
        INSERT INTO history (complaint_id, publisher, sequence, at, what, detail)
        VALUES (:complaint, 'intake', :sequence, now(), 'complaint_judged_again', :detail)
    ), heard AS (
        UPDATE heard SET about = :case_type WHERE complaint_id = :complaint AND NOT by_category
    )
    UPDATE complaint SET severity = :severity, severity_rule = :severity_rule, case_type = :case_type,
        tags = CAST(:tags AS text[]), risk_score = :risk_score, risk_reasons = CAST(:risk_reasons AS text[]),
        priority = :priority, priority_class = :priority_class, abusive = :abusive, tells_of_trouble = :troubled
    WHERE complaint_id = :complaint
    """
)


class _Whole(NamedTuple):
    """A contact with its whole text."""

    contact_id: UUID
    complaint_id: UUID
    channel: Channel
    text: str


class LateWords:
    """Knows policy and word rules, and has no other state."""

    def __init__(self, policy: IntakePolicy, reader: ContactReader) -> None:
        self._policy = policy
        self._reader = reader
        self._zone = ZoneInfo(policy.receipt.zone)

    async def fill_in(self, tx: Transaction, channel: Channel, provider: str, key: str, text: str) -> None:
        """Give a contact its whole text; nothing happens if it has that already, or there is no such contact."""
        values = {"channel": channel, "provider": provider, "key": key, "text": text}
        for contact, complaint in await tx.fetch(_FILL_IN, values):
            await tx.lock([str(complaint)])
            for row in await tx.fetch(_OPEN, {"complaint": complaint}):
                await self._judge(tx, _Whole(contact, complaint, channel, text), row)

    async def _judge(self, tx: Transaction, whole: _Whole, row: Sequence[Any]) -> None:
        before = _standing(row)
        customer, grade, category, amount, monthly_fee, repeat_index = row[8:]
        judgement = self._reader.judge(whole.text, category, amount)
        found = Found(judgement.severity, judgement.severity_rule)
        found = raise_by_amount(found, amount, monthly_fee, self._policy.severity.amount)
        found = raise_by_grade(
            found, (*before.tags, *judgement.tags), Grade(grade), self._policy.severity.outage
        )
        after = judge_again(before, found, judgement, self._policy.risk)
        if after == before:
            return
        priority = score_priority(
            after.severity,
            Grade(grade),
            self._policy.priority,
            repeat_index=repeat_index,
            risk_score=after.risk.score,
            day=tx.now.astimezone(self._zone).date(),
        )
        event = ComplaintJudgedAgain(
            complaint_id=whole.complaint_id,
            contact_id=whole.contact_id,
            customer_id=customer,
            channel=whole.channel,
            was=before.severity,
            severity=after.severity,
            severity_rule=after.severity_rule,
            case_type=after.case_type,
            tags=after.tags,
            risk_score=after.risk.score,
            priority=priority.score,
            priority_class=priority.priority_class,
            judged_at=tx.now,
            policy_version=self._policy.version,
        )
        sequence = tx.publish(event).sequence
        detail = f"{before.severity} {after.severity} {after.severity_rule}"
        told = {"complaint": whole.complaint_id, "sequence": sequence, "detail": detail}
        await tx.fetch(_SAVE, _columns(after, priority) | told)
        duties = self._new_duties(before, after)
        await take_on(tx, [NewDuty(whole.complaint_id, customer, *duty) for duty in duties], self._policy)

    def _new_duties(self, before: Standing, after: Standing) -> list[tuple[Duty, float]]:
        """SEV-1: what only the late words ask for."""
        policy = self._policy.duties
        had = decide_duties(before.tags, identified=True, policy=policy)
        asked = decide_duties(after.tags, identified=True, policy=policy)
        return [(duty, seconds) for duty, seconds in asked.items() if duty not in had]


def _standing(row: Sequence[Any]) -> Standing:
    severity, rule, case_type, tags, score, reasons, abusive, troubled = row[:8]
    return Standing(
        Severity(severity),
        rule,
        CaseType(case_type),
        tuple(map(Tag, tags)),
        Risk(score, tuple(reasons)),
        abusive,
        troubled,
    )


def _columns(after: Standing, priority: Priority) -> dict[str, Any]:
    return {
        "severity": after.severity,
        "severity_rule": after.severity_rule,
        "case_type": after.case_type,
        "tags": list(after.tags),
        "risk_score": after.risk.score,
        "risk_reasons": list(after.risk.reasons),
        "priority": priority.score,
        "priority_class": priority.priority_class,
        "abusive": after.abusive,
        "troubled": after.tells_of_trouble,
    }
