"""What HTTP asks of REST: tags of what was read, HEAD, methods, and one answer whichever way a route is reached."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from support.figures import count
from support.shop import Shop
from twofold_rest import shortcut

pytestmark = pytest.mark.contract

LISTED = ("/products?limit=2&sort=name", "/products?page_size=2", "/reviews?offset=3&limit=1", "/tags?fields=name")


@pytest.fixture(scope="module")
async def product(shop: Shop) -> str:
    """The path of a product with reviews."""
    rows = (await shop.rest("GET", "/products?limit=50&include=reviews(limit:1)")).json()["data"]
    return f"/products/{next(row['id'] for row in rows if row['reviews'])}"


async def reads(product: str) -> list[str]:
    return [*LISTED, product, f"{product}?include=reviews", f"{product}/reviews", f"{product}/reviews?limit=1"]


async def asked(shop: Shop, method: str, path: str, **headers: str) -> httpx.Response:
    count("contract", "requests by hand")
    return await shop.client.request(method, f"/api/v1{path}", headers=headers)


# -- tags --------------------------------------------------------------------------------------------------------


async def test_who_has_it_is_not_sent_it_again(shop: Shop, product: str) -> None:
    tags = set()
    for path in await reads(product):
        first = await asked(shop, "GET", path)
        tag = first.headers["etag"]
        assert tag.startswith('"')
        tags.add(tag)
        for known in (tag, f"W/{tag}", f'"x", {tag}', f'W/"x,y",{tag} , "z"', "*"):
            again = await asked(shop, "GET", path, **{"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert again.headers.get("link") == first.headers.get("link")
            for name in ("cache-control", "vary"):
                assert again.headers[name] == first.headers[name]
            assert "content-type" not in again.headers
            assert "content-length" not in again.headers
        for unknown in ('"x"', tag.strip('"'), f'"{tag[1:-2]}"', "", f'"x{tag[1:]}'):
            again = await asked(shop, "GET", path, **{"If-None-Match": unknown})
            assert (again.status_code, again.content) == (200, first.content)
    assert len(tags) == len(await reads(product))


async def test_a_tag_changes_with_what_is_read(shop: Shop) -> None:
    made = (await shop.rest("POST", "/tags", {"name": "tagged"}, who="admin")).json()["data"]
    one, many = f"/tags/{made['id']}", "/tags?page_size=200"
    before = [(await asked(shop, "GET", path)).headers["etag"] for path in (one, many)]
    changed = await shop.rest("PATCH", one, {"name": "tagged anew"}, who="admin")
    assert "etag" not in changed.headers  # the answer to a change is no read
    for path, tag in zip((one, many), before, strict=True):
        again = await asked(shop, "GET", path, **{"If-None-Match": tag})
        assert again.status_code == 200
        assert again.headers["etag"] != tag


async def test_actors_who_see_other_things_have_other_tags(shop: Shop) -> None:
    path = "/products?page_size=1&filter[status]=draft"
    tags = {(await shop.rest("GET", path, who=who)).headers["etag"] for who in (None, "admin")}
    assert len(tags) == 2


async def test_a_refusal_has_no_tag(shop: Shop) -> None:
    for path in ("/products/nothing", "/products?limit=x", "/orders"):
        answer = await asked(shop, "GET", path, **{"If-None-Match": "*"})
        assert answer.status_code in (401, 404, 422)
        assert "etag" not in answer.headers


# -- HEAD and other methods --------------------------------------------------------------------------------------


async def test_head_is_get_without_the_body(shop: Shop, product: str) -> None:
    paths = [f"/api/v1{path}" for path in [*await reads(product), "/products/nothing", "/docs", "/openapi.json"]]
    for path in [*paths, "/healthz", "/graphql?query={__typename}"]:
        get, head = [await shop.client.request(method, path) for method in ("GET", "HEAD")]
        assert (head.status_code, head.content) == (get.status_code, b"")
        ignored = ("x-request-id",)
        assert [each for each in head.headers.items() if each[0] not in ignored] == [
            each for each in get.headers.items() if each[0] not in ignored
        ]
        assert int(head.headers["content-length"]) == len(get.content)


async def test_head_sends_no_body_to_the_server_either(shop: Shop) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "HEAD", "path": "/api/v1/tags", "query_string": b"", "headers": [],
             "root_path": ""}  # fmt: skip
    await shop.app(scope, receive, send)
    assert [message.get("body", b"") for message in sent] == [b"", b""]
    assert scope["method"] == "HEAD"


async def test_a_path_names_its_methods(shop: Shop, product: str) -> None:
    for path, allowed in (
        ("/products", "DELETE, GET, PATCH, POST, PUT"),
        ("/payments", "GET"),
        (product, "DELETE, GET, PATCH, PUT"),
        (f"{product}/reviews", "GET"),
        ("/products/aggregate", "GET"),
    ):
        for method in ("TRACE", *({"DELETE", "PATCH", "PUT"} - {*allowed.split(", ")})):
            answer = await asked(shop, method, path)
            assert (answer.status_code, answer.json()["error_code"]) == (405, "method_not_allowed"), (method, path)
            assert answer.headers["allow"] == allowed


# -- the short way -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["", "/shop"])
async def test_both_ways_answer_alike(shop: Shop, product: str, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []
    find = shortcut.Shortcuts.find

    def watched(self: shortcut.Shortcuts, scope: Any) -> Any:
        endpoint = find(self, scope)
        found.append(endpoint is not None)
        return endpoint

    paths = [*await reads(product), "/products/", "/products//reviews", f"{product}/", f"{product}/reviews/", "/",
             f"{product}/reviews/x", "/nothing", "/nothing/x", "/products/x%2Fy", "/products/%7Bid%7D", "/products/é",
             f"{product}?fields=nothing", f"{product}/reviews?limit=0", "/orders"]  # fmt: skip
    transport = httpx.ASGITransport(shop.app, root_path=root)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        for path, method in itertools.product(paths, ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")):
            answers = []
            for way in (watched, lambda *_: None):
                monkeypatch.setattr(shortcut.Shortcuts, "find", way)
                answer = await client.request(method, f"{root}/api/v1{path}", headers={"X-Request-ID": "same"})
                answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
            assert answers[0] == answers[1], (method, path)
            count("contract", "requests both ways")
    assert found.count(True) > len(found) / 4
