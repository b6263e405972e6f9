"""Settings of a service: from the environment (REDRESS_…), or from the TOML file of --config, which is read strictly."""

import base64
import binascii
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .error_texts import field_text

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(Exception):
    """The settings cannot be used; the message is one line that says which and why."""


class Settings(BaseSettings):
    """What every service can be told. Names in the environment carry the prefix REDRESS_."""

    model_config = SettingsConfigDict(env_prefix="REDRESS_", extra="forbid", frozen=True)

    database_url: str | None = Field(
        None, description="postgresql+asyncpg://… of this service's own database"
    )
    kafka: str | None = Field(None, description="host:port[,host:port…] of the Kafka brokers")
    host: str = Field("127.0.0.1", description="address to listen on; any but loopback needs api_token")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    api_token: str | None = Field(
        None, min_length=16, description="bearer token that callers of the API must send"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="address under which people reach the pages")
    policy_file: Path | None = Field(None, description="TOML file with policies, a table per service")
    sealing_keys: str | None = Field(
        None, description="key id:base64 of 32 bytes, several by comma; the first one seals, all of them open"
    )
    staff_file: Path | None = Field(None, description="TOML file with departments and staff (routing)")
    accounts_file: Path | None = Field(
        None, description="TOML file with the accounts at SMS and phone providers (intake)"
    )
    attachments_url: str | None = Field(
        None, description="where attachments lie, as file:///… or, with s3fs installed, s3://… (intake)"
    )
    clamav: str | None = Field(
        None,
        pattern=r"^[^:\s]+:\d+$",
        description="host:port of a ClamAV daemon that looks at attachments (intake)",
    )
    category_model: Path | None = Field(
        None, description="model of `redress train-categories`, for suggested categories (intake)"
    )
    outbound_folder: Path | None = Field(
        None, description="folder into which the file sender writes messages (notify)"
    )
    outbound_url: str | None = Field(
        None, description="address to which the HTTP sender posts messages (notify)"
    )
    member_id: str = Field("0", description="stable name of this replica within its consumer group")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    kafka_session_timeout: float = Field(
        45.0, ge=1, description="seconds of silence after which a member is thought dead"
    )
    drain_seconds: float = Field(
        10.0, ge=0, description="how long open requests may take to end after SIGTERM"
    )

    @field_validator("sealing_keys")
    @classmethod
    def _keys_are_readable(cls, value: str | None) -> str | None:
        if value is not None:
            parse_keys(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _address_is_a_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("postgresql+asyncpg://"):
            raise ValueError(
                f"a database is written postgresql+asyncpg://…, not {value!r}"
                f"|数据库应写作 postgresql+asyncpg://…，不能是 {value!r}"
            )
        return value

    @model_validator(mode="after")
    def _strangers_need_a_token(self) -> Self:
        if self.host not in LOOPBACK and not self.api_token:
            raise ValueError(
                f"listening on {self.host} needs REDRESS_API_TOKEN, so that not everybody can use the API"
                f"|监听 {self.host} 需要 REDRESS_API_TOKEN，以免任何人都能使用接口"
            )
        return self

    @property
    def keys(self) -> dict[str, bytes]:
        """Sealing keys by id, the one that seals first."""
        return parse_keys(self.sealing_keys) if self.sealing_keys else {}


def parse_keys(text: str) -> dict[str, bytes]:
    """Keys from `id:base64,id:base64`. Raises ValueError."""
    keys = {}
    for part in text.split(","):
        key_id, colon, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"the key {key_id!r} is not base64|密钥 {key_id!r} 不是 base64") from error
        if not colon or not key_id or len(key) != 32:
            raise ValueError(
                "a sealing key is written <id>:<base64 of 32 bytes>|密钥应写作 <编号>:<32 字节的 base64>"
            )
        keys[key_id] = key
    return keys


def load_settings(config: Path | None = None, **given: Any) -> Settings:
    """Settings from `given`, then the environment, then the file `config`. Raises SettingsError."""
    from_file: dict[str, Any] = {}
    if config is not None:
        try:
            from_file = tomllib.loads(config.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise SettingsError(f"{config} cannot be used: {why}|无法使用 {config}：{why}") from error
    try:
        environment = Settings(**{name: value for name, value in given.items() if value is not None})
        chosen = environment.model_dump(include=environment.model_fields_set)
        return Settings(**(from_file | chosen))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "".join(f"{part}: " for part in first["loc"])
        raise SettingsError(f"{name}{field_text(first, 'en')}|{name}{field_text(first, 'zh-CN')}") from error
