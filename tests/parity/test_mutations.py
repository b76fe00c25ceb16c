"""Mutations answer by the plan what they answer by graphql-core's executor, and change the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from support.figures import count
from support.shop import Shop
from support.statements import recorded
from twofold.actor import ANONYMOUS
from twofold.identity.credentials import actor_of
from twofold_graphql.execute import Request

pytestmark = pytest.mark.parity

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A document and its variables; `%s` is another word each time, so that it can be executed twice."""

    said: str
    text: str
    who: str | None = "admin"
    variables: dict[str, Any] = field(default_factory=dict)
    code: str | None = None


CASES = [
    Case(said="a new row", variables={"input": {"name": "made %s"}},
         text="mutation($input: CreateTagInput!) { createTag(input: $input) { tag { id name } errors { code } } }"),
    Case(said="values in the document", variables={"name": "said %s"},
         text="mutation($name: String!) { createTag(input: {name: $name}) { __typename tag { name __typename } } }"),
    Case(said="aliases and fragments", variables={"input": {"name": "alias %s"}, "deep": True},
         text="""mutation($input: CreateTagInput!, $deep: Boolean!) {
             made: createTag(input: $input) { ...P one: tag { n: name } } }
           fragment P on CreateTagPayload { wrong: errors { c: code t: __typename }
             two: tag @include(if: $deep) { products(first: 1) { totalCount nodes { name } } } }"""),
    Case(said="several, one after another", variables={"a": {"name": "first %s"}, "b": {"name": "second %s"}},
         text="""mutation($a: CreateTagInput!, $b: CreateTagInput!) { a: createTag(input: $a) { tag { name } }
           b: createTag(input: $b) { tag { name } }
           again: createTag(input: $a) { tag { name } errors { code path message hint } } }"""),
    Case(said="what a form shows", variables={"input": {"name": "x" * 60}},
         text="""mutation($input: CreateTagInput!) { createTag(input: $input) {
           tag { name } errors { code path message hint } wrong: errors { __typename } } }"""),
    Case(said="no right", who="customer", code="forbidden", variables={"input": {"name": "no"}},
         text="mutation($input: CreateTagInput!) { createTag(input: $input) { tag { name } } }"),
    Case(said="nobody", who=None, code="unauthenticated", variables={"input": {"name": "no"}},
         text="mutation($input: CreateTagInput!) { createTag(input: $input) { tag { name } } }"),
    Case(said="the second is refused", who="vendor", code="not_found",
         variables={"id": "019e9b6b-604b-7c99-8000-000000000000"},
         text="""mutation($id: ID!) { a: updateProduct(input: {id: $id, stock: 1}) { errors { code } }
           b: updateProduct(input: {id: $id, stock: 2}) { errors { code } } }"""),
    Case(said="null by a variable's default", code="invalid", variables={"name": None},
         text='mutation($name: String = "x") { createTag(input: {name: $name}) { tag { name } } }'),
    Case(said="a page of what is nested that is too large", code="invalid", variables={"input": {"name": "large %s"}},
         text="""mutation($input: CreateTagInput!) { createTag(input: $input) {
           tag { name products(first: 1000) { totalCount } } errors { code } } }"""),
    Case(said="the same key again", variables={"input": {"name": "once"}, "key": "the same %s"},
         text="""mutation($input: CreateTagInput!, $key: String) {
           a: createTag(input: $input, idempotencyKey: $key) { tag { name } }
           b: createTag(input: $input, idempotencyKey: $key) { tag { name } errors { code } } }"""),
]  # fmt: skip


async def executed(shop: Shop, case: Case, word: str, *, planned: bool) -> Any:
    token = (await shop.headers(case.who)).get("Authorization", "")[7:]
    actor = await actor_of(shop.engine.database, token) if token else ANONYMOUS
    variables = orjson.loads(orjson.dumps(case.variables).decode().replace("%s", word))
    request = Request(query=case.text, variables=variables, operation_name=None, actor=actor, request_id="r")
    answer = orjson.dumps(await shop.executing.execute(request, planned=planned)).decode()
    return orjson.loads(UUIDS.sub("an id", answer).replace(word, "%s"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.said)
async def test_the_plan_answers_as_the_reference(shop: Shop, case: Case) -> None:
    if case.said == "the same key again":
        case.variables["input"]["name"] = f"once {shop.engine.database.dialect} %s"
    by_plan = await executed(shop, case, "alpha", planned=True)
    again = await executed(shop, case, "beta", planned=True)
    by_reference = await executed(shop, case, "gamma", planned=False)
    assert by_plan == again == by_reference
    codes = [error["extensions"]["code"] for error in by_plan.get("errors", [])]
    assert codes == ([] if case.code is None else [case.code])
    count("parity", "mutations equal")


async def test_changing_and_deleting(shop: Shop) -> None:
    update = """mutation($input: UpdateTagInput!) { updateTag(input: $input) { tag { name } errors { code } } }"""
    delete = """mutation($id: ID!) { deleteTag(input: {id: $id}) { deletedId errors { code } } }"""
    for planned in (True, False):
        made = (await shop.rest("POST", "/tags", {"name": f"to change {planned}"}, who="admin")).json()["data"]["id"]
        case = Case(said="", text=update, variables={"input": {"id": made, "name": f"changed {planned}"}})
        answer = await executed(shop, case, "-", planned=planned)
        assert answer == {"data": {"updateTag": {"tag": {"name": f"changed {planned}"}, "errors": []}}}
        gone = await executed(shop, Case(said="", text=delete, variables={"id": made}), "-", planned=planned)
        assert gone == {"data": {"deleteTag": {"deletedId": "an id", "errors": []}}}
        assert (await shop.rest("GET", f"/tags/{made}", who="admin")).status_code == 404


async def test_a_mutation_is_compiled_once_whatever_it_writes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[0]
    await executed(shop, case, "warm", planned=True)
    monkeypatch.setattr(shop.executing.mutations, "compile", None)
    for number in range(5):
        with recorded() as statements:
            await executed(shop, case, f"number {number}", planned=True)
        reads = [each for each in statements if each.startswith("SELECT") and '"tags"' in each]
        assert len(reads) == 1, statements
