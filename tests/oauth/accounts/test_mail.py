"""E-mail by SMTP, and what is written in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from pydantic import SecretStr

from twofold.errors import WrongSetting
from twofold.identity import letters
from twofold.identity.mail import FileMailer, SmtpMailer, deliver, mailer_of
from twofold.settings import Settings

pytestmark = pytest.mark.oauth

SETTINGS = Settings(public_url="https://shop.example", mail_from="Shop <shop@example.com>")
LETTER = letters.reset(SETTINGS, "ada@example.com", "tfe_secret")


@dataclass
class Postman:
    """An SMTP server that takes everything, or refuses everything."""

    port: int = 0
    refuses: bool = False
    taken: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                self.taken.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            refused = self.refuses and command == b"RCPT"
            writer.write(b"550 not tfe_secret\r\n" if refused else b"250 fine\r\n")
            if command == b"QUIT":
                break
        writer.close()


@pytest.fixture
async def postman() -> AsyncIterator[Postman]:
    postman = Postman()
    server = await asyncio.start_server(postman.serve, "127.0.0.1", 0)
    postman.port = server.sockets[0].getsockname()[1]
    async with server:
        yield postman


async def test_mail_goes_to_the_server(postman: Postman) -> None:
    mailer = mailer_of(Settings(smtp_url=SecretStr(f"smtp://127.0.0.1:{postman.port}")))
    assert isinstance(mailer, SmtpMailer)
    await deliver(mailer, LETTER)
    [text] = postman.taken
    for line in ("From: Shop <shop@example.com>", "To: ada@example.com", "Auto-Submitted: auto-generated",
                 "https://shop.example/account/reset/new?token=tfe_secret"):  # fmt: skip
        assert f"{line}\r\n" in text


async def test_a_refusal_is_in_the_log_without_its_words(postman: Postman, caplog: pytest.LogCaptureFixture) -> None:
    postman.refuses = True
    await deliver(SmtpMailer(f"smtp://127.0.0.1:{postman.port}"), LETTER)
    assert "mail for ada@example.com was not sent: SMTPRecipientsRefused" in caplog.text
    assert "tfe_" not in caplog.text


async def test_a_folder_that_cannot_be_written_is_an_outage_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    await deliver(FileMailer(tmp_path / "file" / "mail"), LETTER)
    assert "was not sent: NotADirectoryError" in caplog.text


@pytest.mark.parametrize(
    ("url", "tls", "start_tls"),
    [
        ("smtp://mail.example", False, None),
        ("smtp://ada:pa%3Ass@mail.example", False, True),
        ("smtp://ada:pa%3Ass@localhost", False, None),
        ("smtps://ada:pa%3Ass@mail.example:465", True, None),
    ],
)
async def test_passwords_are_given_to_other_machines_by_tls_only(
    monkeypatch: pytest.MonkeyPatch, url: str, tls: bool, start_tls: bool | None
) -> None:
    sent: dict[str, Any] = {}

    async def send(message: object, **options: Any) -> None:
        sent.update(options)

    monkeypatch.setattr(aiosmtplib, "send", send)
    await SmtpMailer(url).send(LETTER)
    assert (sent["use_tls"], sent["start_tls"]) == (tls, start_tls)
    assert sent["password"] == ("pa:ss" if "@" in url else None)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail.example:port", "mail.example"])
def test_a_wrong_url_is_said_at_the_start_without_its_password(url: str) -> None:
    with pytest.raises(WrongSetting, match="TWOFOLD_SMTP_URL"):
        mailer_of(Settings(smtp_url=SecretStr(url)))
