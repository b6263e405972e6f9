"""Seals text for one reader: AES-256-GCM, the subject as associated data, the key's id in front.

Sealed: `<key id>.<base64url of nonce and ciphertext>`. Rotation: a new key is put first, old ones stay to open.
"""

import base64
import binascii
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class CannotOpenError(Exception):
    """The text was not sealed for us, or for another subject, or was changed."""


class Sealer:
    """Seals with the first of `keys` and opens with any."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError(
                "sealing needs a key: set REDRESS_SEALING_KEYS|密封需要密钥：请设置 REDRESS_SEALING_KEYS"
            )
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._first = next(iter(keys))

    def seal(self, clear: str, subject: str) -> str:
        """Seal `clear` so that it opens only for this subject."""
        nonce = os.urandom(_NONCE_BYTES)
        hidden = self._ciphers[self._first].encrypt(nonce, clear.encode(), subject.encode())
        return f"{self._first}.{base64.urlsafe_b64encode(nonce + hidden).decode()}"

    def open(self, sealed: str, subject: str) -> str:
        """The clear text. Raises CannotOpenError."""
        key_id, _, encoded = sealed.partition(".")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpenError(f"sealed with the key {key_id!r}, which is not ours")
        try:
            raw = base64.urlsafe_b64decode(encoded)
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], subject.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise CannotOpenError("the sealed text was changed, or belongs to another subject") from error
