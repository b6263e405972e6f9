"""Where attachments lie: a folder, or whatever else fsspec knows (S3 with s3fs installed), by one address."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import fsspec

from .know_type import ENOUGH, know_type

CHUNK = 256 * 1024


class RefusedError(Exception):
    """The content may not be kept: `large` or `type`."""


class StoreUnavailableError(Exception):
    """The store does not do now what is asked of it; the message is one line of its own words."""


class Kept(NamedTuple):
    """What was stored."""

    media_type: str
    size: int
    sha256: str


class AttachmentStore:
    """Files by name under an address like file:///var/lib/redress/attachments or s3://bucket/attachments."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)  # type: ignore[no-untyped-call]

    async def write(
        self, name: str, content: AsyncIterator[bytes], *, largest: int, types: Iterable[str]
    ) -> Kept:
        """Stream content into a file. Raises RefusedError and StoreUnavailableError, and then nothing is left."""
        try:
            path = await self._open_place(name)
            return await self._stream(path, content, largest, frozenset(types))
        except BaseException as error:
            with suppress(OSError):
                await self.delete(name)
            if isinstance(error, OSError):
                raise StoreUnavailableError(f"{type(error).__name__}: {error}") from error
            raise

    async def open(self, name: str) -> AsyncIterator[bytes]:
        """The content of a file, to be read in pieces. Raises FileNotFoundError and StoreUnavailableError."""
        try:
            file = await asyncio.to_thread(self._files.open, self._path(name), "rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreUnavailableError(f"{type(error).__name__}: {error}") from error
        return self._pieces(file)

    async def _pieces(self, file: Any) -> AsyncIterator[bytes]:
        try:
            while piece := await asyncio.to_thread(file.read, CHUNK):
                yield piece
        finally:
            await asyncio.to_thread(file.close)

    async def delete(self, name: str) -> None:
        """Delete a file if it is there."""

        def remove() -> None:
            if self._files.exists(self._path(name)):
                self._files.rm_file(self._path(name))

        await asyncio.to_thread(remove)

    async def _stream(
        self, path: str, content: AsyncIterator[bytes], largest: int, types: frozenset[str]
    ) -> Kept:
        beginning, size, digest = b"", 0, hashlib.sha256()
        media_type: str | None = None
        file: Any = await asyncio.to_thread(self._files.open, path, "wb")
        try:
            async for piece in content:
                size += len(piece)
                if size > largest:
                    raise RefusedError("large")
                if media_type is None and len(beginning) < ENOUGH:
                    beginning += piece[:ENOUGH]
                    if len(beginning) >= ENOUGH:
                        media_type = _allowed(beginning, types)
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
        finally:
            await asyncio.to_thread(file.close)
        return Kept(media_type or _allowed(beginning, types), size, digest.hexdigest())

    async def _open_place(self, name: str) -> str:
        path = self._path(name)
        await asyncio.to_thread(self._files.makedirs, path.rpartition("/")[0], exist_ok=True)
        return path

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def _allowed(beginning: bytes, types: frozenset[str]) -> str:
    media_type = know_type(beginning)
    if media_type not in types:
        raise RefusedError("type")
    return media_type
