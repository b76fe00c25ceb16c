"""Every change leaves one audit entry and one event, the same from both faces; what did not happen leaves none."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.audit import AuditEntry
from support.shop import Shop
from twofold.events import Event

pytestmark = pytest.mark.parity

UPDATE = "mutation($input: UpdateProductInput!) { updateProduct(input: $input) { errors { code } } }"
CHANGES = """{
  auditEntries(filter: {rowId: {eq: "%s"}}) { nodes { action face changes actor { name } vendor { name } } }
}"""


async def traces(shop: Shop, row_id: str) -> tuple[list[AuditEntry], list[Event]]:
    """The audit's entries and the events of a row, oldest first."""
    with shop.engine.database.use():
        entries = await AuditEntry.filter(row_id=row_id).order_by("id")
        return entries, await Event.filter(row_id=row_id).order_by("id")


async def own_product(shop: Shop) -> dict[str, Any]:
    products = await shop.rest("GET", "/products?filter[cost_price][gte]=0&sort=created_at&include=tags", who="vendor")
    product: dict[str, Any] = products.json()["data"][0]
    return product


async def test_a_patch_by_either_face_leaves_the_same_traces(shop: Shop) -> None:
    product = await own_product(shop)
    price = product["price"]
    by_rest = await shop.rest("PATCH", f"/products/{product['id']}", {"price": "77.00"}, who="vendor")
    assert by_rest.status_code == 200, by_rest.text
    by_graphql = await shop.graphql(UPDATE, who="vendor", input={"id": product["id"], "price": price})
    assert by_graphql["data"]["updateProduct"]["errors"] == []
    entries, events = await traces(shop, product["id"])
    assert [each.face for each in entries] == ["rest", "graphql"]
    assert entries[0].request_id == by_rest.headers["x-request-id"]
    there, back = (each.changes["price"] for each in entries)
    assert there == {"before": price, "after": "77.00"}
    assert back == {"before": "77.00", "after": price}
    assert [set(each.changes) for each in entries] == [{"price", "updated_at"}] * 2
    assert [each.name for each in events] == ["products.updated"] * 2
    assert [each.changed for each in events] == [["price", "updated_at"]] * 2
    assert {each.actor_id for each in [*entries, *events]} == {entries[0].actor_id}
    assert entries[0].actor_id is not None


async def test_what_changes_nothing_or_is_refused_leaves_no_trace(shop: Shop) -> None:
    product = await own_product(shop)
    before = [len(each) for each in await traces(shop, product["id"])]
    same = {"name": product["name"], "tag_ids": [tag["id"] for tag in product["tags"]]}
    assert (await shop.rest("PATCH", f"/products/{product['id']}", same, who="vendor")).status_code == 200
    refused = await shop.rest("PATCH", f"/products/{product['id']}", {"stock": -1}, who="vendor")
    taken = await shop.rest("GET", "/products?page_size=2&sort=name&fields=slug,name")
    conflict = {"slug": next(each["slug"] for each in taken.json()["data"] if each["id"] != product["id"])}
    conflicting = await shop.rest("PATCH", f"/products/{product['id']}", conflict, who="vendor")
    assert (refused.status_code, conflicting.status_code) == (422, 409)
    assert [len(each) for each in await traces(shop, product["id"])] == before
    again = await shop.rest("GET", f"/products/{product['id']}?fields=updated_at", who="vendor")
    assert again.json()["data"]["updated_at"] == product["updated_at"]


async def test_relations_creation_and_deletion(shop: Shop) -> None:
    made = await shop.rest("POST", "/tags", {"name": "audited"}, who="admin")
    tag, product = made.json()["data"], await own_product(shop)
    tags = {"tag_ids": [tag["id"]]}
    assert (await shop.rest("PATCH", f"/products/{product['id']}", tags, who="vendor")).status_code == 200
    assert (await shop.rest("DELETE", f"/tags/{tag['id']}", who="admin")).status_code == 204
    entries, events = await traces(shop, tag["id"])
    assert [each.action for each in entries] == ["create", "delete"]
    assert [each.name for each in events] == ["tags.created", "tags.deleted"]
    assert entries[0].changes == {"name": {"after": "audited"}}
    assert entries[1].changes == {"name": {"before": "audited"}}
    linked, _ = await traces(shop, product["id"])
    before = sorted(each["id"] for each in product["tags"])
    assert linked[-1].changes["tag_ids"] == {"before": before, "after": [tag["id"]]}


async def test_who_reads_the_audit(shop: Shop) -> None:
    product = await own_product(shop)
    note = {"description": "Seen by its vendor."}
    assert (await shop.rest("PATCH", f"/products/{product['id']}", note, who="admin")).status_code == 200
    query = CHANGES % product["id"]
    seen: dict[str | None, Any] = {
        who: (await shop.graphql(query, who=who)).get("data") for who in (None, "customer", "vendor", "admin")
    }
    assert seen[None] is None
    assert seen["customer"] == {"auditEntries": {"nodes": []}}
    assert seen["vendor"] == seen["admin"]
    newest = seen["vendor"]["auditEntries"]["nodes"][0]
    assert (newest["action"], newest["face"]) == ("patch", "rest")
    assert newest["changes"]["description"]["after"] == "Seen by its vendor."
    listed = await shop.rest("GET", f"/audit-entries?filter[row_id]={product['id']}&include=actor,vendor", who="vendor")
    assert [each["changes"] for each in listed.json()["data"]] == [
        each["changes"] for each in seen["vendor"]["auditEntries"]["nodes"]
    ]
    assert (await shop.rest("POST", "/audit-entries", {}, who="admin")).status_code == 405


async def test_defaults_are_written_down_too(shop: Shop) -> None:
    made = await shop.rest("POST", "/orders", {"note": "Ring twice."}, who="customer")
    assert made.status_code == 201, made.text
    order = made.json()["data"]
    assert (order["total"], order["status"], order["currency"]) == ("0.00", "cart", "EUR")
    (entry,), (event,) = await traces(shop, order["id"])
    assert entry.changes["total"] == {"after": "0.00"}
    assert entry.changes["note"] == {"after": "Ring twice."}
    assert event.changed == sorted(entry.changes)
