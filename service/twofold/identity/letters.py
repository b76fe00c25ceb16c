"""What is written to people. Nothing that a stranger may choose, such as a name, is in it: it would carry spam."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import localtime, make_msgid
from urllib.parse import urlsplit

from twofold.settings import Settings

__all__ = ["already_known", "password_changed", "reset", "second_factor_changed", "verify"]


def verify(settings: Settings, email: str, token: str) -> EmailMessage:
    """Returns the letter with which somebody confirms that an address is theirs."""
    return _letter(settings, email, "Confirm your e-mail address", f"""\
Somebody, most likely you, made an account at {settings.public_url} with this address.
To confirm that it is yours, open this page and press the button, within a day:

{settings.public_url}/account/verify?token={token}

If it was not you, do nothing: without you the address stays unconfirmed.
""")  # fmt: skip


def already_known(settings: Settings, email: str) -> EmailMessage:
    """Returns the letter to somebody who signed up with the address of an account that there is."""
    return _letter(settings, email, "You have an account already", f"""\
Somebody, most likely you, wanted to make an account at {settings.public_url} with this address.
There is one already, and nothing was changed. You can sign in here:

{settings.public_url}/account/sign-in

If you do not know the password any more, choose a new one here:

{settings.public_url}/account/reset
""")  # fmt: skip


def reset(settings: Settings, email: str, token: str) -> EmailMessage:
    """Returns the letter with which somebody chooses a new password."""
    return _letter(settings, email, "Choose a new password", f"""\
Somebody, most likely you, asked for a new password at {settings.public_url}.
To choose one, open this page within half an hour; it works once:

{settings.public_url}/account/reset/new?token={token}

If it was not you, do nothing: your password stays as it is.
""")  # fmt: skip


def password_changed(settings: Settings, email: str) -> EmailMessage:
    """Returns the letter that says that the password is another one."""
    return _letter(settings, email, "Your password was changed", f"""\
The password of your account at {settings.public_url} was changed.
All other browsers and all applications were signed out; your API keys work as before.

If it was not you, choose a new password at once, and look through your API keys:

{settings.public_url}/account/reset
""")  # fmt: skip


def second_factor_changed(settings: Settings, email: str, *, is_on: bool) -> EmailMessage:
    """Returns the letter that says that the second factor was turned on or off."""
    now = "on" if is_on else "off"
    return _letter(settings, email, f"Your second factor was turned {now}", f"""\
The second factor of your account at {settings.public_url} was turned {now}.

If it was not you, choose a new password at once:

{settings.public_url}/account/reset
""")  # fmt: skip


def _letter(settings: Settings, email: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = email
    message["Subject"] = subject
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=urlsplit(settings.public_url).hostname or "localhost")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no out-of-office notes, please
    message.set_content(text, cte="7bit")
    return message
