"""Whatever is sent to identity's endpoints and pages, no answer is a fault, a reflection or a way to elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fuzzed_requests import Attempt
from support.fuzzing import Fuzzer, fuzz
from support.long import examples
from twofold.identity.oauth import client as client_module
from twofold.identity.oauth import protocol
from twofold_rest.identity.pages import frame, sign_in

pytestmark = pytest.mark.oauth

on_sqlite = pytest.mark.parametrize("shop_url", ["sqlite"], indirect=True)
"""Where it does not matter which database it is."""
PLANTED = 20_000
"""Requests within which a planted fault must be found; it is over as soon as it is."""


@pytest.fixture
def fuzzer(shop_url: str, tmp_path: Path) -> Iterator[Fuzzer]:
    with Fuzzer(shop_url, tmp_path) as fuzzer:
        yield fuzzer


def test_every_endpoint(fuzzer: Fuzzer, shop_url: str) -> None:
    """Check 35: fuzzed input on every endpoint and page, by visitors and by who is signed in: never a fault."""
    short, long = (1500, 60_000) if shop_url.startswith("sqlite") else (400, 10_000)
    number = examples(short, long)
    fuzz(fuzzer, number, at_random=number == long)
    assert fuzzer.tried >= number


def test_all_of_them_are_known(fuzzer: Fuzzer) -> None:
    """The fuzzer finds the routes itself: none is left out that somebody adds."""
    paths = {path for _, path in fuzzer.routes}
    assert {"/oauth/authorize", "/oauth/token", "/oauth/register", "/oauth/logout", "/device", "/account/sign-in",
            "/auth/login", "/oauth/userinfo", "/.well-known/openid-configuration"} <= paths  # fmt: skip


@pytest.mark.parametrize("query", [b"", b"said=out&user_code=x&again=1", b"said=linked", b"said=nonsense"])
def test_every_endpoint_in_good_faith(fuzzer: Fuzzer, query: bytes) -> None:
    """Each path is asked for as it is too, by visitors and by who is signed in."""
    headers = ((b"host", b"shop"), (b"content-type", b"application/x-www-form-urlencoded"))
    for method, path in fuzzer.routes:
        head, brace, rest = path.partition("{")
        asked = f"{head}<own>{rest.partition('}')[2]}" if brace else path
        for signed_in in (False, True):
            fuzzer.send(Attempt(method, asked, query, b"csrf_token=<csrf>", headers, signed_in=signed_in))


@pytest.mark.parametrize("where", ["?%ff", "?\xff", "?a=%ED%A0%80"])
def test_queries_that_are_no_text(fuzzer: Fuzzer, where: str) -> None:
    """Check 35 (queries): a query that is not UTF-8 is refused like others."""
    for method, path in fuzzer.routes:
        if "{" not in path:
            headers = ((b"host", b"shop"), (b"content-type", b"application/x-www-form-urlencoded"))
            fuzzer.send(Attempt(method, path, where[1:].encode("latin-1"), b"", headers, signed_in=False))


def test_a_client_without_a_home_page(fuzzer: Fuzzer) -> None:
    """Found so: the page of an application for which none is registered."""
    answer = fuzzer.send(Attempt("GET", "/account/developer/<own>", b"", b"", ((b"host", b"shop"),), signed_in=True))
    assert answer.status == 200


@on_sqlite
def test_a_planted_fault(fuzzer: Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that fails on certain characters is found: Authlib's own does, when nobody checks before."""
    monkeypatch.setattr(protocol, "_is_plain", lambda *_: True)
    with pytest.raises(AssertionError, match="forbidden characters"):
        fuzz(fuzzer, PLANTED, only_find=True)


@on_sqlite
def test_a_planted_way_to_elsewhere(fuzzer: Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that nobody registered is found, where the beginning of one suffices."""

    def begins_like(registered: list[str], uri: str) -> bool:
        return any(uri.startswith(each) for each in registered)

    monkeypatch.setattr(client_module, "is_registered", begins_like)
    with pytest.raises(AssertionError, match=r"this leads to 'https://client\.example"):
        fuzz(fuzzer, PLANTED, only_find=True)


@on_sqlite
def test_a_planted_return(fuzzer: Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a way back after signing in that leads away."""
    monkeypatch.setattr(sign_in, "return_to_of", lambda text: text or "/account")
    with pytest.raises(AssertionError, match="this leads to"):
        fuzz(fuzzer, PLANTED, only_find=True)


@on_sqlite
def test_a_planted_reflection(shop_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a page that shows what was sent as it was."""
    plain = frame.Environment

    def careless(**options: object) -> object:
        return plain(**{**options, "autoescape": False})

    monkeypatch.setattr(frame, "Environment", careless)
    with Fuzzer(shop_url, tmp_path) as fuzzer, pytest.raises(AssertionError, match="stands in the page"):
        fuzz(fuzzer, PLANTED, only_find=True)
