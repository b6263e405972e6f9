"""Where the services answer: all at one address, or each where the file of `redress up` says."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from .conservation import Place
from .replay_error import ReplayError

USUAL = "http://127.0.0.1:8000"
USUAL_FOLDER = Path("redress-data")


def find_addresses(
    at: str | None, file: Path | None, folder: Path | None, of: Sequence[str] = tuple(Place)
) -> Mapping[str, str]:
    """The address of each service of these: `at` for all, or `file`, or the data folder's file. Raises ReplayError.

    Without any of them it is the usual folder's file where there is one, else the usual address.
    """
    if sum(given is not None for given in (at, file, folder)) > 1:
        raise ReplayError(
            "give one of --at, --addresses and --data|--at、--addresses 和 --data 只能给一个", 2
        )
    if file is None and folder is not None:
        file = folder / "addresses.json"
    usual = USUAL_FOLDER / "addresses.json"
    if file is None and at is None and usual.exists():
        file = usual
    if file is None:
        return dict.fromkeys(of, _checked(USUAL if at is None else at, "--at"))
    return _read(file, of)


def _read(file: Path, of: Sequence[str]) -> Mapping[str, str]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReplayError(
            f"{file} cannot be read: {error.strerror}. `redress up` writes it; is it running on this folder?"
            f"|无法读取 {file}：{error.strerror}。该文件由 `redress up` 写出，它是否正在用这个目录运行？"
        ) from error
    except ValueError as error:
        raise ReplayError(f"{file} is no JSON: {error}|{file} 不是合法的 JSON：{error}", 2) from error
    if not isinstance(content, dict):
        raise ReplayError(
            f"{file} does not name services and their addresses|{file} 没有写明各服务及其地址", 2
        )
    missing = [str(place) for place in of if not isinstance(content.get(place), str)]
    if missing:
        raise ReplayError(
            f"{file} has no address of {', '.join(missing)}|{file} 缺少这些服务的地址：{'、'.join(missing)}",
            2,
        )
    return {place: _checked(content[place], f"{place} in {file}") for place in of}


def _checked(address: str, named: str) -> str:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ReplayError(
            f"{named}: {address!r} is no address: {error}|{named}：{address!r} 不是地址：{error}", 2
        ) from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ReplayError(
            f"{named}: {address!r} is no address; one is {USUAL}"
            f"|{named}：{address!r} 不是地址；地址形如 {USUAL}",
            2,
        )
    return address.rstrip("/")
