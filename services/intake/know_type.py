"""Decides what a file is by how its content begins; what its sender calls it does not count."""

_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftyp", "video/mp4"),
)
ENOUGH = 16
"""So many bytes tell."""


def know_type(beginning: bytes) -> str | None:
    """OP: the media type of a file that begins so; None if it is of no kind that is known."""
    for place, mark, media_type in _BEGINNINGS:
        if beginning[place : place + len(mark)] == mark:
            return media_type
    return None
