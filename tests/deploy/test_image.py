"""The image holds everything a service reads at run time. It is not built here, for want of an engine."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .manifests import ROOT, parse_command

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files that the image's build step installs."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_the_wheel_holds_policies_templates_and_migrations(wheel: set[str]) -> None:
    present = {
        str(path.relative_to(ROOT))
        for package in ("services", "shared")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert present <= wheel
    assert not [name for name in wheel if name.startswith(("tests/", "tools/", "bench/"))]


def test_everything_that_is_copied_is_let_through_by_dockerignore() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignore
    copied = [
        source
        for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignore


def test_the_image_installs_only_what_the_lock_names() -> None:
    installs = re.findall(r"pip install (.+)$", DOCKERFILE, re.MULTILINE)
    assert installs == [
        "--require-hashes --requirement /src/requirements/run.lock",
        "--no-deps --no-build-isolation /src",
    ]


def test_the_image_runs_redress_as_a_numbered_user_and_holds_no_secret() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["redress"\]$', DOCKERFILE, re.MULTILINE)
    assert not re.findall(r"REDRESS_(?:API_TOKEN|SEALING_KEYS|DATABASE_URL)", DOCKERFILE)
    assert parse_command(["serve", "intake"]) == "serve"


def test_the_health_check_is_python_that_compiles_and_asks_for_life() -> None:
    command = ast.literal_eval(re.search(r"HEALTHCHECK .*\\\n +CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[1])  # type: ignore[index]
    assert command[:2] == ["python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert "/health/live" in command[2]


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert "Apache License" in Path(ROOT / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
