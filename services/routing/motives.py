"""What moves the customer of one complaint: as intake heard it, or as staff found it, with how to talk to them."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Motive

from .case import load_case, must_answer_for
from .desk import Desk
from .policy import TalkPolicy
from .talk_hints import talk

_NOTE = Statement(
    "UPDATE complaint SET motives = CAST(:motives AS jsonb), motives_by = :by WHERE complaint_id = :complaint_id"
)


async def note_motives(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, motives: Collection[Motive], by: str
) -> dict[str, Any]:
    """Staff found what moves the customer; it takes the place of what was known. Raises NoSuchCaseError, NotYoursError."""
    async with work.begin(str(complaint_id)) as tx:
        must_answer_for(await load_case(tx, complaint_id), by)
        found = [motive for motive in Motive if motive in motives]
        await tx.fetch(_NOTE, {"complaint_id": complaint_id, "motives": found, "by": by})
    return shown_talk(found, by, desk.policy.talk)


def shown_talk(motives: Iterable[str], by: str | None, policy: TalkPolicy) -> dict[str, Any]:
    """As it is shown beside a case."""
    known = [Motive(motive) for motive in motives]
    advice = talk(known, policy)
    return {
        "motives": known,
        "noted_by": by,
        "written_only": advice.written_only,
        "from_rank": advice.from_rank,
        "hints": [
            {"motive": hint.motive, "zh-CN": hint.chinese, "en": hint.english} for hint in advice.hints
        ],
    }
