"""Answers to reads as HTTP sends them: whole, or without the body to who has it; and who else may keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from twofold.actor import Actor
from twofold.answer import Answer
from twofold.cache.basis import Basis
from twofold.cache.memory import fitted
from twofold.etag import is_known

__all__ = ["Finished", "finished"]

Header: TypeAlias = tuple[bytes, bytes]

BESIDE = b", Origin, X-Cost"
"""What more of a request an answer depends on that others may keep."""


class Finished:
    """An answer with status 200, and what goes in its place to who has its bytes already (RFC 9110 §15.4.5)."""

    __slots__ = ("_tag", "_unchanged", "size", "whole")

    def __init__(self, body: bytes, media_type: bytes, headers: Iterable[Header], tag: bytes | None = None) -> None:
        said = [*headers] if tag is None else [(b"etag", tag), *headers]
        self.whole = Answer(200, fitted(body), [(b"content-type", media_type), *said])
        self._unchanged = Answer(304, b"", said)
        self._tag = tag
        self.size = len(body) + sum(len(name) + len(value) for name, value in said)
        """In bytes: links to other pages repeat the request, and can be longer than the body."""

    def to(self, request_headers: Iterable[Header]) -> Answer:
        """Returns what is sent to a request with these headers; change nothing of it, for others get it too."""
        if self._tag is not None and is_known(self._tag, request_headers):
            return self._unchanged
        return self.whole


def finished(body: bytes, media_type: bytes, *, actor: Actor, basis: Basis, vary: bytes, tag: bytes,
             headers: Iterable[Header] = ()) -> Finished:  # fmt: skip
    """Returns the answer to a request by GET.

    `vary` names the request's headers that the answer depends on. What visitors get of resources that are declared so
    may be kept by caches in between, where what CORS adds must not be mixed up either, nor told costs with untold ones.
    """
    public = _public(actor, basis)
    said = [(b"vary", vary), *headers] if public is None else [(b"vary", vary + BESIDE), public, *headers]
    return Finished(body, media_type, said, tag)


def _public(actor: Actor, basis: Basis) -> Header | None:
    """The Cache-Control of what caches in between may keep (RFC 9111 §5.2.2.10, RFC 5861 §3); None: they may not.

    It follows from what is declared, and not from whether we ourselves have kept anything.
    """
    caching = basis.caching
    if not actor.is_anonymous or caching is None or caching.shared_s is None:
        return None
    said = f"public, max-age=0, s-maxage={caching.shared_s}"
    if caching.stale_s:
        said += f", stale-while-revalidate={caching.stale_s}"
    return b"cache-control", said.encode()
