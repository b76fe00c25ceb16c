"""A write that is sent again with its idempotency key has one effect, by whichever face and however often at once."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.shop import Shop, opened
from twofold.events import Event

pytestmark = pytest.mark.parity

CREATE = """mutation($input: CreateTagInput!, $key: String) {
  createTag(input: $input, idempotencyKey: $key) { tag { id name } errors { code path } }
}"""


async def by_rest(shop: Shop, method: str, path: str, body: Any, key: str, who: str = "admin") -> httpx.Response:
    headers = {**await shop.headers(who), "Idempotency-Key": key}
    content = {} if body is None else {"json": body}
    return await shop.client.request(method, f"/api/v1{path}", headers=headers, **content)


async def events(shop: Shop, row_id: str) -> int:
    with shop.engine.database.use():
        return await Event.filter(row_id=row_id).count()


async def test_sent_again_by_either_face(shop: Shop) -> None:
    key, name = str(uuid4()), f"tag {uuid4()}"
    first = await by_rest(shop, "POST", "/tags", {"name": name}, key)
    again = await by_rest(shop, "POST", "/tags", {"name": name}, key)
    across = await shop.graphql(CREATE, who="admin", input={"name": name}, key=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    tag = first.json()["data"]
    assert across["data"]["createTag"] == {"tag": tag, "errors": []}
    assert await events(shop, tag["id"]) == 1


async def test_patch_and_delete_sent_again(shop: Shop) -> None:
    tag = (await shop.rest("POST", "/tags", {"name": f"tag {uuid4()}"}, who="admin")).json()["data"]
    name, patch, delete = {"name": f"tag {uuid4()}"}, str(uuid4()), str(uuid4())
    for _ in range(2):
        assert (await by_rest(shop, "PATCH", f"/tags/{tag['id']}", name, patch)).status_code == 200
    assert await events(shop, tag["id"]) == 2
    answers = [(await by_rest(shop, "DELETE", f"/tags/{tag['id']}", None, delete)).status_code for _ in range(2)]
    assert answers == [204, 204]
    assert (await by_rest(shop, "DELETE", f"/tags/{tag['id']}", None, str(uuid4()))).status_code == 404


async def test_another_write_with_the_same_key_is_refused(shop: Shop) -> None:
    key, name = str(uuid4()), f"tag {uuid4()}"
    assert (await by_rest(shop, "POST", "/tags", {"name": name}, key)).status_code == 201
    other = await by_rest(shop, "POST", "/tags", {"name": f"{name}!"}, key)
    assert (other.status_code, other.json()["error_code"]) == (409, "conflict")
    assert other.json()["field_errors"][0]["field"] == "idempotency_key"
    across = await shop.graphql(CREATE, who="admin", input={"name": f"{name}!"}, key=key)
    assert across["data"]["createTag"]["errors"] == [{"code": "reused", "path": ["idempotencyKey"]}]
    found = await shop.rest("GET", f"/tags?filter[name]={name}!")
    assert found.json()["total"] == 0


async def test_keys_are_their_owners_own(shop: Shop) -> None:
    key = str(uuid4())
    products = (await shop.rest("GET", "/products?sort=name&page_size=30&fields=id", who="customer")).json()["data"]
    body = {"product_id": products[-1]["id"], "rating": 4, "title": "Good"}
    made = [await by_rest(shop, "POST", "/reviews", body, key, who) for who in ("vendor", "moderator")]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json()["data"]["id"] != made[1].json()["data"]["id"]


async def test_a_refused_write_does_not_use_up_its_key(shop: Shop) -> None:
    key, name = str(uuid4()), f"tag {uuid4()}"
    taken = (await shop.rest("GET", "/tags?page_size=1")).json()["data"][0]["name"]
    assert (await by_rest(shop, "POST", "/tags", {"name": taken}, key)).status_code == 409
    assert (await by_rest(shop, "POST", "/tags", {"name": name}, key)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_keys_that_are_none(shop: Shop, key: str) -> None:
    refused = await by_rest(shop, "POST", "/tags", {"name": f"tag {uuid4()}"}, key)
    across = await shop.graphql(CREATE, who="admin", input={"name": f"tag {uuid4()}"}, key=key)
    assert (refused.status_code, refused.json()["error_code"]) == (422, "invalid")
    assert across["data"]["createTag"]["errors"] == [{"code": "invalid", "path": ["idempotencyKey"]}]


async def test_many_at_once_in_two_workers(shop: Shop, shop_url: str) -> None:
    key, name = str(uuid4()), f"tag {uuid4()}"
    async with opened(shop_url) as other:
        asked = [by_rest(each, "POST", "/tags", {"name": name}, key) for each in (shop, other) * 4]
        answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201}
    (tag,) = {answer.json()["data"]["id"] for answer in answers}
    assert await events(shop, tag) == 1
