"""Where a browser may be sent back to: which addresses a client may register, and which it may then use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

__all__ = ["is_registered", "wrong_home_page", "wrong_redirect_uri"]

MAX_URI_CHARACTERS: Final = 2000

_URI = re.compile(r"(?:[A-Za-z0-9._~:/?@!$&'()+,;=\[\]-]|%[0-9A-Fa-f]{2})+")
"""RFC 3986 §2, but for the fragment's mark, and for the asterisk, which elsewhere stands for anything."""
_PLACE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?((?:[/?][!-~]*)?)")
_LOCAL_HOSTS: Final = ("127.0.0.1", "::1", "localhost")


def wrong_redirect_uri(uri: str, *, is_public: bool) -> str | None:
    """Returns what is wrong with a redirect URI that a client wants to register, as a sentence; None: nothing.

    It is https, or http to the machine that the browser runs on (RFC 8252 §7.3, §8.3), or, for clients without a
    secret, a scheme that is a reversed domain name (§7.1).
    """
    if not _URI.fullmatch(uri) or len(uri) > MAX_URI_CHARACTERS:
        return f"Give a whole address in ASCII without a fragment or wildcard, at most {MAX_URI_CHARACTERS} characters."
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is no address."
    if "@" in parts.netloc or port == 0:
        return "An address with a user or password, or without a port that is one, is not taken."
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL_HOSTS):
        return None if _PLACE.fullmatch(parts.netloc) else "The address names no host."
    if _PRIVATE_USE.fullmatch(parts.scheme):
        return None if is_public else "A scheme of one's own is for clients without a secret."
    return "Use https; http only to 127.0.0.1, [::1] or localhost; or a scheme such as com.example.app."


def wrong_home_page(uri: str) -> str | None:
    """Returns what is wrong with the address of a client's home page, which people are shown as a link."""
    if len(uri) > 255:
        return "Use at most 255 characters."
    if not uri.startswith(("https://", "http://")):
        return "Use https."
    return wrong_redirect_uri(uri, is_public=False)


def is_registered(registered: Iterable[str], uri: str) -> bool:
    """Returns whether `uri` is one of the `registered`, character by character (RFC 9700 §2.1).

    Any port is taken where both name the loopback address by its number: a native application gets the one that the
    system has free (RFC 8252 §7.3).
    """
    known = list(registered)
    if uri in known:
        return True
    local = _LOOPBACK.fullmatch(uri)
    return local is not None and any(
        local.groups() == other.groups() for other in map(_LOOPBACK.fullmatch, known) if other is not None
    )
