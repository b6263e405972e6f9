"""The shape of a customer record as a CRM gives it, as JSON or as a line of CSV."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field, ValidationError

from shared.events.vocabulary import Channel, Language
from shared.runtime.error_texts import field_text
from shared.runtime.errors import UnprocessableError
from shared.runtime.strict_json import StrictBody
from shared.runtime.zones import ZoneName

from .contact_forms import Account, EmailAddress, Money, Name, PhoneNumber, ToldGrade
from .csv_file import rows, wrong
from .phone_numbers import ImpossibleNumberError, read_customer_number

AT_MOST = 2_000


class CustomerRecord(StrictBody):
    """One customer; what is left out stays as it was. The first phone and e-mail are those to answer to."""

    external_id: Account
    name: Name | None = None
    phones: tuple[PhoneNumber, ...] = Field((), max_length=20)
    emails: tuple[EmailAddress, ...] = Field((), max_length=20)
    accounts: tuple[Account, ...] = Field((), max_length=50, description="service or billing accounts")
    grade: ToldGrade | None = None
    star: int | None = Field(None, ge=0, le=7, description="the operator's stars")
    value_rank: float | None = Field(
        None, ge=0, le=1, description="place by 12-month value: 0.03 is among the best 3 %"
    )
    segment: Account | None = Field(None, description="such as CONSUMER, ENTERPRISE, GOVERNMENT (GRD-K)")
    sla_contract: bool | None = Field(None, description="has a contract on service levels (GRD-K)")
    protected: bool | None = None
    language: Language | None = None
    preferred_channel: Channel | None = None
    key_account_manager: Account | None = Field(None, description="account of the member of staff")
    monthly_fee: Money | None = None
    zone: ZoneName | None = Field(
        None, description="time zone in which this customer reads times, such as Asia/Urumqi (CAL-3)"
    )

    def keys(self, region: str) -> tuple[str, ...]:
        """By what this customer is known again. Raises ImpossibleNumberError."""
        phones = [read_customer_number(phone, region).e164 for phone in self.phones]
        found = [f"external:{self.external_id}", *(f"account:{account}" for account in self.accounts)]
        found += [f"phone:{phone}" for phone in phones]
        found += [f"email:{email.lower()}" for email in self.emails]
        return tuple(dict.fromkeys(found))


class CustomerRecords(StrictBody):
    """Many customers at once."""

    customers: tuple[CustomerRecord, ...] = Field(min_length=1, max_length=AT_MOST)


_LISTS = frozenset({"phones", "emails", "accounts"})
COLUMNS = {name: name for name in CustomerRecord.model_fields} | {
    "客户编号": "external_id",
    "姓名": "name",
    "电话": "phones",
    "邮箱": "emails",
    "账号": "accounts",
    "等级": "grade",
    "星级": "star",
    "价值排名": "value_rank",
    "客户类别": "segment",
    "服务合同": "sla_contract",
    "受保护": "protected",
    "语言": "language",
    "偏好渠道": "preferred_channel",
    "客户经理": "key_account_manager",
    "月费": "monthly_fee",
    "时区": "zone",
}


def from_csv(document: str) -> list[tuple[str, CustomerRecord]]:
    """The records of a CSV file, each with its place. Several values in a cell are separated by semicolons."""
    found = []
    for line, given in rows(document, COLUMNS, "external_id"):
        values: dict[str, Any] = {name: _cell(name, value) for name, value in given.items() if value}
        try:
            found.append((f"body.{line}", CustomerRecord.model_validate(values)))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            texts = field_text(first, "en"), field_text(first, "zh-CN")
            raise wrong(*texts, line, str(first["loc"][0])) from error
    if not found:
        raise UnprocessableError("has no customer", "没有任何客户", field="body")
    return found


def _cell(name: str, value: str) -> Any:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if name in _LISTS else value


def with_keys(
    records: Sequence[tuple[str, CustomerRecord]], region: str
) -> list[tuple[CustomerRecord, tuple[str, ...]]]:
    """The records with their keys. Raises UnprocessableError for an impossible number or one customer twice."""
    seen: set[str] = set()
    found = []
    for place, record in records:
        if record.external_id in seen:
            raise UnprocessableError("is there twice", "重复出现", field=f"{place}.external_id")
        seen.add(record.external_id)
        try:
            found.append((record, record.keys(region)))
        except ImpossibleNumberError as error:
            raise UnprocessableError(
                "is not a possible phone number", "不是有效的电话号码", field=f"{place}.phones"
            ) from error
    return found
