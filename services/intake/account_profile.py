"""The profile of a key account: its shape, and the transactions that keep and show it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.errors import NotFoundError
from shared.runtime.strict_json import Storable, StrictBody, Whole

from .contact_forms import Account, EmailAddress, PhoneNumber
from .policy import ProfilePolicy
from .profile_completeness import profile_completeness

Line = Annotated[str, Field(min_length=1, max_length=500), Storable]
References = Annotated[tuple[Account, ...], Field(max_length=200)]


class Basics(StrictBody):
    """Who the account is."""

    legal_name: Line | None = None
    industry: Line | None = None
    address: Line | None = None
    employees: Annotated[Whole, Field(ge=0, le=2**31 - 1)] | None = None
    sites: Annotated[Whole, Field(ge=0, le=2**31 - 1)] | None = None


class Organisation(StrictBody):
    """How the account decides."""

    structure: Line | None = None
    decides: Line | None = Field(None, description="who decides about telecommunications")
    uses: Line | None = Field(None, description="which departments use them")


class StrategyFinance(StrictBody):
    """Where the account goes, and what it can pay."""

    strategy: Line | None = None
    revenue: Line | None = None
    investments: Line | None = None
    communications_budget: Line | None = None


class MajorEvent(StrictBody):
    """Something that matters to the account, past or planned."""

    on: date
    what: Line


class Competitor(StrictBody):
    """Who else serves the account."""

    name: Line
    products: Line | None = None
    share: Annotated[float, Field(ge=0, le=1)] | None = None


class ContactPerson(StrictBody):
    """Somebody at the account."""

    role: Line
    name: Line | None = None
    phone: PhoneNumber | None = None
    email: EmailAddress | None = None


class Links(StrictBody):
    """Where other systems keep more, by their references."""

    contracts: References = ()
    bills: References = ()
    orders: References = ()
    quotes: References = ()
    chances: References = ()
    service_requests: References = ()
    costs: References = ()
    plans: References = ()


class AccountProfile(StrictBody):
    """All that is known of a key account; it is replaced as a whole."""

    by: Account = Field(description="who wrote it")
    basics: Basics = Basics()
    organisation: Organisation = Organisation()
    strategy_finance: StrategyFinance = StrategyFinance()
    major_events: tuple[MajorEvent, ...] = Field((), max_length=100)
    competition: tuple[Competitor, ...] = Field((), max_length=50)
    contacts: tuple[ContactPerson, ...] = Field((), max_length=100)
    links: Links = Links()


_KEEP = Statement(
    """
    INSERT INTO account_profile (customer_id, profile, completeness, missing, written_by, written_at, policy_version)
    SELECT customer_id, :profile, :completeness, :missing, :by, now(), :policy_version
    FROM customer WHERE customer_id = :customer
    ON CONFLICT (customer_id) DO UPDATE SET profile = excluded.profile, completeness = excluded.completeness,
        missing = excluded.missing, written_by = excluded.written_by, written_at = excluded.written_at,
        policy_version = excluded.policy_version
    RETURNING customer_id
    """
)
_SHOW = Statement("SELECT * FROM account_profile WHERE customer_id = :customer")


async def keep_profile(
    work: UnitOfWork, customer_id: UUID, given: AccountProfile, policy: ProfilePolicy, version: str
) -> dict[str, Any]:
    """Store a profile; returns its completeness. Raises NotFoundError."""
    profile = given.model_dump(mode="json", exclude={"by"}, exclude_none=True)
    score, missing = profile_completeness(profile, policy)
    values: dict[str, Any] = {
        "customer": customer_id,
        "profile": profile,
        "completeness": score,
        "missing": list(missing),
        "by": given.by,
        "policy_version": version,
    }
    async with work.begin() as tx:
        if not await tx.fetch(_KEEP, values):
            raise NotFoundError("this customer is not known", "没有这个客户")
    return {"customer_id": customer_id, "completeness": score, "missing": missing}


async def show_profile(work: UnitOfWork, customer_id: UUID) -> dict[str, Any]:
    """The profile with its completeness. Raises NotFoundError."""
    found = await work.fetch(_SHOW, {"customer": customer_id})
    if not found:
        raise NotFoundError("this customer has no profile", "该客户没有档案")
    return dict(found[0])
