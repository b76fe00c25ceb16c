"""The OpenAPI document says just what REST does: every operation, asked by all, answers as it is written there."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from copy import deepcopy
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from storefront.application import STOREFRONT
from support.contract import Contract, Operation
from support.figures import count
from support.shop import Shop, opened
from twofold.engine import Engine
from twofold.errors import Unavailable
from twofold.identity.attempts import Attempts, Limit
from twofold.identity.keys import create_key
from twofold.identity.models import User
from twofold.identity.tokens import new_secret
from twofold.settings import Settings
from twofold.spec import ResourceSpec
from twofold_rest.app import create_app

pytestmark = pytest.mark.contract

ACTORS = (None, "customer", "vendor", "admin")
NO_KEY = "00000000-0000-7000-8000-000000000000"
RARE = {"409"}
"""Not every resource has something that a change can contradict."""


@pytest.fixture(scope="module")
async def contract(shop: Shop) -> Contract:
    return Contract((await shop.client.get("/api/v1/openapi.json")).json())


@pytest.fixture(scope="module")
def specs(shop: Shop) -> Mapping[str, ResourceSpec]:
    """Resources by the first part of their paths."""
    return {f"/api/v1/{spec.plural.replace('_', '-')}": spec for spec in shop.engine.resources}


@pytest.fixture(scope="module")
async def keys(shop: Shop) -> Mapping[str, str]:
    """The id of a row of each resource, by its path; one that visitors see, where there is one."""
    found: dict[str, str] = {}
    tag = (await shop.rest("GET", "/tags?limit=1")).json()["data"][0]["id"]
    audited = await shop.rest("PATCH", f"/tags/{tag}", {"name": "audited"}, who="admin")
    assert audited.status_code == 200, audited.text
    for spec, who in itertools.product(shop.engine.resources, (None, "customer", "admin")):
        path = f"/{spec.plural.replace('_', '-')}"
        rows = (await shop.rest("GET", f"{path}?limit=1&fields=id", who=who)).json().get("data", [])
        if rows:
            found.setdefault(f"/api/v1{path}", rows[0]["id"])
    return found


numbers = itertools.count(1)


async def bodies(shop: Shop) -> dict[str, dict[str, Any]]:
    """What makes a new row of each resource, by its path; `who` may make it."""
    number = next(numbers)

    async def first(path: str, who: str = "admin") -> dict[str, Any]:
        row: dict[str, Any] = (await shop.rest("GET", path, who=who)).json()["data"][number]
        return row

    product = await first("/products?filter[status]=published&sort=name&page_size=200&filter[currency]=EUR")
    user = await first("/users?sort=-created_at&page_size=200&filter[role]=customer")
    order = await shop.rest("POST", "/orders", {"currency": "EUR"}, who="customer")
    shared = {"vendor_id": product["vendor_id"], "category_id": product["category_id"], "price": "9.50"}
    slug = f"contract-{number}"
    return {
        "/api/v1/products": {"name": "x", "slug": slug, **shared, "who": "admin"},
        "/api/v1/categories": {"name": slug, "slug": slug, "who": "admin"},
        "/api/v1/tags": {"name": slug, "who": "admin"},
        "/api/v1/product-images": {"product_id": product["id"], "url": "https://example.com/x.png", "who": "admin"},
        "/api/v1/reviews": {"product_id": product["id"], "rating": 4, "title": "x", "who": "customer"},
        "/api/v1/vendors": {"name": slug, "slug": slug, "who": "admin"},
        "/api/v1/memberships": {"vendor_id": product["vendor_id"], "user_id": user["id"], "who": "admin"},
        "/api/v1/addresses": {"recipient": "x", "line1": "x", "postal_code": "1", "city": "x", "country": "NL",
                              "who": "customer"},
        "/api/v1/orders": {"currency": "EUR", "who": "customer"},
        "/api/v1/order-lines": {"order_id": order.json()["data"]["id"], "product_id": product["id"], "quantity": 2,
                                "who": "customer"},
    }  # fmt: skip


def root_of(operation: Operation) -> str:
    """The path of the resource: `/api/v1/products` of `/api/v1/products/{id}/reviews`."""
    return "/".join(operation.path.split("/")[:4])


async def asked(shop: Shop, operation: Operation, key: str = NO_KEY, query: str = "", who: str | None = None,
                headers: Mapping[str, str] | None = None, **options: Any) -> httpx.Response:  # fmt: skip
    path = operation.path.replace("{id}", key)
    sent = {"X-Cost": "1", **await shop.headers(who), **(headers or {})}
    return await shop.client.request(operation.method, f"{path}{query}", headers=sent, **options)


# -- the document ------------------------------------------------------------------------------------------------


def test_it_is_a_valid_document() -> None:
    document = create_app(Engine(STOREFRONT, Settings(database_url="sqlite://:memory:"))).openapi()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    broken = deepcopy(document)
    next(iter(broken["paths"].values()))["get"]["parameters"][0]["in"] = "nowhere"
    assert not OpenAPIV31SpecValidator(broken).is_valid()


def test_everything_in_it_is_described(contract: Contract) -> None:
    names = [operation.name for operation in contract.operations()]
    assert len(names) == len(set(names)) > 70
    for operation in contract.operations():
        assert operation.said["summary"]
        assert operation.said["description"]
        for parameter in operation.said.get("parameters", []):
            assert parameter.get("description"), (operation.name, parameter["name"])
            count("contract", "parameters described")
        for status, response in operation.said["responses"].items():
            assert response["description"], (operation.name, status)


async def test_the_bounds_of_texts_are_told(shop: Shop, contract: Contract) -> None:
    schemas = contract.document["components"]["schemas"]
    assert schemas["ProductCreate"]["properties"]["slug"]["pattern"] == "^[a-z0-9]+(-[a-z0-9]+)*$"
    assert schemas["AddressPatch"]["properties"]["country"]["pattern"] == "^[A-Z]{2}$"
    assert schemas["AddressCreate"]["properties"]["city"] | {"title": ""} == {
        "type": "string", "title": "", "minLength": 1, "maxLength": 100
    }  # fmt: skip
    body = {"recipient": "", "line1": "x", "postal_code": "1", "city": "x", "country": "NL"}
    refused = (await shop.rest("POST", "/addresses", body, who="customer")).json()["field_errors"]
    assert [(each["field"], each["code"]) for each in refused] == [("recipient", "string_too_short")]


def test_what_could_be_answered_and_is_not_told_would_be_found(contract: Contract) -> None:
    operation = next(each for each in contract.operations() if each.name == "getTag")
    for status, body, headers in (
        (200, {"data": {"id": "no-id", "name": "x"}}, {"etag": '"x"'}),
        (200, {"data": {"id": NO_KEY, "nothing": 1}}, {"etag": '"x"'}),
        (200, {"data": {"id": NO_KEY}}, {}),
        (404, {"detail": "x", "error_code": "nothing", "request_id": None}, {}),
        (404, {"detail": "x", "error_code": "not_found"}, {}),
        (409, {"detail": "x", "error_code": "conflict", "request_id": None}, {}),
    ):
        with pytest.raises(AssertionError):
            Contract(contract.document).hold(operation, httpx.Response(status, json=body, headers=headers))


# -- the answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ACTORS)
async def test_reads_by_everyone(
    shop: Shop, contract: Contract, keys: Mapping[str, str], specs: Mapping[str, ResourceSpec], who: str | None
) -> None:
    for operation in contract.operations():
        if operation.method != "GET" or root_of(operation) not in specs:
            continue
        for key in (keys.get(root_of(operation), NO_KEY), NO_KEY):
            for query in queries(operation, filters=who == "admin" and key != NO_KEY):
                answer = await asked(shop, operation, key, query, who)
                contract.hold(operation, answer)
                if "etag" in answer.headers:
                    known = {"If-None-Match": answer.headers["etag"]}
                    contract.hold(operation, await asked(shop, operation, key, query, who, known))


def queries(operation: Operation, *, filters: bool) -> list[str]:
    """A query string for each parameter, good or bad, and for the ways to turn pages."""
    found = ["", "?nothing=1", "?fields=%ff", "?fields=nothing"]
    for parameter in operation.said.get("parameters", []):
        name, schema = parameter["name"], parameter.get("schema", {})
        match name:
            case "sort":
                one, *behind = schema["items"].get("anyOf", [schema["items"]])
                found += [f"?limit=2&sort={','.join(one.get('enum', ['count'])[:3])}", "?sort=nothing"]
                found += [f"?limit=2&sort=-{each['pattern'].split('(')[1].split('|')[0]}.nothing" for each in behind]
            case "group_by":
                key = schema["items"]["pattern"].partition("(")[2].partition("|")[0]
                found += [f"?group_by={key}&page_size=2", "?group_by=nothing", "?having[count]=1"]
            case "include":
                words = parameter["description"].rpartition("There are ")[2].strip(".").replace("`", "").split(", ")
                small = "page_size=2&" if operation.name.startswith("list") else ""
                found += [f"?{small}include={','.join(words)}", f"?include={words[0]}.{words[0]}"]
            case "limit":
                found += ["?limit=2", "?limit=2&offset=1", "?limit=2&after=x", "?limit=2&page=1", "?page=2&page_size=1"]
            case _ if name.startswith("filter[") and filters and "{id}" not in operation.path:
                found += [f"?{name}[{operator}]={sample(each)}&limit=3"
                          for operator, each in schema["properties"].items()]  # fmt: skip
    return found


def sample(schema: Mapping[str, Any]) -> str:
    """A value of a parameter's schema."""
    if "enum" in schema:
        return str(schema["enum"][0])
    words = {"uuid": NO_KEY, "date-time": "2026-01-01T00:00:00Z", "date": "2026-01-01"}
    if "format" in schema:
        return words[schema["format"]]
    by_type = {"integer": "3", "number": "1.5", "boolean": "true", "string": schema.get("examples", ["a"])[0]}
    return str(by_type[schema["type"]])


@pytest.mark.parametrize("who", ACTORS)
async def test_changes_by_everyone(
    shop: Shop, contract: Contract, keys: Mapping[str, str], specs: Mapping[str, ResourceSpec], who: str | None
) -> None:
    for operation in contract.operations():
        if operation.method == "GET" or root_of(operation) not in specs:
            continue
        json: Any = {"content-type": "application/json"}
        for key in (keys.get(root_of(operation), NO_KEY), NO_KEY, "nothing"):
            if operation.method == "DELETE":
                for query in ("?nothing=1", "?%ff", f"?ids={NO_KEY}" if "{id}" not in operation.path else "?ids=x"):
                    contract.hold(operation, await asked(shop, operation, key, query, who))
                if key != keys.get(root_of(operation)):
                    contract.hold(operation, await asked(shop, operation, key, "", who))
                continue
            for body in (
                b"",
                b"{",
                b"[]",
                b"{}",
                b'[{"nothing": 1}]',
                b'{"nothing": 1}',
                b'{"id": 1, "name": null}',
                b'{"name": ""}',
            ):
                contract.hold(operation, await asked(shop, operation, key, "", who, json, content=body))
            if who is None:
                large = b'{"name": "' + b"x" * shop.engine.settings.max_body_bytes + b'"}'
                contract.hold(operation, await asked(shop, operation, key, "", who, json, content=large))
            text = {"content-type": "text/plain", "accept": "application/problem+json"}
            contract.hold(operation, await asked(shop, operation, key, "", who, text, content=b"{}"))
            contract.hold(operation, await asked(shop, operation, key, "?fields=nothing", who, json, content=b"{}"))
            contract.hold(operation, await asked(shop, operation, key, "?fields=%ff", who, json, content=b"{}"))


async def test_changes_that_are_made(shop: Shop, contract: Contract, specs: Mapping[str, ResourceSpec]) -> None:
    by_name = {operation.name: operation for operation in contract.operations()}
    for path, body in (await bodies(shop)).items():
        who, spec = body.pop("who"), specs[path]
        create, patch, replace, delete = [
            by_name.get(f"{action}{spec.type_name}") for action in ("create", "patch", "replace", "delete")
        ]
        assert create is not None
        made = await asked(shop, create, who=who, json=body)
        assert made.status_code == 201, (path, made.text)
        contract.hold(create, made)
        contract.hold(create, await asked(shop, create, who=who, json=body))  # once more: a conflict, or another row
        key = made.json()["data"]["id"]
        row = (await asked(shop, by_name[f"get{spec.type_name}"], key, who=who)).json()["data"]
        for operation, sent in ((patch, {}), (replace, put_body(contract, spec, row))):
            assert operation is not None
            answer = await asked(shop, operation, key, who=who, json=sent)
            assert answer.status_code == 200, (operation.name, answer.text)
            contract.hold(operation, answer)
            contract.hold(operation, await asked(shop, operation, who=who, json=sent))
        if delete is not None:
            contract.hold(delete, await asked(shop, delete, key, who=who))
    user = (await shop.rest("GET", "/users?limit=1&filter[role]=customer", who="admin")).json()["data"][0]
    for action, sent in (("patch", {}), ("replace", put_body(contract, specs["/api/v1/users"], user))):
        operation = by_name[f"{action}User"]
        for key, headers in ((user["id"], {}), (NO_KEY, {}), (user["id"], {"If-Match": '"999"'})):
            contract.hold(operation, await asked(shop, operation, key, who="admin", headers=headers, json=sent))


async def test_changes_of_several_and_by_natural_key(
    shop: Shop, contract: Contract, specs: Mapping[str, ResourceSpec]
) -> None:
    by_path = {(each.method, each.path): each for each in contract.operations()}
    for path, body in (await bodies(shop)).items():
        who, spec = body.pop("who"), specs[path]
        upsert, create, patch, delete = (by_path.get((method, path)) for method in ("PUT", "POST", "PATCH", "DELETE"))
        assert create is not None
        assert patch is not None
        if upsert is not None:
            for status in (201, 200):
                answer = await asked(shop, upsert, who=who, json=body)
                assert answer.status_code == status, (path, answer.text)
                contract.hold(upsert, answer)
        contract.hold(create, await asked(shop, create, query="?atomic=false", who=who, json=[body, body]))
        row = (await shop.rest("GET", f"{path.removeprefix('/api/v1')}?limit=1&fields=id&sort=-id", who=who)).json()
        [key] = [each["id"] for each in row["data"]]
        contract.hold(patch, await asked(shop, patch, who=who, json=[{"id": key}]))
        if spec.table.version is not None:
            for method, sent in (("PATCH", {}), ("PUT", put_body(contract, spec, body)), ("DELETE", None)):
                operation = by_path.get((method, f"{path}/{{id}}"))
                if operation is not None:
                    stale = {"If-Match": '"999"'}
                    contract.hold(operation, await asked(shop, operation, key, who=who, headers=stale, json=sent))
            if upsert is not None:
                contract.hold(upsert, await asked(shop, upsert, who=who, headers={"If-Match": '"999"'}, json=body))
        if delete is not None:
            contract.hold(delete, await asked(shop, delete, query=f"?ids={key}", who=who))
            contract.hold(delete, await asked(shop, delete, query=f"?ids={key}&atomic=false", who=who))


async def test_actions(shop: Shop, contract: Contract) -> None:
    """The life of a product, a review, an account and an order, each step as the document says."""
    by_name = {operation.name: operation for operation in contract.operations()}

    async def done(name: str, key: str, who: str | None, json: Any = None, status: int = 200) -> Any:
        operation = by_name[name]
        if "If-Match" in [parameter["name"] for parameter in operation.said["parameters"]]:
            stale = {"If-Match": '"999"'}
            for each in (key, NO_KEY):
                contract.hold(operation, await asked(shop, operation, each, who=who, headers=stale, json=json or {}))
        answer = await asked(shop, operation, key, who=who, json={} if json is None else json)
        assert answer.status_code == status, (name, answer.text)
        contract.hold(operation, answer)
        return answer.json()["data"] if answer.content else None

    new = await bodies(shop)
    for body in new.values():
        body.pop("who")
    user = {"email": "contract@example.com", "name": "x", "password": "long enough, really"}
    await done("registerUser", "", None, user, 201)
    review = await shop.rest("POST", "/reviews", new["/api/v1/reviews"], who="customer")
    await done("moderateReview", review.json()["data"]["id"], "moderator", {"status": "approved"})
    stocked = {**new["/api/v1/products"], "currency": "EUR", "stock": 3}
    product = (await shop.rest("POST", "/products", stocked, who="admin")).json()["data"]["id"]
    for name in ("archiveProduct", "publishProduct"):
        await done(name, product, "admin")
    await done("deleteProduct", product, "admin", status=204)
    await done("restoreProduct", product, "admin")
    cart = {
        "lines": {"create": [{"product_id": product, "quantity": 1}]},
        "ship_to": {"create": new["/api/v1/addresses"]},
    }
    for steps in (
        ("placeOrder", "payOrder", "shipOrder", "deliverOrder", "refundOrder"),
        ("placeOrder", "cancelOrder"),
    ):
        order = (await shop.rest("POST", "/orders", cart, who="customer")).json()["data"]["id"]
        for name in steps:
            who = "admin" if name in ("shipOrder", "refundOrder") else "customer"
            await done(name, order, who, {"method": "sandbox_ok"} if name == "payOrder" else {})


async def test_batches(shop: Shop, contract: Contract) -> None:
    [batch] = [operation for operation in contract.operations() if operation.name == "batch"]
    tag = {"resource": "tags", "action": "create", "input": {"name": "in a batch"}}
    good = {"operations": [tag]}
    for who in ACTORS:
        for body in (
            good,
            {"operations": [{**tag, "action": "fly"}]},
            {"operations": 1},
            [],
            {**good, "atomic": False},
        ):
            contract.hold(batch, await asked(shop, batch, who=who, json=body))
    text = {"content-type": "text/plain"}
    contract.hold(batch, await asked(shop, batch, headers=text, content=b"{}"))
    large = b" " * (shop.engine.settings.max_body_bytes + 1)
    contract.hold(batch, await asked(shop, batch, headers={"content-type": "application/json"}, content=large))


def put_body(contract: Contract, spec: ResourceSpec, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is, in the form of a replacement."""
    known = contract.document["components"]["schemas"][f"{spec.type_name}Replace"]["properties"]
    return {name: row[name] for name in known if row.get(name) is not None}


async def test_credentials_that_are_not_enough(
    shop: Shop, contract: Contract, keys: Mapping[str, str], specs: Mapping[str, ResourceSpec]
) -> None:
    """A key for something else, and a token of nobody."""
    with shop.engine.database.use():
        admin = await User.get(email="admin@example.com")
    key = (await create_key(shop.engine.database, admin.id, "contract", ["nothing:read"], None)).key
    for operation in contract.operations():
        if root_of(operation) not in specs:
            continue
        row = keys.get(root_of(operation), NO_KEY)
        for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key[:-1]}x"}, {"Authorization": "Basic x"}):
            several = operation.path.count("/") == 3 and operation.method in ("PATCH", "DELETE")
            body: dict[str, Any] = (
                {} if operation.method in ("GET", "DELETE") else {"json": [{"id": NO_KEY}] if several else {}}
            )
            query = f"?ids={NO_KEY}" if several and not body else ""
            contract.hold(operation, await asked(shop, operation, row, query, headers=headers, **body))


async def test_without_a_database(
    shop: Shop, contract: Contract, keys: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {**await shop.headers("admin"), "Cookie": f"twofold={new_secret('session')}"}
    document = {each.name: each for each in contract.operations()}
    for name in ("fetch", "read"):
        monkeypatch.setattr(shop.engine.database, name, out_of_reach)
    monkeypatch.setattr(shop.engine.database, "transaction", no_transaction)
    monkeypatch.setattr(shop.engine.database, "use", no_use)
    await shop.forget()
    for operation in document.values():
        bodiless = operation.method in ("GET", "DELETE")
        body: dict[str, Any] = {} if bodiless else {"json": {"email": "a@b.cd", "password": "x"}}
        answer = await asked(shop, operation, keys.get(root_of(operation), NO_KEY), headers=headers, **body)
        assert answer.status_code == 503, (operation.name, answer.text)
        contract.hold(operation, answer)


async def test_registering_too_often(shop: Shop, contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    by_name = {operation.name: operation for operation in contract.operations()}
    never = {"sign_up": Limit(window_s=60, most={"account": 0, "address": 0})}
    monkeypatch.setattr(shop.engine.identity, "attempts", Attempts(shop.engine.database, limits=never))
    user = {"email": "often@example.com", "name": "x", "password": "long enough, really"}
    several = {"operations": [{"resource": "users", "action": "register", "input": user}]}
    for name, body in (("registerUser", user), ("batch", several)):
        answer = await asked(shop, by_name[name], json=body)
        assert answer.status_code == 429, answer.text
        contract.hold(by_name[name], answer)


async def out_of_reach(*_: Any, **__: Any) -> Any:
    raise Unavailable


@asynccontextmanager
async def no_transaction() -> AsyncIterator[None]:
    raise Unavailable
    yield


@contextmanager
def no_use() -> Iterator[None]:
    raise Unavailable
    yield


async def test_signing_in_and_out(shop_url: str, contract: Contract) -> None:
    document = {each.name: each for each in contract.operations()}
    login, logout = document["signIn"], document["signOut"]
    right = {"email": "customer@example.com", "password": "storefront-demo"}
    async with opened(shop_url) as shop:
        contract.hold(document["health"], await asked(shop, document["health"]))
        signed = await asked(shop, login, json=right)
        contract.hold(login, signed)
        token = {"Authorization": f"Bearer {signed.json()['access_token']}"}
        for _ in range(2):
            contract.hold(logout, await asked(shop, logout, headers=token))
        contract.hold(logout, await asked(shop, logout))
        cookie = {"Cookie": f"twofold={new_secret('session')}"}
        for operation in (logout, document["session"]):
            contract.hold(operation, await asked(shop, operation, headers=cookie))
        for body in ({}, {**right, "email": 1}, {**right, "more": 1}, [], {**right, "password": "x" * 2_000_000}):
            contract.hold(login, await asked(shop, login, json=body))
        contract.hold(login, await asked(shop, login, content=b"{"))
        for _ in range(12):
            contract.hold(login, await asked(shop, login, json={**right, "password": "wrong"}))


async def test_all_that_is_written_there_was_seen(contract: Contract) -> None:
    """Runs last: what the document promises and no answer has shown, is not known to be so."""
    for operation in contract.operations():
        missing = set(operation.said["responses"]) - contract.seen[operation.name] - RARE
        assert not missing, (operation.name, missing)
    assert any("409" in seen for seen in contract.seen.values())
