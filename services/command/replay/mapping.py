"""The mapping file: which column of a file becomes which field of a contact, and how dates are to be read."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)

from shared.events.vocabulary import Channel, Language
from shared.runtime.error_texts import field_text

from .read_dates import check_format, has_offset
from .replay_error import ReplayError


def _column(value: Any) -> str | int:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ValueError("is a column's name, or its number from 1 on|应为列名，或从 1 起的列号")


def _encoding(value: str) -> str:
    try:
        " ".encode(value)
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"{value!r} is no text encoding|{value!r} 不是文本编码") from error
    return "utf-8-sig" if value.lower().replace("_", "-") in {"utf-8", "utf8"} else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(
            f"{value!r} is no time zone; one is Asia/Shanghai|{value!r} 不是时区；时区形如 Asia/Shanghai"
        ) from error
    return value


def _format(value: str) -> str:
    check_format(value)
    return value


Column = Annotated[str | int, PlainValidator(_column)]
Columns = Annotated[tuple[Column, ...], Field(min_length=1)]
Sign = Annotated[str, Field(min_length=1, max_length=1)]
ENTERED_BY_STAFF = {"branch": "BRANCH", "letter": "LETTER", "fax": "FAX"}
"""What staff enter at the door for calls, and what they say there of how it came."""
Door = Literal[Channel.PHONE, Channel.WEB, Channel.SMS, "branch", "letter", "fax"]
OnDoubt = Literal["reject", "omit"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JoinedPart(_Part):
    """Text from several columns, those that are empty left out."""

    columns: Columns
    join: str = "\n"


class PathPart(JoinedPart):
    """A path in a tree, as "billing/overcharged"."""

    join: str = "/"


class ContactPart(_Part):
    """What makes a row the same contact when it comes again; without an id its content and occurrence do."""

    id: Column | None = None


class OccurredAtPart(JoinedPart):
    """When it was said.

    formats: as of strptime, or iso8601, excel, unix, unix-ms; all are tried, and a date that two of them read
    differently is ambiguous. zone: of times without offset. no_date: what stands there where there is none.
    ambiguous_dates, unreadable_dates: reject the row, to be replayed when the mapping is right, or omit its
    date - then intake takes the time of arrival for it, and no later replay corrects that.
    """

    join: str = " "
    formats: Annotated[tuple[Annotated[str, AfterValidator(_format)], ...], Field(min_length=1)]
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    no_date: tuple[str, ...] = ()
    ambiguous_dates: OnDoubt = "reject"
    unreadable_dates: OnDoubt = "reject"

    @model_validator(mode="after")
    def _local_times_have_a_zone(self) -> Self:
        if self.zone is None and not all(has_offset(format_) for format_ in self.formats):
            raise ValueError(
                "zone is missing, for not every format has an offset|缺少 zone：并非每种格式都带时区偏移"
            )
        return self


class ChannelPart(_Part):
    """Through which door a row goes: by a column's values, or `default` where that is empty or not named."""

    column: Column | None = None
    values: dict[str, Door] = {}
    default: Door | None = None

    @model_validator(mode="after")
    def _there_is_a_channel(self) -> Self:
        if self.column is None and self.default is None:
            raise ValueError("column or default is missing|缺少 column 或 default")
        return self


class LanguagePart(_Part):
    """The customer's language; any value not in `values` gets `default`, and without one intake guesses."""

    column: Column | None = None
    values: dict[str, Language] = {}
    default: Language | None = None


class SenderPart(_Part):
    """The number or name a call or message came from."""

    column: Column | None = None
    default: str = ""


class CustomerPart(_Part):
    """What identifies the customer; nothing of it needs to be known."""

    external_id: Column | None = None
    name: Column | None = None
    phone: Column | None = None
    email: Column | None = None


class Mapping(_Part):
    """One kind of file. source: a name that keeps the contacts of different files apart."""

    source: Annotated[str, Field(pattern=r"^[\w.-]{1,60}$")]
    format: Literal["csv", "jsonl"] = "csv"
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8-sig"
    delimiter: Sign = ","
    quote: Sign = '"'
    header: bool = True
    text: JoinedPart
    channel: ChannelPart
    contact: ContactPart = ContactPart()
    occurred_at: OccurredAtPart | None = None
    customer: CustomerPart = CustomerPart()
    sender: SenderPart = SenderPart()
    category: PathPart | None = None
    language: LanguagePart = LanguagePart()

    @model_validator(mode="after")
    def _columns_can_be_found(self) -> Self:
        for column, key in self.columns.items():
            if self.format == "jsonl" and isinstance(column, int):
                raise ValueError(
                    f"{key}: a JSON line has names, no number {column}"
                    f"|{key}：JSON 行按名称取值，没有列号 {column}"
                )
            if self.format == "csv" and not self.header and isinstance(column, str):
                raise ValueError(
                    f"{key}: without a header columns are numbers, not {column!r}"
                    f"|{key}：没有表头时列用列号表示，而不是 {column!r}"
                )
        return self

    @property
    def columns(self) -> dict[str | int, str]:
        """Every column that is used, with the key that names it first."""
        found: dict[str | int, str] = {}
        for column, key in self._used():
            found.setdefault(column, key)
        return found

    def _used(self) -> Iterator[tuple[str | int, str]]:
        for name in ("text", "occurred_at", "category"):
            part: JoinedPart | None = getattr(self, name)
            yield from ((column, f"{name}.columns") for column in (part.columns if part else ()))
        single = {
            "contact.id": self.contact.id,
            "channel.column": self.channel.column,
            "language.column": self.language.column,
            "sender.column": self.sender.column,
            **{f"customer.{name}": getattr(self.customer, name) for name in CustomerPart.model_fields},
        }
        yield from ((column, key) for key, column in single.items() if column is not None)


_SAID_SHORTER = {
    "missing": ("is missing", "缺少此项"),
    "extra_forbidden": ("is no key of a mapping", "不是映射文件的键"),
}


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises ReplayError, in one line that names the key."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReplayError(
            f"the mapping {path} cannot be read: {error.strerror}|无法读取映射文件 {path}：{error.strerror}",
            2,
        ) from error
    except ValueError as error:
        raise ReplayError(
            f"the mapping {path} is no TOML: {error}|映射文件 {path} 不是合法的 TOML：{error}", 2
        ) from error
    try:
        return Mapping(**content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        place = f"{path}: {key}: " if key else f"{path}: "
        english, chinese = _SAID_SHORTER.get(first["type"], (_said(first, "en"), _said(first, "zh-CN")))
        raise ReplayError(f"the mapping {place}{english}|映射文件 {place}{chinese}", 2) from error


def _said(fault: Any, language: str) -> str:
    return (
        field_text(fault, language)
        if fault["type"] == "value_error" or language != "en"
        else str(fault["msg"])
    )
