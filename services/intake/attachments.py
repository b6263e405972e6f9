"""Keeps files beside complaints: stored first, then noted; shown only when a scanner, where there is one, said clean."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.transience import is_transient
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.errors import ConflictError, NotFoundError, UnavailableError

from .attachment_store import AttachmentStore, StoreUnavailableError
from .clamav import ScannerError, is_clean
from .policy import AttachmentPolicy

log = structlog.get_logger()

QUARANTINED, CLEAN, INFECTED, NOT_SCANNED = "QUARANTINED", "CLEAN", "INFECTED", "NOT_SCANNED"
LOOK_EVERY, LEASE = 2.0, 120

_COMPLAINT = Statement(
    """
    SELECT (SELECT count(*) FROM attachment WHERE attachment.complaint_id = complaint.complaint_id) AS files
    FROM complaint WHERE complaint_id = :complaint
    """
)
_NOTE = Statement(
    """
    INSERT INTO attachment (attachment_id, complaint_id, name, media_type, size, sha256, state, stored_at, scan_after)
    VALUES (:attachment, :complaint, :name, :media_type, :size, :sha256, :state, now(), now())
    ON CONFLICT (complaint_id, sha256) DO UPDATE SET sha256 = excluded.sha256
    RETURNING attachment_id, name, media_type, size, sha256, state, stored_at
    """
)
_LIST = Statement(
    """
    SELECT attachment_id, name, media_type, size, sha256, state, stored_at FROM attachment
    WHERE complaint_id = :complaint ORDER BY attachment_id
    """
)
_ONE = Statement("SELECT * FROM attachment WHERE attachment_id = :attachment")
_NEXT_TO_SCAN = Statement(
    """
    UPDATE attachment SET scan_after = now() + make_interval(secs => :lease)
    WHERE attachment_id = (SELECT attachment_id FROM attachment WHERE state = 'QUARANTINED' AND scan_after <= now()
                           ORDER BY scan_after LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING attachment_id, complaint_id
    """
)
_SCANNED = Statement(
    "UPDATE attachment SET state = :state WHERE attachment_id = :attachment AND state = 'QUARANTINED'"
)


class Attachments:
    """The files of all complaints. scanner: host:port of a ClamAV daemon, if there is one."""

    def __init__(
        self, work: UnitOfWork, store: AttachmentStore | None, policy: AttachmentPolicy, scanner: str | None
    ) -> None:
        self._work = work
        self._store = store
        self._policy = policy
        self._scanner = scanner

    async def take(self, complaint: UUID, name: str, content: AsyncIterator[bytes]) -> dict[str, Any]:
        """Keep a file; the same content again is the file that is there. Raises RefusedError, ProblemError."""
        await self._may_have_more(complaint)
        attachment = uuid7()
        try:
            kept = await self.store.write(
                _place(complaint, attachment), content, largest=self._policy.largest, types=self._policy.types
            )
        except StoreUnavailableError as error:
            raise _unavailable(error) from error
        state = QUARANTINED if self._scanner else NOT_SCANNED
        values = {"attachment": attachment, "complaint": complaint, "name": name, "state": state}
        async with self._work.begin(str(complaint)) as tx:
            [row] = await tx.fetch(_NOTE, values | kept._asdict())
        if row["attachment_id"] != attachment:
            await self.store.delete(_place(complaint, attachment))
        return dict(row)

    async def of(self, complaint: UUID) -> list[dict[str, Any]]:
        """The files of a complaint, the first one first."""
        return [dict(row) for row in await self._work.fetch(_LIST, {"complaint": complaint})]

    async def find(self, attachment: UUID) -> tuple[dict[str, Any], AsyncIterator[bytes]]:
        """A file and its content. Raises NotFoundError, and ConflictError while it may not be shown."""
        rows = await self._work.fetch(_ONE, {"attachment": attachment})
        if not rows:
            raise NotFoundError("this file is not known", "没有这个文件")
        row = dict(rows[0])
        if row["state"] in {QUARANTINED, INFECTED}:
            raise ConflictError(f"the file is {row['state'].lower()}", "文件尚未通过安全检查")
        try:
            return row, await self.store.open(_place(row["complaint_id"], attachment))
        except StoreUnavailableError as error:
            raise _unavailable(error) from error
        except FileNotFoundError as error:
            raise NotFoundError("the content of this file is gone", "文件内容已不存在") from error

    async def scan_next(self) -> bool:
        """Have one file scanned; false if none waits. Raises ScannerError, and the file waits on."""
        assert self._scanner is not None
        rows = await self._work.fetch(_NEXT_TO_SCAN, {"lease": LEASE})
        if not rows:
            return False
        attachment, complaint = rows[0]
        clean = await is_clean(self._scanner, await self.store.open(_place(complaint, attachment)))
        await self._work.fetch(_SCANNED, {"attachment": attachment, "state": CLEAN if clean else INFECTED})
        if not clean:
            log.warning("attachment.infected", attachment=str(attachment))
            await self.store.delete(_place(complaint, attachment))
        return True

    async def keep_scanning(self) -> None:
        """Scan what waits, until cancelled. Nothing else waits for it."""
        while self._scanner and self._store:
            try:
                if await self.scan_next():
                    continue
            except ScannerError as error:
                log.warning("attachment.not_scanned", reason=str(error))
            except Exception as error:  # noqa: BLE001 - the file waits on
                reason = type(error).__name__ if is_transient(error) else repr(error)
                log.warning("attachment.not_scanned", reason=reason)
            await asyncio.sleep(LOOK_EVERY)

    @property
    def can_keep(self) -> bool:
        """True if a place for files was named."""
        return self._store is not None

    @property
    def store(self) -> AttachmentStore:
        """Where the files lie. Raises ConflictError if no place was named."""
        if self._store is None:
            raise ConflictError("REDRESS_ATTACHMENTS_URL is not set", "未设置 REDRESS_ATTACHMENTS_URL")
        return self._store

    async def _may_have_more(self, complaint: UUID) -> None:
        rows = await self._work.fetch(_COMPLAINT, {"complaint": complaint})
        if not rows:
            raise NotFoundError("this complaint is not known", "没有这个投诉")
        if rows[0]["files"] >= self._policy.most:
            raise ConflictError(f"a complaint has at most {self._policy.most} files", "附件数量已达上限")


def _unavailable(error: StoreUnavailableError) -> UnavailableError:
    log.warning("attachment.store_unavailable", reason=str(error))
    return UnavailableError("the store of files does not answer; try again", "文件存储暂不可用，请稍后重试")


def _place(complaint: UUID, attachment: UUID) -> str:
    return f"{complaint}/{attachment}"
