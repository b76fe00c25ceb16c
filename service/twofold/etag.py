"""Entity tags: an answer to a read is tagged with its bytes, so that who has them already is not sent them again."""

import re
from collections.abc import Iterable
from hashlib import sha256

__all__ = ["etag", "is_known"]

TAG = re.compile(rb'(?:W/)?("[^"]*")')


def etag(body: bytes, version: int | None = None) -> bytes:
    """Returns the strong tag of a body (RFC 9110 §8.8.3): the same question and state give the same bytes.

    That of an object with a version begins with it, for a change that says which state it is of (see `check_version`).
    """
    said = sha256(body).hexdigest()[:32]
    return f'"{said}"'.encode() if version is None else f'"{version}-{said}"'.encode()


def is_known(tag: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Returns whether a request's `If-None-Match` says that it has what the tag stands for (RFC 9110 §13.1.2)."""
    for name, value in headers:
        if name == b"if-none-match" and (value.strip() == b"*" or tag in TAG.findall(value)):
            return True
    return False
