"""What each channel posts: our own JSON form of a contact, one per channel."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from shared.events.vocabulary import Channel, Grade, Language
from shared.runtime.strict_json import Storable, StrictBody, YesNo

from .call_forms import CallFacts
from .particulars import CameBy, Particulars

LONGEST_TEXT, LONGEST_SMS = 20_000, 2_000

ToldGrade = Literal[Grade.K, Grade.V, Grade.S]
Moment = Annotated[AwareDatetime, Field(strict=True)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Key = Annotated[str, Field(min_length=1, max_length=200), Storable]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), Storable]
Message = Annotated[str, Field(min_length=1, max_length=LONGEST_SMS), Storable]
NumberAsGiven = Annotated[str, Field(max_length=40), Storable]
Name = Annotated[str, Field(min_length=1, max_length=200), Storable]
Account = Annotated[str, Field(min_length=1, max_length=100), Storable]
PhoneNumber = Annotated[str, Field(max_length=40, pattern=r"^[+(0-9][0-9 ()./-]*$")]
EmailAddress = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s\x00]{1,64}@[^@\s\x00]+\.[^@\s\x00]{2,}$")
]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]}, populate_by_name=False)


class CustomerForm(StrictBody):
    """Who complains, as far as the channel knows; known again by external_id, else phone, else email."""

    external_id: Account | None = Field(None, description="the customer's id in your systems")
    account: Account | None = Field(None, description="service or billing account, as in the registry")
    name: Name | None = None
    phone: PhoneNumber | None = Field(None, description="as dialled at home, or with + and country code")
    email: EmailAddress | None = None
    grade: ToldGrade | None = Field(None, description="K key account, V VIP, S standard")
    language: Language | None = None
    marketing_consent: YesNo | None = Field(
        None, description="whether the customer agrees to offers; leave it out if nobody asked"
    )
    protected: YesNo | None = Field(None, description="disabled or medically dependent on the service")
    monthly_fee: Money | None = Field(None, description="what the customer usually pays per month")


class ContactForm(Particulars):
    """What every channel tells. The properties say in the same words what each channel calls otherwise."""

    channel: ClassVar[Channel]

    text: Words
    provider: Annotated[str, Field(max_length=100), Storable] = Field(
        "", description="your account or system, if several use the same kind of key"
    )
    occurred_at: Moment | None = Field(
        None,
        description="when the customer said it, with offset; now if left out. Promises start when we get it",
    )
    customer: CustomerForm = CustomerForm()
    category: Name | None = Field(None, description="path in your category tree")
    language: Language | None = Field(None, description="guessed from the text if left out")
    amount_in_dispute: Money | None = Field(None, description="in the currency of the monthly fee")

    @property
    def key(self) -> str:
        """What makes it the same contact when it comes again (REP-2)."""
        raise NotImplementedError

    @property
    def origin(self) -> str | None:
        """The number or name it came from; None where the channel has none."""
        return None

    @property
    def taken_by(self) -> str | None:
        """The member of staff who took it."""
        return None

    @property
    def sent_to(self) -> str | None:
        """Our number to which it was sent."""
        return None

    @property
    def began_at(self) -> datetime | None:
        """When the conversation began."""
        return None


class WebContact(ContactForm):
    """A complaint from a web page or app."""

    model_config = _example(
        contact_key="web-2026-11-21-000187",
        text="本月账单多扣了两次流量费，请尽快退款。",
        customer={"external_id": "C10086001", "phone": "13800138000", "marketing_consent": True},
        category="资费/多收费",
    )

    channel: ClassVar[Channel] = Channel.WEB

    contact_key: Key = Field(description="your id of this contact; the same key is always the same complaint")

    @property
    def key(self) -> str:
        """See ContactForm."""
        return self.contact_key


class PhoneContact(ContactForm, CallFacts):
    """A complaint that a member of staff took on the phone, in a branch, or from a letter or fax."""

    model_config = _example(
        call_id="call-77120",
        caller_number="+8613800138000",
        agent_id="a100",
        started_at="2026-11-21T09:30:00+08:00",
        text="Customer has had no signal at home since Monday and called twice before.",
    )

    channel: ClassVar[Channel] = Channel.PHONE

    text: Words = Field(description="transcript or notes")
    call_id: Key = Field(
        description="the id of the call, visit, letter or fax; the same id is always the same complaint"
    )
    came_by: CameBy = Field(CameBy.PHONE, description="how it reached whoever enters it")
    caller_number: NumberAsGiven | None = Field(
        None, description="as the network shows it; leave it out, or say anonymous, if it is withheld"
    )
    agent_id: Account | None = Field(None, description="account of the member of staff who took the call")
    started_at: Moment | None = Field(
        None, description="when the call began; also when it was said, if only this is known"
    )

    @property
    def key(self) -> str:
        """See ContactForm."""
        return self.call_id

    @property
    def arrived_by(self) -> CameBy:
        """See Particulars."""
        return self.came_by

    @property
    def origin(self) -> str | None:
        """The customer's number: of who called, or whom we called; empty if withheld."""
        number = self.called_number if self.direction == "outbound" else self.caller_number
        return number or ""

    @property
    def taken_by(self) -> str | None:
        """See ContactForm."""
        return self.agent_id

    @property
    def began_at(self) -> datetime | None:
        """See ContactForm."""
        return self.started_at


class SmsContact(ContactForm):
    """A complaint by text message."""

    model_config = _example(
        **{"message_id": "gw1-5f1c77", "from": "13800138000", "to": "10086", "text": "宽带断网三天了没人来修"}
    )

    channel: ClassVar[Channel] = Channel.SMS

    text: Message
    message_id: Key = Field(description="the gateway's id; the same id is always the same complaint")
    sender: NumberAsGiven = Field(alias="from", description="number or sender name, as the gateway gives it")
    to: NumberAsGiven | None = Field(None, description="our number")

    @property
    def key(self) -> str:
        """See ContactForm."""
        return self.message_id

    @property
    def origin(self) -> str | None:
        """See ContactForm."""
        return self.sender

    @property
    def sent_to(self) -> str | None:
        """See ContactForm."""
        return self.to
