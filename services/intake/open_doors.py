"""Opens the doors for those who do not speak our own form: providers of SMS and phone, and customers."""

from collections.abc import Mapping

from shared.bus.group_commit import GroupCommit
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.timers import TimerHandler

from . import (
    attachment_doors,
    call_doors,
    duties,
    form_doors,
    gather_parts,
    provider_doors,
    receipt_doors,
    superior_door,
)
from .attachment_store import AttachmentStore
from .attachments import Attachments
from .calls import TIMER, Calls
from .contact_store import Accepted
from .keep_refusal import Refusals
from .parked_payloads import ParkedPayloads
from .policy import IntakePolicy
from .provider_accounts import load_accounts
from .read_contact import Contact, ContactReader
from .take_messages import MessageTaker
from .visits import Visits


def open_doors(service: Service, sealer: Sealer) -> None:
    """Let the service serve them. Raises AccountsError."""
    settings = service.settings

    async def keep_scanning() -> None:
        attachments: Attachments = service.app.state.attachments
        await attachments.keep_scanning()

    service.runs(keep_scanning)
    service.serves(
        provider_doors.router,
        call_doors.router,
        form_doors.router,
        receipt_doors.router,
        superior_door.router,
        attachment_doors.router,
        accounts=load_accounts(settings.accounts_file),
        public_url=settings.public_url,
        parked=ParkedPayloads(service.unit_of_work, sealer),
        store=AttachmentStore(settings.attachments_url) if settings.attachments_url else None,
        sealer=sealer,
    )


def doors_decide_by(
    service: Service, policy: IntakePolicy, reader: ContactReader, accepting: GroupCommit[Contact, Accepted]
) -> Mapping[str, TimerHandler]:
    """Let open doors decide by a policy; returns who handles their timers then."""
    work, state = service.unit_of_work, service.app.state
    calls = Calls(work, policy, reader, accepting)
    refusals = Refusals(work, policy)
    messages = MessageTaker(work, policy, reader, accepting, parked=state.parked, refusals=refusals)
    attachments = Attachments(work, state.store, policy.attachments, service.settings.clamav)
    service.serves(
        messages=messages,
        refusals=refusals,
        calls=calls,
        attachments=attachments,
        visits=Visits(policy.visits),
    )
    return {
        gather_parts.TIMER: messages.gatherer.parts_missing,
        TIMER: calls.quiet,
        duties.TIMER: duties.overdue,
    }
