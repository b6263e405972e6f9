"""Policy data: numbers that people may change, each set with a version that is stored with every decision.

A version is a name for one content: a database that has seen it with other numbers refuses to go on.
"""

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.bus.database import Database
from shared.bus.statement import Statement

from .error_texts import field_text
from .policy_document import merged


class Policy(BaseModel):
    """The base of every service's policy. Frozen, and strict about names, so that a slip is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str


class PolicyError(Exception):
    """A policy cannot be used; the message is one line that names file, place and reason."""


P = TypeVar("P", bound=Policy)

_REMEMBER = Statement(
    """
    INSERT INTO policy (version, digest, document, content)
    VALUES (:version, :digest, CAST(:document AS jsonb), :content)
    ON CONFLICT (version) DO UPDATE SET content = coalesce(policy.content, excluded.content) RETURNING digest
    """
)


def load_policy(model: type[P], service: str, override: Path | None = None) -> P:
    """The policy of `service`: its table in the file `override`, else its default_policy.toml. Raises PolicyError."""
    default = Path(str(files(f"services.{service}") / "default_policy.toml"))
    document = _read(default)
    source = default.name
    if override is not None:
        given = _read(override)
        source = str(override)
        if service in given:
            document = merged(document, given[service])
    try:
        return model.model_validate(document)
    except ValidationError as error:
        english, chinese = first_fault(error)
        raise PolicyError(f"{source}: {service}.{english}|{source}：{service}.{chinese}") from error


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The first thing that is wrong with a policy, as place and reason, in English and Chinese."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = field_text(first, "en") if first["type"] == "value_error" else first["msg"]
    return f"{place}: {reason}", f"{place} {field_text(first, 'zh-CN')}"


def digest_of(policy: Policy) -> str:
    """What tells two contents of a policy apart."""
    return hashlib.sha256(policy.model_dump_json().encode()).hexdigest()


async def remember_policy(database: Database, policy: Policy) -> None:
    """Store the policy under its version. Raises PolicyError if that version had other content before."""
    digest = digest_of(policy)
    values = {"version": policy.version, "digest": digest, "document": policy.model_dump(mode="json")}
    content = policy.model_dump_json()
    [(known,)] = await database.fetch(_REMEMBER, {**values, "content": content})
    if known != digest:
        raise PolicyError(
            f"policy version {policy.version!r} is known with other numbers; give the changed policy a version of its own"
            f"|策略版本 {policy.version!r} 此前的内容不同；请给改动后的策略另起版本"
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise PolicyError(f"{path} cannot be used: {why}|无法使用 {path}：{why}") from error
