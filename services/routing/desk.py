"""What routing decides by: its policy, the directory of staff, and the means to write to them unseen."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.bus.unit_of_work import Transaction
from shared.runtime.sealing import Sealer

from .directory import Directory, Member
from .policy import RoutingPolicy
from .rule_book import RuleBook
from .staff_list import StaffList


class Desk(NamedTuple):
    """`replica` is the stable name of this process; each replica counts workload in rows of its own."""

    policy: RoutingPolicy
    staff: StaffList
    sealer: Sealer
    replica: str
    rules: RuleBook

    @property
    def directory(self) -> Directory:
        """Departments and staff as last read."""
        return self.staff.directory

    @property
    def zone(self) -> ZoneInfo:
        """In which time people work."""
        return ZoneInfo(self.policy.assignment.zone)

    def sealed_address(self, member: Member, complaint_id: UUID) -> str | None:
        """A member's address for notify, sealed for this complaint."""
        return self.sealer.seal(member.address, str(complaint_id)) if member.address else None

    def reach(self, owner: Member, complaint_id: UUID) -> dict[str, Any]:
        """Who leads, and where owner and lead are reached: fields of an event. It names one channel only."""
        lead = self.directory.lead_of(owner)
        channel = owner.channel if owner.address else lead.channel
        sealed = [
            self.sealed_address(member, complaint_id) if member.channel is channel else None
            for member in (owner, lead)
        ]
        return {
            "lead_id": lead.id,
            "lead_name": lead.name,
            "staff_channel": channel,
            "owner_reply_to": sealed[0],
            "lead_reply_to": sealed[1],
        }

    def above(self, department: str, complaint_id: UUID) -> dict[str, Any]:
        """Who leads a department and who settles hand-overs, and where they are reached: fields of an event."""
        manager, coordinator = self.directory.lead_of_department(department), self.directory.coordinators()[0]
        return {
            "manager_id": manager.id,
            "manager_channel": manager.channel,
            "manager_reply_to": self.sealed_address(manager, complaint_id),
            "coordinator_id": coordinator.id,
            "coordinator_channel": coordinator.channel,
            "coordinator_reply_to": self.sealed_address(coordinator, complaint_id),
        }

    def today(self, now: datetime) -> date:
        """The day that it is where people work."""
        return now.astimezone(self.zone).date()

    def counts(self, tx: Transaction, beside: str = "") -> dict[str, Any]:
        """In which row a change of workload is counted, and for which day; `beside`: rows of another writer here."""
        return {"replica": self.replica + beside, "today": self.today(tx.now)}
