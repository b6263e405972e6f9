"""Asks a ClamAV daemon whether a file is clean."""

import asyncio
from collections.abc import AsyncIterator

ANSWER_WITHIN = 60.0


class ScannerError(Exception):
    """The daemon could not tell."""


async def is_clean(address: str, content: AsyncIterator[bytes]) -> bool:
    """True if the daemon at host:port finds nothing (INSTREAM of clamd(8)). Raises ScannerError."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(b"zINSTREAM\0")
                async for piece in content:
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                answer = (await reader.readuntil(b"\0")).rstrip(b"\0")
            finally:
                writer.close()
    except (
        OSError,
        TimeoutError,
        ValueError,
        asyncio.IncompleteReadError,
        asyncio.LimitOverrunError,
    ) as error:
        raise ScannerError(type(error).__name__) from error
    if answer.endswith(b" FOUND"):
        return False
    if answer.endswith(b" OK"):
        return True
    raise ScannerError("no verdict")
