"""Passwords, stored as argon2id (RFC 9106) and checked in two threads, so that they never hold up the event loop."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = [
    "MAX_PASSWORD_CHARACTERS",
    "MIN_PASSWORD_CHARACTERS",
    "Verified",
    "hash_password",
    "hash_password_now",
    "verify_password",
]

MIN_PASSWORD_CHARACTERS: Final = 8
MAX_PASSWORD_CHARACTERS: Final = 128

_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1
_HASHER = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)

# Well-formed, made by no known password: checking against it costs what a real account costs.
_NO_ONES_HASH: Final = f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}${'A' * 22}${'A' * 43}"

# Two at a time take 38 MiB; more would let a burst of sign-ins take all memory and every core.
_POOL = ThreadPoolExecutor(max_workers=2, thread_name_prefix="twofold-password")

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, kw_only=True)
class Verified:
    """Whether a password matched, and whether its hash was made with other parameters than today's."""

    matched: bool
    needs_rehash: bool


async def hash_password(password: str) -> str:
    """Returns the argon2id hash of `password` in its text form, at most 255 characters, with a fresh salt.

    Raises:
        ValueError: the password is longer than `MAX_PASSWORD_CHARACTERS`, or is not valid Unicode.
    """
    return await _in_pool(hash_password_now, password)


def hash_password_now(password: str) -> str:
    """Returns what `hash_password` returns, in this thread: for command lines and demo data.

    Raises:
        ValueError: the password is longer than `MAX_PASSWORD_CHARACTERS`, or is not valid Unicode.
    """
    secret = _bytes_of(password)
    if secret is None:
        raise ValueError(f"a password is valid Unicode of at most {MAX_PASSWORD_CHARACTERS} characters")
    return _HASHER.hash(secret)


async def verify_password(password_hash: str | None, password: str) -> Verified:
    """Returns whether `password` is the one that `password_hash` was made from.

    `password_hash` is None for an unknown account. That, an account without a usable hash, and a password that
    no hash is ever made of cost one verification too: the time taken does not tell which accounts exist.
    """
    return await _in_pool(_verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> Verified:
    secret = _bytes_of(password)
    if password_hash is None or secret is None:
        _matches(_NO_ONES_HASH, b"")
        return Verified(matched=False, needs_rehash=False)
    try:
        matched = _matches(password_hash, secret)
    except InvalidHashError:
        _matches(_NO_ONES_HASH, secret)
        return Verified(matched=False, needs_rehash=False)
    return Verified(matched=matched, needs_rehash=matched and _HASHER.check_needs_rehash(password_hash))


def _matches(password_hash: str, secret: bytes) -> bool:
    try:
        return _HASHER.verify(password_hash, secret)
    except VerificationError:
        return False


def _bytes_of(password: str) -> bytes | None:
    """Returns the bytes that are hashed, the same however a keyboard composes its accents (NFC, RFC 8265 §4.2)."""
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return None
    try:
        return unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON's \ud800 can carry
        return None


async def _in_pool(function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    return await asyncio.get_running_loop().run_in_executor(_POOL, lambda: function(*args, **kwargs))
