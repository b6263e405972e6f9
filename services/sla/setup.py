"""Everything sla is set up with as one document: the policy in force and the calendars; reads it, checks it, compares it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from shared.bus.unit_of_work import Transaction
from shared.runtime.error_texts import halves
from shared.runtime.errors import UnprocessableError
from shared.runtime.policy import PolicyError
from shared.runtime.policy_document import Document, differences, merged, read_document
from shared.runtime.policy_keeper import PolicyKeeper

from .calendar_forms import CalendarForm
from .calendar_store import load_newest
from .policy import ROUND_THE_CLOCK, CalendarName, SlaPolicy
from .yaml_text import yaml_as_json

_CALENDARS = TypeAdapter(dict[CalendarName, CalendarForm])


class Setup(NamedTuple):
    """A document that was handed in. change: of the policy in force, None if there is none; policy: what comes of it.

    A document that says `complete = true` takes away what its policy does not name; calendars stay in any case.
    """

    change: Document | None
    policy: SlaPolicy
    calendars: Mapping[str, Document]


def read_setup(body: bytes, media_type: str, keeper: PolicyKeeper[SlaPolicy]) -> Setup:
    """What was handed in, as far as it can be. Raises what refuses it, with the place."""
    if "yaml" in media_type.lower():
        body, media_type = yaml_as_json(body), "application/json"
    document = read_document(body, media_type)
    for name in document:
        if name not in {"complete", "policy", "calendars"}:
            raise UnprocessableError(
                "unknown; there is complete, policy and calendars",
                "未知；可用 complete、policy、calendars",
                field=name,
            )
    change, complete = document.get("policy"), document.get("complete", False)
    if not isinstance(complete, bool):
        raise UnprocessableError("must be true or false", "必须是 true 或 false", field="complete")
    calendars = _calendars(document.get("calendars", {}))
    if change is None:
        return Setup(None, keeper.now, calendars)
    if not isinstance(change, dict):
        raise UnprocessableError("must be a table", "必须是一张表", field="policy")
    base = keeper.now.model_dump(mode="json")
    wanted = with_removals(base, change) if complete else change
    policy = _policy(merged(base, wanted), keeper)
    same = policy.model_dump(mode="json") == base
    if not same and policy.version == keeper.now.version:
        raise UnprocessableError(
            "a changed policy needs a version of its own",
            "策略有改动，须使用新的版本号",
            field="policy.version",
        )
    return Setup(None if same else wanted, policy, calendars)


def with_removals(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> Document:
    """The change that leads from `base` to `wanted` when it is merged: what is not wanted is taken away."""
    change: Document = {name: None for name in base if name not in wanted}
    for name, value in wanted.items():
        below = base.get(name)
        change[name] = value
        if isinstance(value, dict) and isinstance(below, dict):
            change[name] = with_removals(below, value)
    return change


async def setup_in_force(tx: Transaction, policy: SlaPolicy) -> Document:
    """The whole document as it stands."""
    stored = await load_newest(tx)
    return {
        "complete": True,
        "policy": policy.model_dump(mode="json"),
        "calendars": {name: _tidy(one.written) for name, one in sorted(stored.items())},
    }


def compared(now: Mapping[str, Any], setup: Setup) -> list[Document]:
    """Every field that would be another, with both values."""
    before = {"policy": now["policy"], "calendars": {}}
    after = {"policy": setup.policy.model_dump(mode="json"), "calendars": {}}
    for name, written in setup.calendars.items():
        if name in now["calendars"]:
            before["calendars"][name] = now["calendars"][name]
        after["calendars"][name] = _tidy(written)
    return differences(before, after)


def changed_calendars(now: Mapping[str, Any], setup: Setup) -> dict[str, Document]:
    """Those of the calendars that are new or another."""
    known = now["calendars"]
    return {
        name: dict(written)
        for name, written in setup.calendars.items()
        if name not in known or known[name] != _tidy(written)
    }


def _calendars(given: Any) -> dict[str, Document]:
    try:
        forms = _CALENDARS.validate_python(given)
    except ValidationError as error:
        raise _refused(error, "calendars") from error
    if ROUND_THE_CLOCK in forms:
        raise UnprocessableError(
            "this name means day and night; no calendar may have it",
            "此名称表示昼夜计时，日历不得使用",
            field=f"calendars.{ROUND_THE_CLOCK}",
        )
    return {name: form.document() for name, form in forms.items()}


def _policy(document: Document, keeper: PolicyKeeper[SlaPolicy]) -> SlaPolicy:
    try:
        policy = SlaPolicy.model_validate(document)
        keeper.check(policy)
    except ValidationError as error:
        raise _refused(error, "policy") from error
    except PolicyError as error:
        raise UnprocessableError(*halves(error), field="policy") from error
    return policy


def _refused(error: ValidationError, part: str) -> RequestValidationError:
    faults = error.errors(include_url=False, include_input=False)
    return RequestValidationError([fault | {"loc": ("body", part, *fault["loc"])} for fault in faults])


def _tidy(written: Mapping[str, Any]) -> Document:
    """A calendar without the fields that say nothing, so that it compares equal however it was written."""
    week = {day: slots for day, slots in (written.get("week") or {}).items() if slots}
    rest = {name: value for name, value in written.items() if name != "week" and value}
    return {**rest, "week": week}
