"""What can be read of complaints: the whole of one, lists, history, and what a customer may see."""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Language
from shared.runtime.paging import read_page
from shared.runtime.zones import zone_or

from . import asking
from .customer_news import NEWS, NEWS_SHOWN, WITH_DETAIL, news_text
from .next_status import Status
from .policy import IntakePolicy

_HIDDEN = ("tracking_code", "first_contact_id")

_PROMISED_NEXT = """
    next_promise.kind AS promise_kind, next_promise.due_at AS promise_due_at,
    next_promise.state AS promise_state, next_promise.was_due_at AS promise_was_due_at,
    next_promise.paused AS promise_paused,
    extract(epoch FROM next_promise.due_at - clock_timestamp()) AS promise_seconds_left
"""
_NEXT_PROMISE = """
    LEFT JOIN LATERAL (
        SELECT kind, due_at, state, was_due_at, paused FROM promise
        WHERE promise.complaint_id = complaint.complaint_id AND state IN ('MADE', 'AT_RISK')
          AND complaint.status NOT IN ('CLOSED', 'REJECTED', 'CANCELLED')
        ORDER BY due_at LIMIT 1
    ) AS next_promise ON true
"""

_ONE = Statement(
    f"""
    SELECT complaint.*, (SELECT jsonb_build_object('completeness', completeness, 'missing', missing, 'contacts',
                                                   profile -> 'contacts', 'links', profile -> 'links')
                         FROM account_profile WHERE account_profile.customer_id = complaint.customer_id)
           AS account_profile, '/intake/v1/track/' || tracking_code AS tracking_path,
           contact.text, contact.contact_key, contact.provider, contact.origin_kind, {_PROMISED_NEXT},
           (SELECT coalesce(jsonb_agg(jsonb_build_object('promise_id', promise_id, 'kind', kind,
                                                         'round', promise.round, 'due_at', due_at,
                                                         'was_due_at', was_due_at, 'paused', paused,
                                                         'state', state)), '[]')
            FROM promise WHERE promise.complaint_id = complaint.complaint_id) AS promises,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('duty', duty, 'due_at', due_at, 'done_at', done_at,
                                                         'outcome', outcome) ORDER BY duty), '[]')
            FROM duty WHERE duty.complaint_id = complaint.complaint_id) AS duties
    FROM complaint JOIN contact ON contact.contact_id = complaint.first_contact_id {_NEXT_PROMISE}
    WHERE complaint.complaint_id = :complaint
    """  # noqa: S608 - pieces of our own
)
_NEWS = """
    (SELECT coalesce(jsonb_agg(line ORDER BY at DESC, publisher, sequence DESC), '[]')
     FROM (SELECT at, what, publisher, sequence,
                  CASE WHEN what = ANY (CAST(:with_detail AS text[])) THEN detail END AS detail
           FROM history
           WHERE history.complaint_id = complaint.complaint_id AND what = ANY (CAST(:told AS text[]))
           ORDER BY at DESC, publisher, sequence DESC LIMIT :lines) AS line)
"""
_TRACKED = Statement(
    f"""
    SELECT receipt_number, status, language, received_at, owner_name, waits_for, waits_until, rejection_reason,
           CASE WHEN appeal_until > now() THEN appeal_until END AS appeal_until, charge_frozen,
           CASE WHEN appeal_until <= now() THEN appeal_until END AS appeal_ended_at,
           CASE WHEN next_news_at > now() AND resolved_at IS NULL THEN next_news_at END AS next_news_at,
           {_PROMISED_NEXT}, {asking.COLUMNS},
           {_NEWS} AS news,
           (SELECT coalesce(zone, zone_from_merge) FROM customer
            WHERE customer.customer_id = complaint.customer_id) AS zone
    FROM complaint {_NEXT_PROMISE} {asking.JOINED} WHERE tracking_code = :code
    """  # noqa: S608 - pieces of our own
)
_HISTORY = Statement(
    """
    SELECT * FROM (
        SELECT received_at AS at, 'complaint_received' AS what, receipt_number AS detail,
               'intake' AS publisher, 1 AS sequence
        FROM complaint WHERE complaint_id = :complaint
        UNION ALL
        SELECT at, what, detail, publisher, sequence FROM history WHERE complaint_id = :complaint
    ) AS line
    ORDER BY at, publisher <> 'intake', publisher, sequence
    """
)


def _listing(condition: str) -> Statement:
    return Statement(
        f"""
        SELECT complaint_id, receipt_number, channel, customer_id, grade, severity, case_type, complaint.kind,
               tells_of_trouble, status,
               owner_name, repeat_of, repeat_index, abusive, received_at, escalation_level, satisfied,
               offer_decision, {_PROMISED_NEXT}
        FROM complaint {_NEXT_PROMISE}
        WHERE complaint_id > :after AND {condition} ORDER BY complaint_id LIMIT :limit
        """  # noqa: S608 - pieces of our own
    )


_ALL = _listing("true")
_OF_STATUS = _listing("status = :status")
_OF_RECEIPT = _listing(
    "receipt_number = :receipt_number AND status = coalesce(CAST(:status AS text), status)"
)


async def find_complaint(work: UnitOfWork, complaint_id: UUID) -> dict[str, Any] | None:
    """Everything known of one complaint."""
    found = await _first(work, _ONE, complaint=complaint_id)
    return {name: value for name, value in found.items() if name not in _HIDDEN} if found else None


async def find_tracked(
    work: UnitOfWork, code: str, policy: IntakePolicy, language: str | None = None
) -> dict[str, Any] | None:
    """What the customer behind the code of a tracking link may see, in the complaint's language or another.

    zone: the one in which they read times, the installation's where theirs is not known (CAL-3).
    """
    shown = {"told": list(NEWS), "with_detail": list(WITH_DETAIL), "lines": NEWS_SHOWN}
    found = await _first(work, _TRACKED, code=code, **shown)
    if found is not None:
        found["superior"] = asking.read_superior(found, policy)._asdict()
        found["language"] = language or found["language"]
        found["zone"] = zone_or(found["zone"], policy.receipt.zone).key
        place = found["language"] != Language.CHINESE
        found["news"] = [
            {"at": line["at"], "what": line["what"], "text": news_text(line["what"], line["detail"])[place]}
            for line in found["news"]
        ]
    return found


async def list_complaints(
    work: UnitOfWork, after: UUID | None, limit: int, status: Status | None, receipt_number: str | None
) -> dict[str, Any]:
    """A page of complaints in the order in which they came."""
    statement = _OF_RECEIPT if receipt_number else _OF_STATUS if status else _ALL
    page = await read_page(
        work, statement, "complaint_id", after, limit, status=status, receipt_number=receipt_number
    )
    return page | {"items": [_with_promise(item) for item in page["items"]]}


async def find_history(work: UnitOfWork, complaint_id: UUID) -> list[dict[str, Any]]:
    """What happened, the oldest first; empty if there is no such complaint."""
    return [dict(line) for line in await work.fetch(_HISTORY, {"complaint": complaint_id})]


async def _first(work: UnitOfWork, statement: Statement, **values: Any) -> dict[str, Any] | None:
    rows = await work.fetch(statement, values)
    return _with_promise(dict(rows[0])) if rows else None


def _with_promise(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of the next promise as one object, or null."""
    kind, due_at = row.pop("promise_kind"), row.pop("promise_due_at")
    state, left = row.pop("promise_state"), row.pop("promise_seconds_left")
    moved_from, paused = row.pop("promise_was_due_at"), row.pop("promise_paused")
    row["next_promise"] = None
    if kind is not None:
        row["next_promise"] = {
            "kind": kind,
            "due_at": due_at,
            "was_due_at": moved_from,
            "paused": paused,
            "state": state,
            "seconds_left": round(left),
        }
    return row
