"""Sending e-mail: by SMTP, or, where no server is set, into a folder."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from twofold.errors import WrongSetting
from twofold.settings import Settings

__all__ = ["FileMailer", "Mailer", "SmtpMailer", "deliver", "mailer_of"]

log = logging.getLogger("twofold.mail")

TIMEOUT_S: Final = 20
HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Mailer(Protocol):
    """A way by which e-mail leaves."""

    async def send(self, message: EmailMessage) -> None:
        """Sends a message; whatever is raised means that it was not sent."""
        ...


class FileMailer:
    """Writes each message into a folder that only its owner may read, for who sets up or tries out a server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Writes a message, and logs where: never what is in it."""
        path = await asyncio.to_thread(self._write, message)
        log.info("mail for %s is in %s", message["To"], path)

    def _write(self, message: EmailMessage) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes())
        return path


class SmtpMailer:
    """Hands messages to an SMTP server, encrypted where it can.

    A user name and password are given to no server without encryption, but for one on this machine.

    Raises:
        WrongSetting: the URL is not one of `smtp://` or `smtps://`.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            self._port = parts.port
        except ValueError:
            raise WrongSetting("TWOFOLD_SMTP_URL: the port is not a number.") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise WrongSetting("TWOFOLD_SMTP_URL begins with smtp:// or smtps://, and names a host.")
        self._host = parts.hostname
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"

    async def send(self, message: EmailMessage) -> None:
        """Sends a message."""
        must_encrypt = self._user is not None and self._host not in HERE
        await aiosmtplib.send(
            message,
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            start_tls=None if self._tls or not must_encrypt else True,
            timeout=TIMEOUT_S,
        )


def mailer_of(settings: Settings) -> Mailer:
    """Returns the mailer that the settings ask for.

    Raises:
        WrongSetting: `smtp_url` is not such a URL.
    """
    if settings.smtp_url is None:
        return FileMailer(settings.mail_folder)
    return SmtpMailer(settings.smtp_url.get_secret_value())


async def deliver(mailer: Mailer, message: EmailMessage) -> None:
    """Sends a message; when that fails, the log says so, and whoever asked for it can ask again."""
    try:
        await mailer.send(message)
    except (aiosmtplib.SMTPException, OSError) as error:  # its text may hold what was sent
        log.error("mail for %s was not sent: %s", message["To"], type(error).__name__)  # noqa: TRY400
