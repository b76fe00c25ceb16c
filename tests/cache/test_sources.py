"""Whatever a statement reads is among its sources, by the word of the databases."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.test_cases import CASES, read
from support.documents import Document, Samples, documents
from support.figures import count
from support.keeping import Reading, questions, read_by
from support.long import examples
from support.shop import Shop
from twofold.database import Database
from twofold.engine import Engine
from twofold.sql.select import _Writer
from twofold.sql.sums import EVERY
from twofold.sqlite import _add_functions
from twofold_graphql.names import camel

pytestmark = pytest.mark.cache
pytest_plugins = ("support.library.fixtures",)

SUITE = "sources"
DOCUMENTS = examples(200, 1500)
QUESTIONS = examples(400, 5000)


async def tables_read(database: Database, reading: Reading) -> set[str]:
    """What the database says that a statement reads; what finds words belongs to its table."""
    if database.dialect == "sqlite":
        path = database.config["connections"]["default"]["credentials"]["file_path"]
        with closing(sqlite3.connect(path)) as connection:
            return {_searched(table) for table in _authorized(connection, reading)}
    [row] = await database.fetch(f"EXPLAIN (FORMAT JSON) {reading.statement.text}", reading.bound)
    return {*_relations(json.loads(row[0]))}


def _authorized(connection: sqlite3.Connection, reading: Reading) -> set[str]:
    asked: set[str] = set()

    def noted(action: int, table: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ and table:
            asked.add(table)
        return sqlite3.SQLITE_OK

    _add_functions(connection)
    connection.set_authorizer(noted)
    try:
        connection.execute(f"EXPLAIN {reading.statement.text}", reading.bound)
    except sqlite3.OperationalError as error:
        if str(error) != "parser stack overflow":  # which an SQLite before 3.46 has; the service refuses it so too
            raise
        count(SUITE, "too deep for SQLite")
        return set()
    finally:
        connection.set_authorizer(None)
    return {each for each in asked if each not in (EVERY.strip('"'), "sqlite_master", "json_each", "json_tree")}


def _searched(table: str) -> str:
    return table.partition("_search")[0]


def _relations(plan: Any) -> Iterator[str]:
    match plan:
        case dict():
            if "Relation Name" in plan:
                yield plan["Relation Name"]
            for each in plan.values():
                yield from _relations(each)
        case list():
            for each in plan:
                yield from _relations(each)


async def forgotten(database: Database, readings: Sequence[Reading]) -> list[tuple[str, set[str]]]:
    """Returns the statements that read tables which are none of their sources, with these."""
    found = []
    for reading in readings:
        tables = await tables_read(database, reading)
        sources = {source.table for source in reading.statement.sources}
        count(SUITE, "statements")
        count(SUITE, "tables", len(tables))
        if not tables <= sources:
            found.append((reading.statement.text, tables - sources))
    return found


def different(readings: Sequence[Reading]) -> list[Reading]:
    """One of each text."""
    return [*{each.statement.text: each for each in readings}.values()]


async def test_of_the_golden_cases(shop: Shop) -> None:
    with read_by(shop.engine) as readings:
        for path in CASES:
            await read(path).ask(shop)
    assert len(different(readings)) >= len(CASES)
    assert await forgotten(shop.engine.database, different(readings)) == []


async def test_of_documents_of_any_shape(shop: Shop) -> None:
    ids = {}
    for spec in shop.engine.resources:
        found = await shop.graphql(f"{{ found: {camel(spec.plural)}(first: 2) {{ nodes {{ id }} }} }}", who="admin")
        ids[spec.type_name] = [node["id"] for node in found["data"]["found"]["nodes"]]
    samples = Samples(ids=ids, cursors={name: [(None, "nonsense")] for name in ids})
    made: list[Document] = []

    @settings(max_examples=DOCUMENTS, database=None, derandomize=True, phases=[Phase.generate], deadline=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip
    @given(data=st.data())
    def make(data: st.DataObject) -> None:
        made.append(data.draw(documents(shop.executing.schema, samples)))

    make()
    with read_by(shop.engine) as readings:
        for document in made:
            for who in (None, "vendor", "admin"):
                await shop.graphql(document.text, who=who, **document.variables)
    assert len(different(readings)) > DOCUMENTS // 2
    assert await forgotten(shop.engine.database, different(readings)) == []


async def test_of_questions_about_the_library(library: Engine) -> None:
    readings = questions(library, Random(7), QUESTIONS)  # noqa: S311
    assert await forgotten(library.database, different(readings)) == []


async def test_a_forgotten_table_is_seen(library: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    linked = _Writer._linked

    def without_link(self: _Writer, *given: Any) -> Any:
        before = dict(self.sources)
        found = linked(self, *given)
        self.sources = before
        return found

    monkeypatch.setattr(_Writer, "_linked", without_link)
    library.prepared.clear()
    readings = questions(library, Random(7), 200)  # noqa: S311
    library.prepared.clear()
    missing = {table for _, tables in await forgotten(library.database, different(readings)) for table in tables}
    assert missing == {"book_subjects"}
