"""What `redress sla explain` prints: every promise to a complaint, step by step."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from .ask import Ask, AskError

_STATES = {
    "OPEN": ("open", "进行中"),
    "AT_RISK": ("at risk", "有超时风险"),
    "BROKEN": ("broken", "已违约"),
    "KEPT": ("kept", "已兑现"),
    "KEPT_LATE": ("kept late", "逾期兑现"),
    "WITHDRAWN": ("withdrawn", "已撤销"),
}


async def explain(ask: Ask, complaint: str, zone: str | None = None) -> list[str]:
    """The lines for a complaint, named by its receipt number or its id. Raises AskError."""
    complaint_id = await find_complaint(ask, complaint)
    promises = await ask.get("sla", f"complaints/{complaint_id}/promises", zone=zone)
    if not promises:
        raise AskError(f"nothing was promised to {complaint}|投诉 {complaint} 没有任何承诺")
    return [line for promise in promises for line in _promise(promise, ask.language)]


async def find_complaint(ask: Ask, complaint: str) -> UUID:
    """The id of a complaint that is named by its receipt number or its id. Raises AskError."""
    try:
        return UUID(complaint)
    except ValueError:
        pass
    found = await ask.get("intake", "complaints", receipt_number=complaint)
    if not found["items"]:
        raise AskError(
            f"there is no complaint with the receipt number {complaint}|没有受理编号为 {complaint} 的投诉"
        )
    return UUID(found["items"][0]["complaint_id"])


def _promise(promise: Mapping[str, Any], language: str) -> Iterator[str]:
    state = "KEPT_LATE" if promise["state"] == "KEPT" and promise["late"] else promise["state"]
    word = _STATES.get(state, (state, state))[language != "en"]
    again = f" ({promise['round']})" if promise["round"] > 1 else ""
    yield f"{promise['kind']}{again}: {word}"
    for step in promise["steps"]:
        yield f"  {step[language]}"
    for rung in promise["rungs"]:
        yield f"  {rung['level']}: {rung['reached_at']}"
    yield ""
