"""Turns what a channel posted into a contact that can be stored: times, numbers, language, severity."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from shared.bus.unit_of_work import traceparent
from shared.events.vocabulary import Channel, Grade, Language
from shared.runtime.errors import UnprocessableError

from .contact_forms import ContactForm, CustomerForm
from .guess_language import guess_language
from .identify_customer import CustomerKeys
from .judge_severity import Judgement, SeverityRules
from .particulars import Particulars
from .phone_numbers import ImpossibleNumberError, Number, NumberKind, read_customer_number, read_origin
from .policy import IntakePolicy

Identity = tuple[str, str, str]
"""Channel, account at the provider, and the provider's key of a contact."""

_PERSONAL = frozenset({NumberKind.MOBILE, NumberKind.FIXED})


class CustomerFacts(NamedTuple):
    """What is told, or known, of a customer; None where nothing is."""

    external_id: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    grade: Grade | None = None
    language: Language | None = None
    protected: bool | None = None
    marketing_consent: bool | None = None
    monthly_fee: Decimal | None = None
    preferred_channel: Channel | None = None
    zone: str | None = None

    def corrected_by(self, newer: "CustomerFacts") -> "CustomerFacts":
        """These facts, each replaced by the newer one where there is one."""
        if self is NOTHING_KNOWN or newer is NOTHING_KNOWN:
            return self if newer is NOTHING_KNOWN else newer
        return CustomerFacts._make(old if new is None else new for old, new in zip(self, newer, strict=True))


NOTHING_KNOWN = CustomerFacts()
"""What is known of somebody who was never heard of."""


class Origin(NamedTuple):
    """Where a call or message came from, as given and as read."""

    raw: str | None
    number: Number


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact, read and judged, ready to be stored.

    mobile: where an SMS would reach the customer, as far as this contact tells.
    """

    channel: Channel
    provider: str
    key: str
    text: str
    occurred_at: datetime | None
    started_at: datetime | None
    origin: Origin | None
    sent_to: str | None
    taken_by: str | None
    category: str | None
    language: Language
    amount_in_dispute: Decimal | None
    customer: CustomerFacts
    customer_keys: CustomerKeys
    mobile: str | None
    judgement: Judgement
    particulars: Particulars
    traceparent: str | None

    @property
    def identity(self) -> Identity:
        """What makes it the same contact when it comes again (REP-2)."""
        return (self.channel, self.provider, self.key)


class ContactReader:
    """Reads the forms of all channels by one policy."""

    def __init__(self, policy: IntakePolicy) -> None:
        self._policy = policy
        self._severity = SeverityRules(policy.severity, policy.abuse, policy.trouble, policy.headings)

    def read(self, form: ContactForm) -> Contact:
        """The contact in a form. Raises UnprocessableError for times and numbers that cannot be right."""
        self._check_time(form.occurred_at, "occurred_at")
        self._check_time(form.began_at, "started_at")
        origin = self._origin(form.origin)
        given = self._customer_number(form.customer.phone)
        facts = _facts(form.customer, given, origin)
        return Contact(
            channel=form.channel,
            provider=form.provider,
            key=form.key,
            text=form.text,
            occurred_at=form.occurred_at or form.began_at,
            started_at=form.began_at,
            origin=origin,
            sent_to=form.sent_to,
            taken_by=form.taken_by,
            category=form.category,
            language=form.language
            or form.customer.language
            or guess_language(form.text, self._policy.language),
            amount_in_dispute=form.amount_in_dispute,
            customer=facts,
            customer_keys=_keys(facts, form.customer.account),
            mobile=_mobile(given) or (_mobile(origin.number) if origin else None),
            judgement=self.judge(form.text, form.category, form.amount_in_dispute),
            particulars=form,
            traceparent=traceparent.get(),
        )

    def judge(self, text: str, category: str | None, amount: Decimal | None) -> Judgement:
        """What the words of a contact tell."""
        return self._severity.judge(text, category, amount)

    def _check_time(self, moment: datetime | None, field: str) -> None:
        if moment is None:
            return
        door = self._policy.door
        if moment < door.earliest:
            earliest = door.earliest.date()
            raise UnprocessableError(f"must not be before {earliest}", f"不得早于 {earliest}", field=field)
        if moment > datetime.now(UTC) + timedelta(seconds=door.clock_tolerance):
            raise UnprocessableError("must not be in the future", "不得是将来的时间", field=field)

    def _customer_number(self, raw: str | None) -> Number | None:
        if raw is None:
            return None
        try:
            return read_customer_number(raw, self._policy.phone.region)
        except ImpossibleNumberError as error:
            raise UnprocessableError(
                "is not a possible phone number", "不是有效的电话号码", field="customer.phone"
            ) from error

    def _origin(self, raw: str | None) -> Origin | None:
        if raw is None:
            return None
        phone = self._policy.phone
        return Origin(raw, read_origin(raw, phone.region, phone.withheld))


def _facts(form: CustomerForm, given: Number | None, origin: Origin | None) -> CustomerFacts:
    """What the contact tells of its customer.

    The number it came from stands for one that was not told, unless the customer is known by an id: many people
    call from a number that is not theirs.
    """
    phone = given.e164 if given else None
    if phone is None and origin and not form.external_id and origin.number.kind in _PERSONAL:
        phone = origin.number.e164
    return CustomerFacts(
        external_id=form.external_id,
        name=form.name,
        phone=phone,
        email=form.email.lower() if form.email else None,
        grade=form.grade,
        language=form.language,
        protected=form.protected,
        marketing_consent=form.marketing_consent,
        monthly_fee=form.monthly_fee,
    )


def _keys(facts: CustomerFacts, account: str | None) -> CustomerKeys:
    others = [f"account:{account}"] if account else []
    if facts.phone:
        others.append(f"phone:{facts.phone}")
    if facts.email:
        others.append(f"email:{facts.email}")
    return CustomerKeys(f"external:{facts.external_id}" if facts.external_id else None, tuple(others))


def _mobile(number: Number | None) -> str | None:
    return number.e164 if number and number.kind is NumberKind.MOBILE else None
