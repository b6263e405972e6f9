"""One transaction that saves a calendar with those that take its holidays, and has their open promises recomputed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from shared.bus.unit_of_work import Transaction
from shared.runtime.errors import ConflictError, NotFoundError, UnprocessableError

from .calendar_store import APPROVED, PROPOSED, Stored, approve, known, load_newest, load_version, save
from .policy import RestPolicy
from .read_calendar import CalendarFaultsError, Known, Limits, read_calendar, write_calendar
from .read_feed import Feed
from .recount import order_recount
from .replace_holidays import replace_holidays
from .seed_calendar import UnknownPlaceError, with_holidays

Documents: TypeAlias = dict[str, dict[str, Any]]
"""Calendars as they count, by name."""


class Saved(NamedTuple):
    """Which versions there are now, and how many open promises will be recomputed."""

    versions: dict[str, int]
    promises: int


async def save_calendar(tx: Transaction, name: str, written: Mapping[str, Any], rest: RestPolicy) -> Saved:
    """Store a new version of a calendar and of those that take its holidays. Raises UnprocessableError."""
    return await save_calendars(tx, {name: written}, rest)


async def save_calendars(
    tx: Transaction, calendars: Mapping[str, Mapping[str, Any]], rest: RestPolicy
) -> Saved:
    """The same for several, which may refer to each other. Raises UnprocessableError."""
    stored = await load_newest(tx)
    changed = _all_with_dependents(calendars, stored, Limits(tx.now.date(), rest))
    versions = await save(tx, changed)
    return Saved(versions, await order_recount(tx, versions))


async def preview_calendar(
    tx: Transaction, name: str, written: Mapping[str, Any], rest: RestPolicy
) -> Documents:
    """How this calendar, and those that take its holidays, would count. Raises UnprocessableError."""
    await tx.read_clock()
    changed = _with_dependents(name, dict(written), await load_newest(tx), Limits(tx.now.date(), rest))
    return {one: document for one, (_, document) in changed.items()}


async def preview_calendars(
    tx: Transaction, calendars: Mapping[str, Mapping[str, Any]], rest: RestPolicy
) -> Documents:
    """The same for several, which may refer to each other; a fault's place begins with their names."""
    await tx.read_clock()
    limits = Limits(tx.now.date(), rest)
    changed = _all_with_dependents(calendars, await load_newest(tx), limits, "calendars")
    return {one: document for one, (_, document) in changed.items()}


async def preview_approval(tx: Transaction, name: str, version: int, rest: RestPolicy) -> Documents:
    """How this proposal, and those that take its holidays, would count. Raises as approve_calendar."""
    stored = await load_newest(tx)
    proposal = await _proposal(tx, name, version, stored)
    return await preview_calendar(tx, name, proposal["written"], rest)


async def propose_holidays(
    tx: Transaction,
    name: str,
    country: str,
    subdivision: str | None,
    years: list[int],
    *,
    rest: RestPolicy,
) -> tuple[int, dict[str, Any]]:
    """Store a version with a country's holidays that counts only when it is approved; returns it."""
    stored = await load_newest(tx)
    if name not in stored:
        raise NotFoundError("there is no calendar of this name", "没有这个名称的日历")
    try:
        document = with_holidays(known(stored)[name].calendar, country, subdivision, years)
    except UnknownPlaceError as error:
        raise UnprocessableError(
            f"no holidays are known of this place: {error}", "没有该地区的节假日数据", field="country"
        ) from error
    _read(name, document, known(stored), Limits(tx.now.date(), rest))
    versions = await save(tx, {name: (document, document)}, PROPOSED)
    return versions[name], document


async def propose_feed(
    tx: Transaction, name: str, feed: Feed, published_through: date | None, rest: RestPolicy
) -> tuple[int, dict[str, Any]]:
    """Store a version with the days of a feed that counts only when it is approved; returns it (CAL-7).

    They take the place of what the calendar had from the first to the last day that the feed tells of.
    """
    stored = await load_newest(tx)
    if name not in stored:
        raise NotFoundError("there is no calendar of this name", "没有这个名称的日历")
    first, last = feed.span()
    calendar = known(stored)[name].calendar
    if published_through is not None:
        calendar = calendar._replace(published_through=published_through)
    document = replace_holidays(calendar, feed.holidays, feed.workdays, lambda day: first <= day <= last)
    _read(name, document, known(stored), Limits(tx.now.date(), rest))
    versions = await save(tx, {name: (document, document)}, PROPOSED)
    return versions[name], document


async def approve_calendar(tx: Transaction, name: str, version: int, rest: RestPolicy) -> Saved:
    """Let a proposed version count, if nothing newer does already (CAL-7)."""
    stored = await load_newest(tx)
    row = await _proposal(tx, name, version, stored)
    await approve(tx, name, version)
    changed = _with_dependents(name, row["written"], stored, Limits(tx.now.date(), rest))
    changed.pop(name)
    versions = {name: version} | (await save(tx, changed) if changed else {})
    return Saved(versions, await order_recount(tx, versions))


async def _proposal(tx: Transaction, name: str, version: int, stored: Mapping[str, Stored]) -> dict[str, Any]:
    row = await load_version(tx, name, version)
    if row is None:
        raise NotFoundError("there is no such version of this calendar", "该日历没有这个版本")
    if row["state"] == APPROVED or (name in stored and stored[name].version > version):
        raise ConflictError(
            "only a proposal that is newer than the calendar in force can be approved",
            "只能批准比现行日历更新的提议",
        )
    return row


def _with_dependents(
    name: str, written: dict[str, Any], stored: Mapping[str, Stored], limits: Limits, place: str = ""
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The calendar and those that take holidays from it, at first or second hand, as written and as they count."""
    others = known(stored)
    waiting, changed = [(name, written)], {}
    while waiting:
        one, text = waiting.pop()
        document = _read(one, text, others, limits, f"{place}.{one}." if place else "")
        changed[one] = (text, document)
        others[one] = Known(_calendar(one, text, others, limits), text.get("holidays_of"))
        waiting += [
            (other, row.written) for other, row in stored.items() if row.written.get("holidays_of") == one
        ]
    return changed


def _all_with_dependents(
    calendars: Mapping[str, Mapping[str, Any]], stored: Mapping[str, Stored], limits: Limits, place: str = ""
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Each after the one whose holidays it takes; those in a ring come last, and are refused then."""
    waiting = {name: dict(written) for name, written in calendars.items()}
    known_now = dict(stored)
    changed: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    while waiting:
        name = next((one for one, text in waiting.items() if text.get("holidays_of") not in waiting), None)
        name = name or next(iter(waiting))
        written = waiting.pop(name)
        _refuse_ring(name, written, calendars, place)
        found = _with_dependents(name, written, known_now, limits, place)
        changed |= {one: pair for one, pair in found.items() if one == name or one not in calendars}
        for one, (text, document) in found.items():
            known_now[one] = Stored(0, text, document, None)
    return changed


def _refuse_ring(
    name: str, written: Mapping[str, Any], calendars: Mapping[str, Mapping[str, Any]], place: str
) -> None:
    """Calendars that are put together may refer to each other, but not in a ring."""
    way, reference = [name], str(written.get("holidays_of"))
    while reference in calendars:
        if reference in way:
            ring = " → ".join([*way, reference])
            raise UnprocessableError(
                f"refers to itself in a ring: {ring}",
                f"循环引用：{ring}",
                field=f"{place}.{name}.holidays_of" if place else "holidays_of",
            )
        way.append(reference)
        reference = str(calendars[reference].get("holidays_of"))


def _calendar(name: str, written: Mapping[str, Any], others: Mapping[str, Known], limits: Limits) -> Any:
    return read_calendar(name, written, {key: other for key, other in others.items() if key != name}, limits)


def _read(
    name: str, written: Mapping[str, Any], others: Mapping[str, Known], limits: Limits, place: str = ""
) -> dict[str, Any]:
    try:
        return write_calendar(_calendar(name, written, others, limits))
    except CalendarFaultsError as error:
        english = "; ".join(f"{fault.place}: {fault.english}" for fault in error.faults)
        chinese = "；".join(f"{fault.place}：{fault.chinese}" for fault in error.faults)
        raise UnprocessableError(english, chinese, field=place + error.faults[0].place) from error
