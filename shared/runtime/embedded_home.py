"""Decides where an embedded server's files lie and which user runs it, so that this user can reach them."""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SYSTEM_FOLDER = Path("/var/lib/redress")
SYSTEM_USERS = ("postgres", "nobody")
POINTER = "postgres-is-elsewhere.txt"
POINTER_TEXT = """\
Root cannot run PostgreSQL, and the user who runs it instead cannot reach this folder.
So the database lies in the folder named in the last line. To delete the data, delete both.
"""
OWNER_LOCK = "owner.lock"
SOCKET_NAME_BYTES = len("/.s.PGSQL.5432")
SOCKET_PATH_BYTES = 103  # 107 on Linux, 103 on macOS
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot do what was asked; the message is one line for a person."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user that runs postgres on behalf of root."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Home:
    """Where one server's files lie, and who runs it (`account` is None when we run it as ourselves)."""

    folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: `run`, or the short folder that `run` links to."""
        return Path(os.path.realpath(self.folder / "run"))


def prepare_home(folder: Path, system_folder: Path = SYSTEM_FOLDER) -> Home:
    """Create and choose the folder of the server whose data `folder` stands for.

    As an ordinary user that is `folder` itself. Root cannot run postgres, so it is run as `postgres`, or as
    `nobody` where there is no such user; when that user cannot reach `folder`, the files lie under
    `system_folder`, and a text file in `folder` says where. No existing folder changes its mode or owner.
    """
    folder = Path(os.path.realpath(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _home_for_root(folder, system_folder) if os.geteuid() == 0 else _own_home(folder)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"cannot use the data folder {folder}: {reason(error)}|无法使用数据目录 {folder}：{reason(error)}"
        ) from error


def find_home(folder: Path) -> Home:
    """The home that an earlier `prepare_home` chose for `folder`; changes nothing."""
    folder = Path(os.path.realpath(folder))
    try:
        home = _pointed_to(folder) or folder
        if not (home / "data").is_dir():
            raise EmbeddedPostgresError(
                f"there is no Redress database in {folder}|{folder} 中没有 Redress 数据库"
            )
        found = Home(home, _owner_of(home / "data") if os.geteuid() == 0 else None)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"cannot read the data folder {folder}: {reason(error)}"
            f"|无法读取数据目录 {folder}：{reason(error)}"
        ) from error
    if found.account is None and found.data.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"the database in {folder} belongs to somebody else: run as that user"
            f"|{folder} 中的数据库属于其他用户：请以该用户运行"
        )
    return found


def prepare_sockets(home: Home) -> Path:
    """Make the socket's private folder: in the home if its path is short and plain, else a temporary one."""
    link = home.folder / "run"
    target = home.sockets
    if has_private_sockets(home) and _fits_a_socket(target):
        return target
    _remove_run(link)
    if _fits_a_socket(link):
        link.mkdir(mode=0o700)
        give(link, home.account)
        return link
    for candidate in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes a private one
        parent = Path(os.path.realpath(candidate))
        reachable = home.account is None or can_enter(parent, home.account)
        if reachable and _fits_a_socket(parent / "redress-12345678"):
            short = Path(tempfile.mkdtemp(prefix="redress-", dir=parent))
            give(short, home.account)
            link.symlink_to(short)
            return short
    raise EmbeddedPostgresError(
        f"no folder has a path short enough for the socket of {home.folder}"
        f"|没有路径足够短的目录可放 {home.folder} 的套接字"
    )


def remove_sockets(home: Home) -> None:
    """Remove the temporary folder of the socket, if there was need for one."""
    link = home.folder / "run"
    if link.is_symlink():
        if has_private_sockets(home):
            shutil.rmtree(home.sockets, ignore_errors=True)
        link.unlink(missing_ok=True)


def has_private_sockets(home: Home) -> bool:
    """Whether the socket's folder belongs to the server's user and nobody else gets in."""
    try:
        status = home.sockets.lstat()
    except OSError:
        return False
    owner = home.account.uid if home.account else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and stat.S_IMODE(status.st_mode) == 0o700


def can_enter(folder: Path, account: Account) -> bool:
    """Whether `account` can reach `folder`, found by trying."""
    return succeeds_as(account, ["/bin/sh", "-c", 'cd "$0"', str(folder)])


def succeeds_as(account: Account, command: list[str]) -> bool:
    """Whether `command` ends well when `account` runs it."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command with our own paths
            command,
            check=False,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False
    return done.returncode == 0


def give(path: Path, account: Account | None) -> None:
    """Make a file or folder that we have just made belong to `account`."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def make_reachable(system_folder: Path) -> None:
    """Make the folder for what does not fit elsewhere; it is ours, so its mode is ours to set."""
    system_folder.mkdir(parents=True, exist_ok=True)
    if system_folder.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(f"{system_folder} belongs to somebody else|{system_folder} 属于其他用户")
    system_folder.chmod(0o755)


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a small file so that a crash leaves the old one or the new one."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def reason(error: OSError) -> str:
    """What the system says, in one line without the number."""
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error or type(error).__name__}{where}"


def _own_home(folder: Path) -> Home:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise EmbeddedPostgresError(f"the data folder {folder} is not writable|数据目录 {folder} 不可写")
    if (folder / POINTER).exists():
        raise EmbeddedPostgresError(
            f"the database of {folder} was made by root: run as root"
            f"|{folder} 的数据库由 root 创建：请以 root 运行"
        )
    data = folder / "data"
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"the database in {folder} belongs to {_owner_of(data).name}: run as that user"
            f"|{folder} 中的数据库属于 {_owner_of(data).name}：请以该用户运行"
        )
    return Home(folder, None)


def _home_for_root(folder: Path, system_folder: Path) -> Home:
    elsewhere = _pointed_to(folder)
    if elsewhere is not None and not elsewhere.is_dir():
        raise EmbeddedPostgresError(
            f"the data of {folder} should be in {elsewhere}, says {POINTER}; they are gone"
            f"|据 {POINTER} 所记，{folder} 的数据应在 {elsewhere}，但已不在"
        )
    home = elsewhere or folder
    if (home / "data").exists():
        return _existing_home_for_root(home)
    account = _choose_account()
    if elsewhere is None and not can_enter(folder, account):
        home = _make_elsewhere(folder, system_folder)
    return Home(home, account)


def _existing_home_for_root(home: Path) -> Home:
    """Go on as the user who has run this server until now, whoever would be chosen today."""
    account = _owner_of(home / "data")
    lock = home / OWNER_LOCK
    made_by_that_user = account.uid == 0 or (lock.exists() and lock.lstat().st_uid == account.uid)
    if made_by_that_user:
        raise EmbeddedPostgresError(
            f"the database in {home} belongs to {account.name}: run as that user, not as root"
            f"|{home} 中的数据库属于 {account.name}：请以该用户运行，不要用 root"
        )
    if not can_enter(home / "data", account):
        raise EmbeddedPostgresError(
            f"the user {account.name}, who runs PostgreSQL, cannot reach {home}"
            f"|运行 PostgreSQL 的用户 {account.name} 无法进入 {home}"
        )
    return Home(home, account)


def _make_elsewhere(folder: Path, system_folder: Path) -> Path:
    home = system_folder / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if (home / "data").exists():  # never let data that somebody thought deleted come back unasked
        raise EmbeddedPostgresError(
            f"{folder} is new, but former data of it are still in {home}: delete those first"
            f"|{folder} 是新的，但它以前的数据还在 {home}：请先删除"
        )
    make_reachable(system_folder)
    home.mkdir(mode=0o711, exist_ok=True)
    home.chmod(0o711)
    write_whole(home / "whose.txt", f"The database of {folder}; {POINTER} in there leads here.\n")
    write_whole(folder / POINTER, f"{POINTER_TEXT}{home}\n")
    return home


def _pointed_to(folder: Path) -> Path | None:
    pointer = folder / POINTER
    if not pointer.exists():
        return None
    lines = pointer.read_text().splitlines()
    return Path(lines[-1]) if lines else None


def _choose_account() -> Account:
    for name in SYSTEM_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(entry.pw_uid, entry.pw_gid, name)
        if account.uid != 0:
            if not succeeds_as(account, ["/bin/sh", "-c", ":"]):
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not run as root, and this root cannot become {name}"
                    f"|PostgreSQL 不能以 root 运行，而此 root 不能切换为 {name}"
                )
            return account
    users = " or ".join(SYSTEM_USERS)
    raise EmbeddedPostgresError(
        f"PostgreSQL does not run as root, and there is no user {users}: run as another"
        f"|PostgreSQL 不能以 root 运行，又没有用户 {users}：请以其他用户运行"
    )


def _owner_of(path: Path) -> Account:
    status = path.stat()
    try:
        name = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        name = f"number {status.st_uid}"
    return Account(status.st_uid, status.st_gid, name)


def _remove_run(link: Path) -> None:
    """Clear away an unfit `run`; the caller holds the locks, so no living server uses it."""
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)
    else:
        link.unlink(missing_ok=True)


def _fits_a_socket(folder: Path) -> bool:
    """Whether the path is short enough, and needs no quoting in an address or in the settings."""
    text = str(folder)
    return PLAIN_PATH.fullmatch(text) is not None and len(text) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES
