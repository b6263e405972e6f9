"""The doors of marketing: what was decided after each complaint, and what an adviser may say."""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router

from .known_facts import words_of
from .person_consent import consents

router = service_router("marketing", tags=["marketing"])

_SHOWN = """
    SELECT decision_id, complaint_id, customer_id, decision, reasons, offer_id, template, family, fit,
           policy_version, decided_at
    FROM decision
"""
_LIST = Statement(f"{_SHOWN} WHERE decision_id > :after ORDER BY decision_id LIMIT :limit")
_OF_COMPLAINT = Statement(f"{_SHOWN} WHERE complaint_id = :complaint")
_OFFER = Statement(
    """
    SELECT offer_id, complaint_id, decision.customer_id, template, family, fit, texts, decided_at,
        (SELECT count(*) FROM customer member JOIN complaint c ON c.customer_id = member.customer_id
         WHERE member.person_id = customer.person_id AND c.closed_at IS NULL) AS still_open,
        words.*,
        (SELECT max(merged_at) FROM customer_merge WHERE NOT undone AND customer_id IN (
            SELECT customer_id FROM customer m WHERE m.person_id = customer.person_id)) AS merged_at
    FROM decision JOIN customer USING (customer_id) CROSS JOIN LATERAL (
        SELECT array_agg(marketing) AS said, array_agg(withdrawn_at) AS withdrawn, array_agg(agreed_at) AS agreed
        FROM customer member WHERE member.person_id = customer.person_id
    ) AS words
    WHERE offer_id = :offer
    """
)

_OFFER_SHOWN = (
    *("offer_id", "complaint_id", "customer_id", "template", "family", "fit", "texts", "decided_at"),
)


@router.get("/decisions", summary="Decisions after closed complaints, by id")
async def list_decisions(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Every decision: the offer, or every reason why there is none."""
    return await read_page(work, _LIST, "decision_id", after, limit)


@router.get("/complaints/{complaint_id}/decision", summary="The decision after one complaint")
async def decision_of(complaint_id: UUID, work: Work) -> dict[str, Any]:
    """There is one as soon as the complaint is closed."""
    found = await work.fetch(_OF_COMPLAINT, {"complaint": complaint_id})
    if not found:
        raise NotFoundError("nothing is decided about this complaint yet", "此投诉尚无决定")
    return dict(found[0])


@router.get("/offers/{offer_id}", summary="An offer with its texts for the adviser")
async def show_offer(offer_id: UUID, work: Work) -> dict[str, Any]:
    """What may be said in zh-CN and English.

    It may not be presented once the customer has withdrawn consent (OF-7) or has an open complaint (OF-4), also as
    another customer who turned out to be the same person.
    """
    found = await work.fetch(_OFFER, {"offer": offer_id})
    if not found:
        raise NotFoundError("there is no such offer", "没有这个优惠")
    facts = dict(found[0])
    agreed = consents(words_of(facts), facts["merged_at"])
    shown = {name: facts[name] for name in _OFFER_SHOWN}
    return shown | {"may_be_presented": agreed and not facts["still_open"]}
