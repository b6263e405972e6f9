"""docker-compose.yml is well formed and tells every service what its settings know. Nothing is started."""

import importlib.resources
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import yaml

from services.command.registry import SERVICES

from .manifests import (
    KNOWN_TO_SETTINGS,
    ROOT,
    MissingVariableError,
    interpolated,
    parse_command,
    services_that_seal,
    settings_from,
)

COMPOSE = ROOT / "docker-compose.yml"
SECRETS = {
    "POSTGRES_PASSWORD": "0123456789abcdef",
    "REDRESS_API_TOKEN": "a-token-of-many-characters",
    "REDRESS_SEALING_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as compose would read it."""
    document: dict[str, Any] = yaml.safe_load(interpolated(COMPOSE.read_text(encoding="utf-8"), SECRETS))
    return document


def test_the_file_is_what_the_compose_specification_allows(compose: dict[str, Any]) -> None:
    pytest.importorskip("check_jsonschema", reason="without check-jsonschema the compose schema is not here")
    schema = importlib.resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    jsonschema.validate(compose, json.loads(schema.read_text(encoding="utf-8")))


@pytest.mark.parametrize("missing", SECRETS)
def test_a_missing_secret_is_named_and_explained(missing: str) -> None:
    others = {name: value for name, value in SECRETS.items() if name != missing}
    with pytest.raises(MissingVariableError, match=rf"{missing}: \w+"):
        interpolated(COMPOSE.read_text(encoding="utf-8"), others)


@pytest.mark.parametrize("page", ["operations.md", "operations.zh-CN.md"])
def test_the_documented_way_to_make_the_secrets_makes_good_ones(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (shutil.which("openssl") and shutil.which("bash")):
        pytest.skip("openssl or bash is not installed: the documented command was not tried")
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    command = re.search(r"^printf (?:.+\\\n)+.+> \.env$", text, re.MULTILINE)
    assert command
    subprocess.run(["bash", "-euc", command[0]], cwd=tmp_path, check=True)
    lines = (tmp_path / ".env").read_text(encoding="ascii").splitlines()
    made = dict(line.split("=", maxsplit=1) for line in lines)
    assert made.keys() == SECRETS.keys()
    filled = yaml.safe_load(interpolated(COMPOSE.read_text(encoding="utf-8"), made))
    settings = settings_from(filled["services"]["notify"]["environment"], monkeypatch)
    assert len(settings.keys["k1"]) == 32


def test_every_service_is_there_and_its_command_is_one(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        command = compose["services"][service]["command"]
        assert command == ["serve", service]
        assert parse_command(command) == "serve"


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_accept_every_variable(
    service: str, compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = compose["services"][service]["environment"]
    assert set(environment) - {"FORWARDED_ALLOW_IPS"} <= KNOWN_TO_SETTINGS
    settings = settings_from(environment, monkeypatch)
    assert settings.host == "0.0.0.0"
    assert settings.kafka == "kafka:9092"
    assert settings.database_url == f"postgresql+asyncpg://redress:0123456789abcdef@postgres:5432/{service}"


def test_intake_believes_the_gateway_who_calls_for_nobody_else_reaches_it(compose: dict[str, Any]) -> None:
    assert compose["services"]["intake"]["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    assert "ports" not in compose["services"]["intake"]


def test_only_those_who_seal_or_open_have_the_keys(compose: dict[str, Any]) -> None:
    with_keys = {
        name for name in SERVICES if "REDRESS_SEALING_KEYS" in compose["services"][name]["environment"]
    }
    assert with_keys == services_that_seal()


def test_the_tables_are_made_once_for_every_service_before_it_starts(compose: dict[str, Any]) -> None:
    migrate = compose["services"]["migrate"]
    script = migrate["command"][0]
    assert re.search(r"for service in ([\w ]+);", script)[1].split() == list(SERVICES)  # type: ignore[index]
    assert 'redress migrate "$service"' in script
    assert parse_command(["migrate", "intake"]) == "migrate"
    assert migrate["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for service in SERVICES:
        needs = compose["services"][service]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}


def test_all_but_intake_wait_for_the_broker(compose: dict[str, Any]) -> None:
    waiting = {name for name in SERVICES if "kafka" in compose["services"][name]["depends_on"]}
    assert waiting == set(SERVICES) - {"intake"}


def test_the_database_server_makes_one_database_per_service(compose: dict[str, Any]) -> None:
    script = (ROOT / "deploy" / "postgres" / "create_databases.sql").read_text(encoding="utf-8")
    assert re.findall(r"CREATE DATABASE (\w+);", script) == list(SERVICES)
    volumes = compose["services"]["postgres"]["volumes"]
    assert any(volume.startswith("./deploy/postgres/create_databases.sql:") for volume in volumes)


def test_prometheus_asks_every_service_and_sends_the_token(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert job["static_configs"][0]["targets"] == [f"{service}:8000" for service in SERVICES]
    assert job["authorization"]["credentials_file"] == "/run/secrets/api_token"
    assert compose["services"]["prometheus"]["secrets"] == ["api_token"]
    assert compose["secrets"]["api_token"] == {"environment": "REDRESS_API_TOKEN"}


def test_the_gateway_leads_to_every_service() -> None:
    gateway = (ROOT / "deploy" / "gateway" / "Caddyfile").read_text(encoding="utf-8")
    assert f"^/({'|'.join(SERVICES)})/" in gateway


def test_nothing_is_open_to_other_machines(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_our_containers_have_no_rights(compose: dict[str, Any]) -> None:
    for name in [*SERVICES, "migrate"]:
        service = compose["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_images_have_versions_and_the_broker_is_the_tested_one(compose: dict[str, Any]) -> None:
    images = {name: service["image"].rpartition(":") for name, service in compose["services"].items()}
    assert all(tag and (name == "redress" or tag != "latest") for name, _, tag in images.values())
    pom = ET.parse(ROOT / "tests" / "kafka" / "pom.xml")
    tested = pom.findtext(".//{*}kafka.version")
    assert images["kafka"] == ("apache/kafka", ":", tested)


def test_every_mounted_file_exists(compose: dict[str, Any]) -> None:
    mounts = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    assert mounts
    assert all((ROOT / mount).is_file() for mount in mounts)
