"""Decides what is known of a call from all its parts, whatever order they came in, and what becomes of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from .judge_outgoing import judge_outgoing
from .policy import CallPolicy

_EARLIEST = ("started_at", "answered_at")
_LATEST = ("ended_at",)
_APART = frozenset({*_EARLIEST, *_LATEST, "transcript", "leg_id", "told_at"})


class Part(NamedTuple):
    """One part as it was told. digest: of its content, so that two of one moment have an order."""

    told_at: str
    digest: str
    facts: Mapping[str, Any]


class Fate(StrEnum):
    """What becomes of a call."""

    COMPLAINT = "COMPLAINT"
    CALL_BACK = "CALL_BACK"
    CALLED = "CALLED"
    NOTHING = "NOTHING"
    OPEN = "OPEN"


def merge_call(parts: Iterable[Part]) -> dict[str, Any]:
    """What all parts together say; the same for every order and any repetition of them.

    Of two values for one thing the one told later holds; a call begins with its first leg and ends with its last;
    segments of all transcripts are put in the order in which they were said.
    """
    call: dict[str, Any] = {}
    segments: dict[tuple[float, str, str], Any] = {}
    legs: dict[str, dict[str, Any]] = {}
    for part in sorted(set_of(parts), key=lambda one: (one.told_at, one.digest)):
        facts = part.facts
        leg = facts.get("leg_id")
        if leg:
            known = legs.setdefault(leg, {})
            known |= {name: value for name, value in facts.items() if name not in {"leg_id", "transcript"}}
        call |= {name: value for name, value in facts.items() if name not in _APART}
        for name in (*_EARLIEST, *_LATEST):
            if name in facts:
                choose = min if name in _EARLIEST else max
                call[name] = choose((facts[name], call.get(name, facts[name])), key=datetime.fromisoformat)
        transcript = facts.get("transcript") or {}
        if "text" in transcript:
            call["transcript"] = transcript["text"]
        for said in transcript.get("segments", ()):
            segments[said.get("at", 0), said["speaker"], said["text"]] = said
    if segments:
        call["segments"] = [segments[place] for place in sorted(segments)]
    if legs:
        call["legs"] = {leg: legs[leg] for leg in sorted(legs)}
    return call


def set_of(parts: Iterable[Part]) -> Sequence[Part]:
    """Every part once."""
    return list({part.digest: part for part in parts}.values())


def words_of(call: Mapping[str, Any]) -> str:
    """What staff noted, and below it what was said; empty if nothing was told of either."""
    said = call.get("transcript") or "\n".join(
        f"{s['speaker']}: {s['text']}" for s in call.get("segments", ())
    )
    noted = call.get("text", "")
    return noted if said == noted else "\n\n".join(piece for piece in (noted, said) if piece)


def judge_call(call: Mapping[str, Any], *, can_be_called: bool, was_about_one: bool = False) -> Fate:
    """A call with words is a complaint; an inbound call that ended before a person answered is to be called back.

    was_about_one: we made it, about a complaint that is known; then it is no new one, whatever was said.
    """
    if was_about_one:
        return Fate.CALLED if judge_outgoing(call) else Fate.OPEN
    if words_of(call):
        return Fate.COMPLAINT
    if "ended_at" not in call and call.get("disposition") != "abandoned":
        return Fate.OPEN
    reached = call.get("disposition") == "answered" or "answered_at" in call or "agent_id" in call
    if call.get("disposition") == "abandoned":
        reached = False
    if reached or call.get("direction") == "outbound" or not can_be_called:
        return Fate.NOTHING
    return Fate.CALL_BACK


def when_to_judge(call: Mapping[str, Any], told_at: datetime, policy: CallPolicy) -> datetime:
    """Some quiet after the last part of a call that is over, so that late parts are heard first; else longer."""
    over = "ended_at" in call or call.get("disposition") == "abandoned"
    return told_at + timedelta(seconds=policy.quiet if over else policy.longest)
