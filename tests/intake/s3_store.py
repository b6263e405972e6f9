"""The outside world of attachments in S3: a small store on a port of its own that answers as S3 does, faults included.

It knows what s3fs asks of it: put (whole or in parts), get (a range too), head, delete and list; signatures are not checked.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

Fault = Callable[[str, str], int | None]
"""Takes method and path of a request; the status to refuse it with, or None."""
_CODES = {403: "AccessDenied", 404: "NoSuchKey", 500: "InternalError", 503: "SlowDown"}


class S3Store(ThreadingHTTPServer):
    """objects: content by bucket/key. fault: asked before every request; asked: every request so far."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.fault: Fault = lambda _method, _path: None
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self.server_port}"

    def fails(self, times: int, status: int, *methods: str) -> None:
        """Refuse the next so many requests with one of these methods."""
        left = [times]

        def fault(method: str, _path: str) -> int | None:
            if method not in methods or left[0] == 0:
                return None
            left[0] -= 1
            return status

        self.fault = fault


@contextmanager
def s3_store() -> Iterator[S3Store]:
    """A store with no objects, until the end of the block."""
    store = S3Store()
    thread = threading.Thread(target=store.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Store

    def do_PUT(self) -> None:
        body = self._begin()
        if body is None:
            return
        if "uploadId" in self.query:
            self.server.parts[self.query["uploadId"]][int(self.query["partNumber"])] = body
        elif "/" in self.key:
            self.server.objects[self.key] = body
        self._answer(200, ETag=_etag(body))

    def do_POST(self) -> None:
        if self._begin() is None:
            return
        if "uploads" in self.query:
            upload = f"upload-{len(self.server.parts)}"
            self.server.parts[upload] = {}
            self._answer(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>",
            )
            return
        parts = self.server.parts.pop(self.query["uploadId"])
        self.server.objects[self.key] = b"".join(parts[number] for number in sorted(parts))
        self._answer(200, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")

    def do_GET(self) -> None:
        if self._begin() is None:
            return
        if "list-type" in self.query:
            self._list()
            return
        content = self.server.objects.get(self.key)
        if content is None:
            self._refuse(404)
            return
        whole = len(content)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked is None:
            self._answer(200, content, ETag=_etag(content))
            return
        first, last = int(asked[1]), min(int(asked[2] or whole), whole - 1)
        self._answer(
            206, content[first : last + 1], ETag=_etag(content), Content_Range=f"bytes {first}-{last}/{whole}"
        )

    def do_HEAD(self) -> None:
        if self._begin() is None:
            return
        content = self.server.objects.get(self.key)
        if content is None and "/" in self.key:
            self._refuse(404)
        else:
            self._answer(200, content or b"", ETag=_etag(content or b""))

    def do_DELETE(self) -> None:
        if self._begin() is None:
            return
        self.server.parts.pop(self.query.get("uploadId", ""), None)
        self.server.objects.pop(self.key, None)
        self._answer(204)

    def _begin(self) -> bytes | None:
        """The body; None if the request has been refused."""
        place = urlsplit(self.path)
        self.key = unquote(place.path).strip("/")
        self.query = {
            name: values[0] for name, values in parse_qs(place.query, keep_blank_values=True).items()
        }
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = _joined(body)
        with self.server.lock:
            self.server.asked.append((self.command, self.key))
            status = self.server.fault(self.command, self.key)
        if status is None:
            return body
        self._refuse(status)
        return None

    def _list(self) -> None:
        prefix = f"{self.key}/{self.query.get('prefix', '')}"
        found = {
            key: content for key, content in sorted(self.server.objects.items()) if key.startswith(prefix)
        }
        listed = "".join(
            f"<Contents><Key>{escape(key.partition('/')[2])}</Key><Size>{len(content)}</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{_etag(content)}</ETag></Contents>"
            for key, content in found.items()
        )
        self._answer(
            200,
            f"<ListBucketResult><KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>",
        )

    def _refuse(self, status: int) -> None:
        code = _CODES[status]
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")

    def _answer(self, status: int, body: str | bytes = b"", **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


def _joined(body: bytes) -> bytes:
    """The content of a body that was sent in chunks with their sizes."""
    content, rest = b"", body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if size == 0:
            break
        content, rest = content + rest[:size], rest[size + 2 :]
    return content
