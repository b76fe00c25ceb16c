"""Writes on the wire: versions, arrays, batches, upserts, actions and @atomic, on both faces."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
import pytest

from storefront.products import Product
from support.shop import Shop
from twofold.audit import AuditRecord
from twofold.events import Event
from twofold.identity.keys import create_key
from twofold.identity.models import User

pytestmark = pytest.mark.contract

numbers = itertools.count(1)
NOWHERE = "00000000-0000-7000-8000-000000000000"


def word() -> str:
    """A word that no other test uses."""
    return f"wire-{next(numbers)}"


async def new_tag(shop: Shop) -> str:
    answer = await shop.rest("POST", "/tags", {"name": word()}, who="admin")
    return str(answer.json()["data"]["id"])


async def own_product(shop: Shop) -> dict[str, Any]:
    """A new product of the vendor's."""
    vendor = await shop.graphql("{ memberships { nodes { vendorId } } }", who="vendor")
    category = await shop.rest("GET", "/categories?limit=1&fields=id")
    slug = word()
    body = {"vendor_id": vendor["data"]["memberships"]["nodes"][0]["vendorId"], "name": slug, "slug": slug,
            "category_id": category.json()["data"][0]["id"], "price": "10.00", "stock": 5}  # fmt: skip
    answer = await shop.rest("POST", "/products", body, who="vendor")
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


async def sent(shop: Shop, method: str, path: str, body: Any = None, *, who: str = "admin", **headers: str
               ) -> httpx.Response:  # fmt: skip
    said = {name.replace("_", "-"): value for name, value in headers.items()} | await shop.headers(who)
    options = {} if body is None else {"json": body}
    return await shop.client.request(method, f"/api/v1{path}", headers=said, **options)


async def rows(shop: Shop, model: Any) -> int:
    with shop.engine.database.use():
        found: int = await model.all().count()
        return found


# -- versions ---------------------------------------------------------------------------------------------------


async def test_a_tag_of_one_face_is_a_version_of_the_other(shop: Shop) -> None:
    product = await own_product(shop)
    path = f"/products/{product['id']}"
    read = await shop.rest("GET", f"{path}?fields=name", who="vendor")
    assert read.json() == {"data": {"id": product["id"], "name": product["name"]}}
    changed = await sent(shop, "PATCH", path, {"stock": 6}, who="vendor", If_Match=read.headers["etag"])
    assert changed.status_code == 200
    assert changed.headers["etag"].startswith('"2-')
    assert changed.json()["data"]["version"] == 2
    assert (await shop.rest("GET", path, who="vendor")).headers["etag"] == changed.headers["etag"]
    update = """mutation($id: ID!, $tag: String) { updateProduct(input: {id: $id, stock: 7}, ifMatch: $tag) {
      product { version } errors { code } } }"""
    stale = await shop.graphql(update, who="vendor", id=product["id"], tag=read.headers["etag"])
    assert stale["errors"][0]["extensions"]["code"] == "precondition_failed"
    fresh = await shop.graphql(update, who="vendor", id=product["id"], tag=changed.headers["etag"])
    assert fresh["data"]["updateProduct"]["product"] == {"version": 3}
    refused = await sent(shop, "PATCH", path, {"stock": 8}, who="vendor", If_Match='"2"')
    assert (refused.status_code, refused.json()["error_code"]) == (412, "precondition_failed")
    assert (await sent(shop, "DELETE", path, who="vendor", If_Match='"2"')).status_code == 412
    assert (await sent(shop, "DELETE", path, who="vendor", If_Match='"3"')).status_code == 204


async def test_a_tag_that_is_known_says_so_still(shop: Shop) -> None:
    product = await own_product(shop)
    path = f"/products/{product['id']}?include=images"
    read = await shop.rest("GET", path, who="vendor")
    again = await sent(shop, "GET", path, who="vendor", If_None_Match=read.headers["etag"])
    assert again.status_code == 304
    image = {"product_id": product["id"], "url": "https://example.com/x.png"}
    assert (await shop.rest("POST", "/product-images", image, who="vendor")).status_code == 201
    changed = await sent(shop, "GET", path, who="vendor", If_None_Match=read.headers["etag"])
    assert changed.status_code == 200, "the version is the same, but not what is shown"


async def test_arrays_and_new_rows_have_no_version(shop: Shop) -> None:
    answer = await sent(shop, "PATCH", "/tags", [], If_Match='"1"')
    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed")
    answer = await sent(shop, "POST", "/tags", {"name": word()}, If_Match="*")
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid")
    body = {"operations": [{"resource": "tags", "action": "create", "input": {"name": word()}, "if_match": "1"}]}
    assert (await sent(shop, "POST", "/batch", body)).json()["error_code"] == "items_failed"
    product = await own_product(shop)
    answer = await sent(shop, "PATCH", f"/products/{product['id']}", {}, who="vendor", If_Match='"1", ' * 300 + '"1"')
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid")


# -- what is answered -------------------------------------------------------------------------------------------


async def test_what_cannot_be_answered_is_not_written(shop: Shop) -> None:
    before = await rows(shop, Event)
    tag = await new_tag(shop)
    for path, body in ((f"/tags/{tag}?fields=products.cost_price", {"name": word()}),
                       ("/users/register?fields=email", registration())):  # fmt: skip
        method = "POST" if "register" in path else "PATCH"
        answer = await shop.rest(method, path, body, who=None if "register" in path else "admin")
        expected = (403, "forbidden") if "register" in path else (200, None)
        assert (answer.status_code, answer.json().get("error_code")) == expected, answer.text
    asked = "mutation($input: RegisterUserInput!) { registerUser(input: $input) { user { email } errors { code } } }"
    refused = await shop.graphql(asked, input=registration())
    assert refused["errors"][0]["extensions"]["code"] == "forbidden"
    assert await rows(shop, Event) == before + 2


def registration() -> dict[str, str]:
    return {"email": f"{word()}@example.com", "name": "x", "password": "correct horse battery"}


async def test_who_may_write_but_not_read_is_told_the_id(shop: Shop) -> None:
    with shop.engine.database.use():
        admin = await User.get(email="admin@example.com")
    key = (await create_key(shop.engine.database, admin.id, "w", ["tags:create"], None)).key
    for body in ({"name": word()}, [{"name": word()}, {"name": word()}]):
        answer = await shop.client.post("/api/v1/tags", json=body, headers={"X-API-Key": key})
        assert answer.status_code == 201, answer.text
        data = answer.json()["data"]
        assert all(list(each) == ["id"] for each in (data if isinstance(data, list) else [data]))
    named = await shop.client.post("/api/v1/tags?fields=name", json={"name": word()}, headers={"X-API-Key": key})
    assert named.status_code == 403


# -- several ----------------------------------------------------------------------------------------------------


async def test_arrays_are_written_whole_or_not(shop: Shop) -> None:
    taken, names = word(), [word(), word()]
    made = await shop.rest("POST", "/tags?fields=name", [{"name": each} for each in (taken, *names)], who="admin")
    assert made.status_code == 201
    assert [each["name"] for each in made.json()["data"]] == [taken, *names]
    ids = [each["id"] for each in made.json()["data"]]
    before = await rows(shop, Event)
    refused = await shop.rest("POST", "/tags", [{"name": word()}, {"name": taken}, {"nam": "x"}, 5], who="admin")
    assert refused.status_code == 422
    body = refused.json()
    assert body["error_code"] == "items_failed"
    assert [(each["index"], each["error_code"]) for each in body["item_errors"]] == [(2, "invalid"), (3, "malformed")]
    refused = await shop.rest("POST", "/tags", [{"name": word()}, {"name": taken}], who="admin")
    assert [(each["index"], each["error_code"]) for each in refused.json()["item_errors"]] == [(1, "conflict")]
    assert refused.json()["item_errors"][0]["field_errors"][0]["field"] == "name"
    assert await rows(shop, Event) == before
    some = await shop.rest("POST", "/tags?atomic=false", [{"name": word()}, {"name": taken}], who="admin")
    assert some.status_code == 200
    assert [each is None for each in some.json()["data"]] == [False, True]
    assert [each["index"] for each in some.json()["item_errors"]] == [1]
    changed = await shop.rest("PATCH", "/tags", [{"id": each, "name": word()} for each in ids], who="admin")
    assert [each["id"] for each in changed.json()["data"]] == ids
    gone = await shop.rest("DELETE", f"/tags?ids={','.join(ids[:2])}", who="admin")
    assert (gone.status_code, gone.content) == (204, b"")
    some = await shop.rest("DELETE", f"/tags?ids={','.join(ids)}&atomic=false", who="admin")
    assert some.json()["data"] == [None, None, ids[2]]


async def test_graphql_writes_several_as_rest_does(shop: Shop) -> None:
    taken, other = word(), word()
    create = """mutation($input: [CreateTagInput!]!, $atomic: Boolean) { createTags(input: $input, atomic: $atomic) {
      tags { id name } errors { code path message } } }"""
    made = await shop.graphql(create, who="admin", input=[{"name": taken}, {"name": other}])
    assert [each["name"] for each in made["data"]["createTags"]["tags"]] == [taken, other]
    ids = [each["id"] for each in made["data"]["createTags"]["tags"]]
    refused = await shop.graphql(create, who="admin", input=[{"name": word()}, {"name": taken}])
    assert refused["data"]["createTags"]["tags"] == []
    assert [(each["code"], each["path"]) for each in refused["data"]["createTags"]["errors"]] == [
        ("taken", ["1", "name"])
    ]
    some = await shop.graphql(create, who="admin", input=[{"name": word()}, {"name": taken}], atomic=False)
    assert [each is None for each in some["data"]["createTags"]["tags"]] == [False, True]
    update = "mutation($input: [UpdateTagInput!]!) { updateTags(input: $input) { tags { name } errors { path code } } }"
    new = word()
    changed = await shop.graphql(update, who="admin", input=[{"id": ids[0], "name": new}, {"id": ids[0], "name": new}])
    assert changed["data"]["updateTags"]["tags"] == [{"name": new}, {"name": new}]
    delete = "mutation($ids: [ID!]!) { deleteTags(ids: $ids) { deletedIds errors { code path } } }"
    missing = await shop.graphql(delete, who="admin", ids=[ids[0], NOWHERE])
    assert missing["data"]["deleteTags"] == {"deletedIds": [], "errors": [{"code": "not_found", "path": ["1"]}]}
    assert (await shop.graphql(delete, who="admin", ids=ids))["data"]["deleteTags"]["deletedIds"] == ids


async def test_a_batch_may_upsert_what_is_there(shop: Shop) -> None:
    """The row's key is then as the driver gives it, which on PostgreSQL could not be written as JSON."""
    name = word()
    made = (await shop.rest("POST", "/tags", {"name": name}, who="admin")).json()["data"]
    upsert = {"resource": "tags", "action": "upsert", "input": {"name": name}}
    answer = await shop.rest("POST", "/batch", {"operations": [upsert]}, who="admin")
    assert answer.status_code == 200, answer.text
    assert [(each["id"], each["object"]) for each in answer.json()["data"]] == [(made["id"], made)]


async def test_a_batch_is_one_transaction(shop: Shop) -> None:
    product, name = await own_product(shop), word()
    operations: list[dict[str, Any]] = [
        {"resource": "tags", "action": "create", "input": {"name": name}},
        {"resource": "products", "action": "patch", "id": product["id"], "input": {"stock": 9}, "if_match": "1"},
        {"resource": "products", "action": "publish", "id": product["id"]},
        {"resource": "products", "action": "delete", "id": product["id"]},
        {"resource": "products", "action": "restore", "id": product["id"], "if_match": "4"},
    ]
    stale = [*operations, {"resource": "products", "action": "patch", "id": product["id"], "if_match": "1"}]
    refused = await shop.rest("POST", "/batch", {"operations": stale}, who="admin")
    assert refused.status_code == 422
    assert [(e["index"], e["error_code"]) for e in refused.json()["item_errors"]] == [(5, "precondition_failed")]
    assert (await shop.rest("GET", f"/products/{product['id']}", who="vendor")).json()["data"]["version"] == 1
    done = await shop.rest("POST", "/batch", {"operations": operations}, who="admin")
    assert done.status_code == 200, done.text
    data = done.json()["data"]
    assert [each["action"] for each in data] == ["create", "patch", "publish", "delete", "restore"]
    assert data[0]["object"]["name"] == name
    assert data[4]["object"]["status"] == "published"
    assert data[3]["object"] is None
    some = await shop.rest("POST", "/batch", {"atomic": False, "operations": stale[-1:]}, who="admin")
    assert (some.status_code, some.json()["data"]) == (200, [None])


@pytest.mark.parametrize(
    ("operation", "field"),
    [({"resource": "nothing", "action": "create"}, "operations.0.resource"),
     ({"resource": "tags", "action": "fly"}, "operations.0.action"),
     ({"resource": "tags"}, "operations.0.action"),
     ({"resource": "tags", "action": "create", "x": 1}, "operations.0.x")],
)  # fmt: skip
async def test_a_batch_says_which_operation_is_wrong(shop: Shop, operation: dict[str, Any], field: str) -> None:
    answer = await shop.rest("POST", "/batch", {"operations": [operation]}, who="admin")
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["field_errors"]] == [field]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400"])
async def test_what_is_no_number_is_not_null_in_a_batch(shop: Shop, value: str) -> None:
    product = await own_product(shop)
    operation = {"resource": "products", "action": "patch", "id": product["id"], "input": {"cost_price": "?"}}
    body = json.dumps({"operations": [operation]}).replace('"?"', value)
    headers = {**await shop.headers("vendor"), "Content-Type": "application/json"}
    answer = await shop.client.post("/api/v1/batch", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed")


async def test_what_takes_nothing_is_given_nothing(shop: Shop) -> None:
    product = await own_product(shop)
    path = f"/products/{product['id']}"
    operation = {"resource": "products", "action": "delete", "id": product["id"], "input": {"stock": 1}}
    refused = await sent(shop, "POST", "/batch", {"operations": [operation]}, who="vendor")
    assert refused.json()["item_errors"][0]["field_errors"][0]["code"] == "extra_forbidden"
    assert (await shop.rest("DELETE", path, who="vendor")).status_code == 204
    assert (await sent(shop, "POST", f"{path}/restore", {"stock": 1}, who="vendor")).status_code == 422
    assert (await sent(shop, "POST", f"{path}/restore", {}, who="vendor")).status_code == 200


async def test_visitors_can_do_nothing_in_a_batch(shop: Shop) -> None:
    body = {"operations": [{"resource": "tags", "action": "create", "input": {"name": word()}}]}
    assert (await shop.rest("POST", "/batch", body)).status_code == 401
    assert (await shop.rest("POST", "/batch", body, who="customer")).status_code == 403
    assert (await shop.rest("POST", "/batch", {"operations": []})).json() == {"data": []}


async def test_mutations_of_one_document_in_one_transaction(shop: Shop) -> None:
    taken = word()
    await shop.rest("POST", "/tags", {"name": taken}, who="admin")
    text = """mutation($a: String!, $b: String!) @atomic { __typename
      one: createTag(input: {name: $a}) { tag { name } errors { code message path } }
      two: createTag(input: {name: $b}) { tag { name } errors { code path } } }"""
    before = await rows(shop, Event)
    free = word()
    failed = await shop.graphql(text, who="admin", a=free, b=taken)
    assert failed == {
        "data": {
            "__typename": "Mutation",
            "one": {
                "tag": None,
                "errors": [{"code": "rolled_back", "message": "Nothing was written, because two failed.", "path": []}],
            },
            "two": {"tag": None, "errors": [{"code": "taken", "path": ["name"]}]},
        }
    }
    assert await rows(shop, Event) == before
    done = await shop.graphql(text, who="admin", a=free, b=word())
    assert done["data"]["one"]["tag"] == {"name": free}
    assert await rows(shop, Event) == before + 2
    refused = await shop.graphql(
        """mutation($a: String!) @atomic { createTag(input: {name: $a}) { tag { name } }
           deleteTag(input: {id: "00000000-0000-7000-8000-000000000000"}) { deletedId } }""", who="admin", a=word()
    )  # fmt: skip
    assert refused["data"] is None
    assert refused["errors"][0]["extensions"]["code"] == "not_found"
    unanswerable = await shop.graphql(
        """mutation($a: String!) @atomic { one: createTag(input: {name: $a}) { tag { name } }
           two: createTag(input: {name: "x"}) { tag { products(first: 1000) { totalCount } } } }""",
        who="admin", a=taken,
    )  # fmt: skip
    assert (unanswerable["data"], unanswerable["errors"][0]["path"]) == (None, ["two"])
    assert await rows(shop, Event) == before + 2
    plain = await shop.graphql(text.replace("@atomic", ""), who="admin", a=word(), b=taken)
    assert plain["data"]["one"]["errors"] == []
    assert await rows(shop, Event) == before + 3


async def test_what_cannot_be_answered_undoes_the_others(shop: Shop) -> None:
    taken = (await shop.rest("GET", "/tags?limit=1")).json()["data"][0]["name"]
    text = """mutation($name: String!, $product: ID!, $first: Int) @atomic {
      one: createTag(input: {name: $name}) { errors { code } }
      two: updateProduct(input: {id: $product}) { product { reviews(first: $first) { nodes { id } } } } }"""
    for name in (taken, word()):
        answer = await shop.graphql(text, who="admin", name=name, product=NOWHERE, first=-1)
        assert answer["data"] is None
        assert [(each["path"], each["extensions"]["code"]) for each in answer["errors"]] == [(["two"], "invalid")]
    assert (await shop.rest("GET", f"/tags?filter[name]={name}")).json()["total"] == 0


async def test_atomic_is_for_what_can_be_planned(shop: Shop) -> None:
    text = """mutation($a: String!) @atomic { createTag(input: {name: $a}) { tag { products {
      nodes { id } edges { node { name } } } } } }"""
    answer = await shop.graphql(text, who="admin", a=word())
    assert answer["errors"][0]["extensions"]["code"] == "invalid"
    assert "data" not in answer


# -- upserts, restoring, actions --------------------------------------------------------------------------------


async def test_an_upsert_says_whether_it_is_new(shop: Shop) -> None:
    name = word()
    created = await shop.rest("PUT", "/tags", {"name": name}, who="admin")
    assert created.status_code == 201
    assert created.headers["location"] == f"/api/v1/tags/{created.json()['data']['id']}"
    changed = await shop.rest("PUT", "/tags", {"name": name}, who="admin")
    assert changed.status_code == 200
    assert "location" not in changed.headers
    several = await shop.rest("PUT", "/tags", [{"name": name}, {"name": word()}], who="admin")
    assert several.status_code == 200
    upsert = "mutation($name: String!) { upsertTag(input: {name: $name}) { tag { id } } }"
    found = await shop.graphql(upsert, who="admin", name=name)
    assert found["data"]["upsertTag"]["tag"]["id"] == created.json()["data"]["id"]


async def test_an_upsert_of_a_version_makes_nothing_new(shop: Shop) -> None:
    for tag in ('"1"', "*"):
        name = word()
        refused = await sent(shop, "PUT", "/categories", {"name": name, "slug": name}, If_Match=tag)
        assert (refused.status_code, refused.json()["error_code"]) == (412, "precondition_failed")
        assert (await shop.rest("GET", f"/categories?filter[name]={name}")).json()["total"] == 0
        unversioned = await sent(shop, "PUT", "/tags", {"name": name}, If_Match=tag)
        assert (unversioned.status_code, unversioned.json()["error_code"]) == (422, "invalid")


async def test_an_upsert_changes_what_can_be_changed(shop: Shop) -> None:
    product = await own_product(shop)
    body = {name: product[name] for name in ("vendor_id", "category_id", "name", "slug", "price")}
    changed = await shop.rest("PUT", "/products", {**body, "stock": 77}, who="vendor")
    assert (changed.status_code, changed.json()["data"]["stock"]) == (200, 77)
    vendor = (await shop.rest("GET", "/vendors?page_size=200&fields=id", who="admin")).json()["data"]
    other = next(each["id"] for each in vendor if each["id"] != product["vendor_id"])
    refused = await shop.rest("PUT", "/products", {**body, "vendor_id": other}, who="admin")
    assert refused.status_code == 422
    assert refused.json()["field_errors"][0] | {"message": ""} == {"field": "vendor_id", "code": "fixed", "message": ""}
    await shop.rest("POST", f"/products/{product['id']}/publish", who="vendor")
    stranger = await shop.rest("PUT", "/products", {**body, "vendor_id": other}, who="customer")
    assert stranger.status_code == 403, "who may not change it is told nothing of it"


async def test_what_is_deleted_comes_back(shop: Shop) -> None:
    product = await own_product(shop)
    path = f"/products/{product['id']}"
    assert (await shop.rest("POST", f"{path}/publish", who="vendor")).status_code == 200
    assert (await shop.rest("DELETE", path, who="vendor")).status_code == 204
    assert (await shop.rest("GET", path, who="vendor")).status_code == 404
    with shop.engine.database.use():
        assert (await Product.get(id=product["id"])).deleted_at is not None
    assert (await shop.rest("POST", f"{path}/restore", who="customer")).status_code == 403
    restored = await shop.rest("POST", f"{path}/restore", who="vendor")
    assert (restored.status_code, restored.json()["data"]["version"]) == (200, 4)
    assert (await shop.rest("POST", f"{path}/restore", who="vendor")).status_code == 404


async def test_an_action_by_either_face(shop: Shop) -> None:
    product = await own_product(shop)
    published = await shop.rest("POST", f"/products/{product['id']}/publish?fields=status", who="vendor")
    assert published.json()["data"] == {"id": product["id"], "status": "published"}
    again = await shop.rest("POST", f"/products/{product['id']}/publish", {}, who="vendor")
    assert (again.status_code, again.json()["field_errors"][0]["code"]) == (409, "wrong_state")
    archive = "mutation($id: ID!) { archiveProduct(input: {id: $id}) { product { status } errors { code path } } }"
    found = await shop.graphql(archive, who="vendor", id=product["id"])
    assert found["data"]["archiveProduct"] == {"product": {"status": "archived"}, "errors": []}
    refused = await shop.graphql(archive, who="vendor", id=product["id"])
    assert refused["data"]["archiveProduct"]["errors"] == [{"code": "wrong_state", "path": ["status"]}]
    unknown = await shop.rest("POST", f"/products/{product['id']}/publish", {"x": 1}, who="vendor")
    assert unknown.status_code == 422
    text = await shop.client.post(
        f"/api/v1/products/{product['id']}/publish", content=b"x", headers=await shop.headers("vendor")
    )
    assert text.status_code == 400


async def test_an_action_may_make_something(shop: Shop) -> None:
    made = await shop.rest("POST", "/users/register", registration())
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/users/{made.json()['data']['id']}"
    assert "password" not in made.text


# -- nested -----------------------------------------------------------------------------------------------------


async def test_rows_come_together_on_both_faces(shop: Shop) -> None:
    product = await own_product(shop)
    images = {"create": [{"url": "https://example.com/a.png"}, {"url": "https://example.com/b.png", "position": 1}]}
    changed = await shop.rest("PATCH", f"/products/{product['id']}?include=images", {"images": images}, who="vendor")
    assert changed.status_code == 200, changed.text
    first, second = (each["id"] for each in changed.json()["data"]["images"])
    text = """mutation($input: UpdateProductInput!) { updateProduct(input: $input) {
      product { images { nodes { id alt } } } errors { code path } } }"""
    given = {"id": product["id"], "images": {"update": [{"id": first, "alt": "A"}], "delete": [second]}}
    found = await shop.graphql(text, who="vendor", input=given)
    assert found["data"]["updateProduct"]["product"]["images"]["nodes"] == [{"id": first, "alt": "A"}]
    given["images"] = {"update": [{"id": NOWHERE, "alt": "A"}]}
    refused = await shop.graphql(text, who="vendor", input=given)
    path = ["images", "update", "0"]
    assert refused["data"]["updateProduct"]["errors"] == [{"code": "missing", "path": path}]
    by_rest = await shop.rest("PATCH", f"/products/{product['id']}", {"images": given["images"]}, who="vendor")
    assert by_rest.json()["field_errors"][0]["field"] == ".".join(path)


# -- idempotency ------------------------------------------------------------------------------------------------


async def test_a_key_has_one_effect_for_several_too(shop: Shop) -> None:
    names, key = [word(), word()], word()
    first = await sent(shop, "POST", "/tags", [{"name": each} for each in names], Idempotency_Key=key)
    text = """mutation($input: [CreateTagInput!]!, $key: String) { createTags(input: $input, idempotencyKey: $key) {
      tags { id } errors { code path } } }"""
    again = await shop.graphql(text, who="admin", input=[{"name": each} for each in names], key=key)
    assert [each["id"] for each in again["data"]["createTags"]["tags"]] == [each["id"] for each in first.json()["data"]]
    other = await shop.graphql(text, who="admin", input=[{"name": names[0]}], key=key)
    assert other["data"]["createTags"]["errors"] == [{"code": "reused", "path": ["idempotencyKey"]}]


async def test_a_key_remembers_what_was_refused_of_several(shop: Shop) -> None:
    name, key = word(), word()
    items = [{"name": name}, {"name": name}, {"nam": 1}]
    first = await sent(shop, "POST", "/tags?atomic=false", items, Idempotency_Key=key)
    again = await sent(shop, "POST", "/tags?atomic=false", items, Idempotency_Key=key)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert [each["error_code"] for each in first.json()["item_errors"]] == ["conflict", "invalid"]


async def test_what_is_done_in_part_is_another_write_than_what_is_done_whole(shop: Shop) -> None:
    tag, key = await new_tag(shop), word()
    items = [{"id": tag, "name": (await shop.rest("GET", "/tags?limit=1")).json()["data"][0]["name"]}]
    first = await sent(shop, "PATCH", "/tags?atomic=false", items, Idempotency_Key=key)
    assert first.json()["data"] == [None]
    whole = await sent(shop, "PATCH", "/tags", items, Idempotency_Key=key)
    one = await sent(shop, "PATCH", f"/tags/{tag}", {"name": items[0]["name"]}, Idempotency_Key=key)
    for answer in (whole, one):
        assert (answer.status_code, answer.json()["field_errors"][0]["code"]) == (409, "reused")


async def test_a_key_of_an_action_has_one_effect(shop: Shop) -> None:
    product, key = await own_product(shop), word()
    path = f"/products/{product['id']}/publish"
    audit = shop.engine.application.audit
    assert audit is not None
    assert issubclass(audit, AuditRecord)
    for _ in range(2):
        answer = await sent(shop, "POST", path, who="vendor", Idempotency_Key=key)
        assert answer.status_code == 200, answer.text
    with shop.engine.database.use():
        assert await audit.filter(row_id=product["id"], action="publish").count() == 1
