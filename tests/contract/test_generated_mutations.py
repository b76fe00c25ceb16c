"""Whatever a mutation is given, it answers with an error that the contract has, or does it: on both executors."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from support.figures import count
from support.generated import Document, Samples, Writer, subject
from support.long import examples
from support.shop import EMAILS, Shop
from twofold.actor import ANONYMOUS
from twofold.errors import Conflict, FieldError, Invalid
from twofold.identity.credentials import actor_of
from twofold_graphql.execute import Request
from twofold_graphql.names import camel

pytestmark = pytest.mark.contract

ACTORS = (None, "customer", "vendor", "admin", "admin")
CONTRACT = Path(__file__).parents[2] / "docs" / "contract.md"
CODES = {code for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", CONTRACT.read_text(), re.MULTILINE)
         if status not in ("500", "503")}  # fmt: skip
"""The contract's error codes, but for faults of the server."""
INSIDE = re.compile(r"Traceback|File \"|\.py\b|0x[0-9a-f]{6}|\w(Error|Exception)\b|asyncpg|sqlite|tortoise"
                    r"|SELECT .* FROM|INSERT INTO|UPDATE .* SET|DELETE FROM|SAVEPOINT", re.IGNORECASE)  # fmt: skip
"""What no message may tell: the words of the program and of its database."""


@dataclass
class Tally:
    """How often each mutation was done and refused."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
async def samples(shop: Shop) -> Samples:
    """Values of rows as their actors see them, and ids of the first rows that each of them sees."""
    found = Samples(
        values={},
        keys={camel(relation.key): relation.target.type_name
              for spec in shop.engine.resources for relation in spec.relations.values()
              if relation.join.near is not spec.table.pk or relation.join.link is not None},
        kept=frozenset([await account_id(shop, who) for who in EMAILS]),
    )  # fmt: skip
    for spec in shop.engine.resources:
        type_ = shop.executing.schema.type_map[spec.type_name]
        assert isinstance(type_, GraphQLObjectType)
        names = [name for name, each in type_.fields.items() if is_leaf_type(get_named_type(each.type))]
        rows = [*await nodes(shop, camel(spec.plural), names, "admin"),
                *await nodes(shop, camel(spec.plural), names, "customer")]  # fmt: skip
        found.values[spec.type_name] = {name: [row[name] for row in rows if row[name] is not None] for name in names}
        for who in (None, *EMAILS):
            found.ids[who, spec.type_name] += [row["id"] for row in await nodes(shop, camel(spec.plural), ["id"], who)]
    return found


async def nodes(shop: Shop, listed: str, names: list[str], who: str | None) -> list[dict[str, Any]]:
    """The first rows of a list; none where the actor may not ask for them."""
    answer = await shop.graphql(f"{{ {listed}(first: 15) {{ nodes {{ {' '.join(names)} }} }} }}", who=who)
    return [] if "errors" in answer else list(answer["data"][listed]["nodes"])


async def account_id(shop: Shop, who: str) -> str:
    """The id of an account; fails when it cannot ask as itself any more."""
    found = await shop.graphql("query($f: UserFilter) { users(filter: $f) { nodes { id isActive role } } }", who=who,
                               f={"email": {"eq": EMAILS[who]}})  # fmt: skip
    return str(found["data"]["users"]["nodes"][0]["id"])


async def test_mutations_of_any_kind(shop: Shop, samples: Samples) -> None:
    schema = shop.executing.schema
    assert schema.mutation_type is not None
    names = sorted(schema.mutation_type.fields)
    writer = Writer(schema, samples, Random(20261121))  # noqa: S311  # to be the same each time is what it is for
    tally = Tally()
    for _, who, name in itertools.product(range(examples(3, 30)), ACTORS, names):
        others = writer.random.choices(names, k=writer.random.choice([0, 0, 0, 1, 3]))
        document = writer.document([name, *others], who)
        for answer in (await by_plan(shop, document, who), await by_reference(shop, document, who)):
            hold(document, answer, tally)
            learn(shop, document, answer, samples, who)
    for who in EMAILS:
        await account_id(shop, who)
    report(names, tally)


async def by_plan(shop: Shop, document: Document, who: str | None) -> Any:
    """The answer to a request over HTTP, which the plan answers."""
    body = json.dumps({"query": document.text, "variables": document.variables})
    headers = {"content-type": "application/json", **await shop.headers(who)}
    answer = await shop.client.post("/graphql", content=body, headers=headers)
    cannot_be_read = "\\ud800" in body
    assert answer.status_code == (400 if cannot_be_read else 200), (document, answer.text)
    return answer.json()


async def by_reference(shop: Shop, document: Document, who: str | None) -> Any:
    """The answer of graphql-core's executor, as it would be sent."""
    token = (await shop.headers(who)).get("Authorization", "")[7:]
    actor = await actor_of(shop.engine.database, token) if token else ANONYMOUS
    request = Request(query=document.text, variables=document.variables, operation_name=None, actor=actor,
                      request_id="r")  # fmt: skip
    return await shop.executing.execute(request, planned=False)


def hold(document: Document, answer: Any, tally: Tally) -> None:
    """Fails unless all that an answer says is wrong is said in the contract's words."""
    place = (document.text, document.variables, answer)
    for error in answer.get("errors", []):
        code = error["extensions"]["code"]
        assert code in CODES, place
        assert error["message"], place
        assert not INSIDE.search(error["message"]), place
        tally.codes[code] += 1
    for key, name in document.fields.items():
        payload = (answer.get("data") or {}).get(key)
        if payload is None or payload["errors"]:
            assert answer.get("errors") or payload, place
            tally.refused[name] += 1
        else:
            tally.done[name] += 1
        for error in payload["errors"] if payload else ():
            assert error["code"], place
            assert error["message"], place
            assert not INSIDE.search(error["message"]), place
            assert all(isinstance(step, str) for step in error["path"]), place
            tally.codes[error["code"]] += 1
    count("contract", "answers to generated mutations")


def learn(shop: Shop, document: Document, answer: Any, samples: Samples, who: str | None) -> None:
    """Remembers the rows that were made, for their maker to change and to delete."""
    schema = shop.executing.schema
    assert schema.mutation_type is not None
    for key, name in document.fields.items():
        type_name = subject(schema, name, schema.mutation_type.fields[name])
        for part in ((answer.get("data") or {}).get(key) or {}).values():
            for made in part if isinstance(part, list) else [part]:
                if isinstance(made, dict) and "id" in made and name.startswith("create"):
                    samples.ids[who, type_name].append(made["id"])


def report(names: list[str], tally: Tally) -> None:
    """Fails when a mutation was never refused, or one that writes a row in the common way never done."""
    assert not [name for name in names if not tally.refused[name]]
    never = [name for name in names if not tally.done[name]]
    # A line takes a cart of one's own and a product that is sold in its currency, which chance seldom brings together.
    assert not [name for name in never if re.match("(create|update|delete)(?!OrderLine)", name)], never
    for name in never:
        count("contract", f"times {name} was done", 0)


# -- what it would find ------------------------------------------------------------------------------------------


class Unforeseen(Exception):
    """A fault of ours."""


FAULTS = {
    "a fault of ours": Unforeseen("nobody knows"),
    "words of the database": Conflict('duplicate key value: INSERT INTO "tags" VALUES ($1)'),
    "words of the program": Invalid("TypeError: 'NoneType' object is not subscriptable"),
    "no code": Invalid(field_errors=[FieldError(path=("name",), code="", message="No.")]),
    "nothing said": Invalid(field_errors=[FieldError(path=("name",), code="wrong", message="")]),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_found(shop: Shop, samples: Samples, fault: Exception, monkeypatch: pytest.MonkeyPatch
                                ) -> None:  # fmt: skip
    async def write(*_: Any) -> Any:
        raise fault

    monkeypatch.setattr(shop.engine, "write", write)
    document = Document(text='mutation { m0: deleteTag(input: {id: "1"}) { deletedId errors { code message path } } }',
                        variables={}, fields={"m0": "deleteTag"})  # fmt: skip
    for ask in (by_plan, by_reference):
        with pytest.raises(AssertionError):
            hold(document, await ask(shop, document, "admin"), Tally())
    monkeypatch.undo()
    for ask in (by_plan, by_reference):
        hold(document, await ask(shop, document, "admin"), Tally())
