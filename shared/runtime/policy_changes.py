"""Puts new versions of a policy, and withdraws those that are not in force yet; what was in force is never changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from pydantic import Field, StringConstraints, ValidationError

from shared.bus.unit_of_work import Transaction, UnitOfWork

from .error_texts import halves
from .errors import ConflictError, NotFoundError, UnprocessableError
from .policy import Policy, PolicyError, digest_of
from .policy_document import Document, differences, merged
from .policy_keeper import PolicyKeeper
from .policy_store import add_version, coming, one_version, take_turn, version_at, withdraw_version

SURE_TO_COME = timedelta(seconds=3)
"""So near its time a version counts as in force: other processes may have taken it already."""

VersionName = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
]


class Asked(NamedTuple):
    """A change of a policy: who wants it from when on and why, and what it changes of which version."""

    change: Document
    by: str
    reason: str
    valid_from: datetime | None
    based_on: str | None


class _Named(Policy, extra="ignore"):
    version: VersionName = Field()


async def put_version(work: UnitOfWork, keeper: PolicyKeeper[Any], asked: Asked) -> dict[str, Any]:
    """Store a new version; returns what it is and changes. Raises what refuses it, with nothing stored."""
    async with work.begin() as tx:
        told = await add_in(tx, keeper, asked)
    await keeper.refresh()
    return told | {"in_force": keeper.now.version == told["version"]}


async def add_in(tx: Transaction, keeper: PolicyKeeper[Any], asked: Asked) -> dict[str, Any]:
    """Store a new version in a transaction of the caller, who refreshes the keeper after it; returns what it changes."""
    name = _model(_Named, asked.change).version
    now = await take_turn(tx)
    valid_from = asked.valid_from or now
    if valid_from < now:
        raise UnprocessableError("must not be in the past", "不得早于现在", field="valid_from")
    base_name, base = await _base(tx, keeper, asked.based_on, valid_from)
    policy = _model(type(keeper.base), merged(base, asked.change))
    _can_be_used(keeper, policy)
    document = policy.model_dump(mode="json")
    changed = [one for one in differences(base, document) if one["field"] != "version"]
    if not changed and asked.based_on is None:
        raise UnprocessableError(f"changes nothing of {base_name}", f"与 {base_name} 没有区别", field="body")
    values = {
        "version": name,
        "digest": digest_of(policy),
        "document": document,
        "content": policy.model_dump_json(),
        "valid_from": valid_from,
        "based_on": base_name,
        "change": _as_stored(asked.change, document),
        "by": asked.by,
        "reason": asked.reason,
    }
    if not await add_version(tx, values):
        raise ConflictError(
            f"there is a version {name!r} already; a version is never changed",
            f"版本 {name!r} 已存在，版本不可修改",
            field="version",
        )
    return {
        "version": name,
        "valid_from": valid_from,
        "based_on": base_name,
        "followed_by": [row["version"] for row in await coming(tx, valid_from)],
        "differences": changed,
    }


async def withdraw(work: UnitOfWork, version: str, by: str) -> dict[str, Any]:
    """Let a coming version not come. Raises NotFoundError, and ConflictError once it may be in force."""
    async with work.begin() as tx:
        now = await take_turn(tx)
        row = await one_version(tx, version)
        if row is None:
            raise unknown(version)
        if row["withdrawn_at"] is not None:
            raise ConflictError(f"{version!r} is withdrawn already", f"{version!r} 已撤回")
        if row["valid_from"] is None or row["valid_from"] <= now + SURE_TO_COME:
            raise ConflictError(
                f"{version!r} is or was in force, and decisions name it; put a new version instead",
                f"{version!r} 已经生效，已有决定引用它，请另立新版本",
            )
        for other in await coming(tx, now):
            if other["based_on"] == version:
                raise ConflictError(
                    f"{other['version']!r} is made from it; withdraw that one first",
                    f"{other['version']!r} 以它为基础，请先撤回该版本",
                )
        await withdraw_version(tx, version, by)
    return {"version": version, "withdrawn": True}


def unknown(version: str) -> NotFoundError:
    """There is no such version."""
    return NotFoundError(f"there is no policy version {version!r}", f"没有策略版本 {version!r}")


async def _base(
    tx: Transaction, keeper: PolicyKeeper[Any], named: str | None, at: datetime
) -> tuple[str, Document]:
    """What is changed: the version that was named, else the one that will be in force then."""
    row = await version_at(tx, at) if named is None else await one_version(tx, named)
    if row is None:
        if named not in {None, keeper.base.version}:
            raise UnprocessableError(
                f"there is no policy version {named!r}", f"没有策略版本 {named!r}", field="based_on"
            )
        return keeper.base.version, keeper.base.model_dump(mode="json")
    if row["content"] is None:
        raise ConflictError(
            f"{row['version']!r} was stored without the order of its fields and cannot be changed any more",
            f"{row['version']!r} 保存时未记录字段顺序，不能作为基础",
        )
    try:
        return row["version"], keeper.understand(row["content"]).model_dump(mode="json")
    except PolicyError as error:
        raise ConflictError(
            f"{row['version']!r} cannot be used any more: {error}", f"{row['version']!r} 已无法使用：{error}"
        ) from error


def _model(model: type[Any], document: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [fault | {"loc": ("body", *fault["loc"])} for fault in faults]
        ) from error


def _can_be_used(keeper: PolicyKeeper[Any], policy: Policy) -> None:
    try:
        keeper.check(policy)
    except PolicyError as error:
        raise UnprocessableError(*halves(error), field="body") from error


def _as_stored(change: Mapping[str, Any], document: Mapping[str, Any]) -> Document:
    """The change with its values as the document has them: TOML knows times, JSON does not."""
    return {
        name: _as_stored(value, document.get(name) or {})
        if isinstance(value, dict) and isinstance(document.get(name), dict)
        else document.get(name)
        for name, value in change.items()
    }
