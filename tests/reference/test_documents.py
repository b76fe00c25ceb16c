"""Planned answers are those of the reference executor, byte by byte, for documents of any shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.documents import Document, Samples, documents
from support.figures import count
from support.long import examples
from support.shop import Shop
from twofold.actor import ANONYMOUS, Actor
from twofold.identity.credentials import actor_of
from twofold.page import to_json
from twofold_graphql import execute
from twofold_graphql.execute import Request
from twofold_graphql.names import camel

pytestmark = pytest.mark.reference

DOCUMENTS = examples(150, 2000)
"""How many documents each database answers, for each actor in both ways."""

DEPTH = "nests deeper than this database can read"
"""What a refusal says that is about the database at hand, not about the question."""

ACTORS = (None, "vendor", "admin")


@pytest.fixture(scope="module")
async def actors(shop: Shop) -> dict[str | None, Actor]:
    tokens = {who: (await shop.headers(who)).get("Authorization", "")[7:] for who in ACTORS}
    return {who: await actor_of(shop.engine.database, token) if token else ANONYMOUS for who, token in tokens.items()}


@pytest.fixture(scope="module")
async def samples(shop: Shop) -> Samples:
    """Ids and cursors that admins find, in each order that there is."""
    ids: dict[str, list[str]] = {}
    cursors: dict[str, list[tuple[str | None, str]]] = {}
    for spec in shop.engine.resources:
        fields = [camel(field.name) for field in spec.fields.values() if field.declared.sort]
        orders = [None, *[f"{{{name}: {way}}}" for name in fields for way in ("ASC", "DESC")]]
        for order in orders:
            by = "" if order is None else f", orderBy: {order}"
            query = f"{{ found: {camel(spec.plural)}(first: 4{by}) {{ edges {{ cursor node {{ id }} }} }} }}"
            edges = (await shop.graphql(query, who="admin"))["data"]["found"]["edges"]
            ids.setdefault(spec.type_name, [edge["node"]["id"] for edge in edges[:2]])
            cursors.setdefault(spec.type_name, []).extend((order, edge["cursor"]) for edge in edges[::3])
        cursors[spec.type_name] = cursors[spec.type_name] or [(None, "nonsense")]
    return Samples(ids=ids, cursors=cursors)


@pytest.fixture
def fallen_back(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The contexts of the reference executor that were made."""
    made: list[object] = []
    context = execute.Context
    monkeypatch.setattr(execute, "Context", lambda *given: made.append(given) or context(*given))
    return made


def too_deep(answer: Mapping[str, Any]) -> bool:
    """Whether a statement was deeper than an SQLite before 3.46 can parse; that of the reference may be the deeper."""
    return any(DEPTH in error["message"] for error in answer.get("errors", ()))


async def compare(shop: Shop, actor: Actor, document: Document, fallen_back: list[object]) -> None:
    request = Request(query=document.text, variables=document.variables, operation_name=None, actor=actor,
                      request_id="r")  # fmt: skip
    fallen_back.clear()
    planned = await shop.executing.execute(request)
    count("reference", "fallen back" if fallen_back else "planned")
    expected = await shop.executing.execute(request, planned=False)
    if too_deep(expected) and not too_deep(planned):
        assert shop.engine.database.dialect == "sqlite"
        count("reference", "too deep for the reference's statement")
        return
    assert to_json(planned).decode() == to_json(expected).decode()
    count("reference", "refused" if "errors" in planned else "answered")


@settings(
    max_examples=DOCUMENTS, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(data=st.data())
async def test_any_document(shop: Shop, samples: Samples, actors: dict[str | None, Actor], fallen_back: list[object],
                            data: st.DataObject) -> None:  # fmt: skip
    document = data.draw(documents(shop.executing.schema, samples))
    for actor in actors.values():
        await compare(shop, actor, document, fallen_back)
    assert not shop.executing.parser.document(document.text).errors, "the document is not valid"
    count("reference", "documents compared")
