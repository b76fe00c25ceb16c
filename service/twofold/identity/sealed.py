"""Secrets that have to be read again, encrypted under the server's own (Fernet: AES-128-CBC and HMAC-SHA-256)."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from twofold.settings import Settings

__all__ = ["NotOurs", "Sealer"]


class NotOurs(Exception):
    """What was to be opened is too old, or was not sealed under this server's secret for this purpose."""


class Sealer:
    """Encrypts and decrypts short texts. What is sealed for one purpose cannot be opened for another.

    The secret is TWOFOLD_SECRET, or else in a file that is made at first need and that only its owner may read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def seal(self, purpose: str, text: str) -> str:
        """Returns `text` encrypted, as ASCII that may stand in a cookie."""
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def open(self, purpose: str, sealed: str, *, max_age_s: int | None = None) -> str:
        """Returns what was sealed.

        Raises:
            NotOurs: it was sealed elsewhere, for another purpose, or more than `max_age_s` seconds ago.
        """
        try:
            return self._fernet(purpose).decrypt(sealed.encode(), ttl=max_age_s).decode()
        except (InvalidToken, ValueError) as error:
            raise NotOurs(f"cannot open what was sealed for {purpose}; was TWOFOLD_SECRET another one?") from error

    def _fernet(self, purpose: str) -> Fernet:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)
        return Fernet(base64.urlsafe_b64encode(derived))

    @cached_property
    def _secret(self) -> bytes:
        if self._settings.secret is not None:
            return self._settings.secret.get_secret_value().encode()
        return _kept_in(self._settings.secret_file)


def _kept_in(path: Path) -> bytes:
    """Returns what the file holds; of processes that start at once one makes it, and it is there whole or not."""
    if not path.exists():
        new = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(new, path)
        new.unlink()
    return path.read_bytes().strip()
