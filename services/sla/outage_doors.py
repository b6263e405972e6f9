"""The doors of outages: what is due about a mass outage, and say that it was done; a key account's written report."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, StringConstraints

from shared.bus.statement import Statement
from shared.events.sla import WrittenReportSent
from shared.events.vocabulary import OutageDuty, PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError
from shared.runtime.paging import After, Limit, Listing
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from .outage_store import load_live_duties
from .pause_doors import Deciding, StaffId
from .promises import load_live_of
from .settle_promises import End, settle_promises
from .watch_outages import do_duty

router = service_router("sla", tags=["outages"])

_OF_INCIDENT = Statement(
    "SELECT * FROM incident_duty WHERE incident_id = :incident_id ORDER BY due_at, duty_id"
)
_LISTED = Listing(
    "*",
    "incident_duty",
    "duty_id",
    {"live": "(ended_at IS NULL) = :live", "broken": "(broken_at IS NOT NULL) = :broken"},
)


class DoneForm(StrictBody):
    """Who did it, and where it can be read."""

    by: StaffId
    reference: Annotated[str, StringConstraints(max_length=500), Storable] | None = None


class ReportForm(StrictBody):
    """Who sent the written report, and where it can be read."""

    by: StaffId
    reference: Annotated[str, StringConstraints(min_length=1, max_length=500), Storable]


class Done(BaseModel):
    """Whether it was done too late, and when the next is due; None where nothing more is."""

    late: bool
    next_due_at: AwareDatetime | None


class ReportSent(BaseModel):
    """Whether it was sent too late."""

    late: bool


@router.get("/incident-duties", summary="What is due about mass outages, by id")
async def list_duties(
    work: Work,
    *,
    live: bool | None = None,
    broken: bool | None = None,
    after: After = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Every duty, or those that nobody has done yet, or whose time passed."""
    return await _LISTED.read(work, after, limit, live=live, broken=broken)


@router.get("/incidents/{incident_id}/duties", summary="What is due about one incident")
async def duties_of(incident_id: UUID, work: Work) -> list[dict[str, Any]]:
    """By due time, with who did it and when; none where it was no mass outage."""
    return [dict(row) for row in await work.fetch(_OF_INCIDENT, {"incident_id": incident_id})]


@router.post("/incidents/{incident_id}/duties/{kind}", status_code=201, summary="Say that a notice was given")
async def done(incident_id: UUID, kind: OutageDuty, form: DoneForm, work: Work, deciding: Deciding) -> Done:
    """The report inside, the public notice, the forecast, or news, which is due again after that."""
    async with work.begin(str(incident_id)) as tx:
        live = [duty for duty, _ in await load_live_duties(tx, [incident_id]) if duty.kind is kind]
        if not live:
            raise NotFoundError("nothing of this kind is due about it", "该事件没有待完成的此类通报")
        again = await do_duty(tx, deciding[0], live[0], form.by, form.reference)
        late = tx.now > live[0].due_at
    return Done(late=late, next_due_at=again and again.due_at)


@router.post(
    "/complaints/{complaint_id}/written-report", status_code=201, summary="Say that the report was sent"
)
async def report_sent(complaint_id: UUID, form: ReportForm, work: Work) -> ReportSent:
    """The written report that a key account is owed after a long outage (SLA-W)."""
    async with work.begin(str(complaint_id)) as tx:
        live = await load_live_of(tx, [complaint_id], [PromiseKind.REPORT])
        if not live:
            raise NotFoundError("no written report is owed", "没有待提交的书面报告")
        sent = WrittenReportSent(
            complaint_id=complaint_id, by=form.by, reference=form.reference, sent_at=tx.now
        )
        await settle_promises(tx, [End(tx.publish(sent), tx.now, [PromiseKind.REPORT])])
    return ReportSent(late=tx.now > live[0].due_at)
