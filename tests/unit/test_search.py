"""Full-text search against plain Python, on both databases: what is found, in what order, and whoever wrote it."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Any

import pytest

from support.library.asking import (
    ACTORS,
    CLERK,
    HEAD,
    VISITOR,
    answer,
    asked,
    nested,
    page,
    spec_of,
    walked,
)
from support.library.finding import SEARCHED, plain_words, rank, ranked
from support.library.models import SEARCHES, Author
from support.library.oracle import Oracle
from support.library.rows import ROWS, TEXTS, key
from support.statements import recorded
from twofold.condition import Slot
from twofold.engine import Engine
from twofold.errors import Invalid, Malformed, TooCostly
from twofold.page import to_json
from twofold.request import Ask, Rows, Total
from twofold.search import MAX_WORDS, parse_search

pytest_plugins = ("support.library.fixtures",)

VOCABULARY = sorted({word for text in TEXTS for word in plain_words(text)})


def _queries() -> list[str]:
    """Words that are there, whole and begun, in other cases, in any number and order, with anything between them."""
    random = Random(6)  # noqa: S311
    found = [*TEXTS]
    for _ in range(150):
        some = random.choices(VOCABULARY, k=random.choice([1, 1, 2, 3]))
        some[-1] = some[-1][: random.randint(1, len(some[-1]))]
        random.shuffle(some)
        between = random.choice([" ", "-", "'", "\n", " \U0001f600 "])
        found.append(between.join(random.choice([word, word.upper()]) for word in some))
    return found


QUERIES = _queries()


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", SEARCHED)
async def test_all_that_match_best_first(library: Engine, resource: str, who: str) -> None:
    oracle, sizes = Oracle(ACTORS[who]), set()
    for query in QUERIES:
        found = await answer(library, ACTORS[who], asked(library, resource, search=query, fields=["id"]))
        rows = [row for _, row in ranked(oracle, resource, query)]
        if plain_words(query):
            assert found == oracle.shown(resource, ["id"], rows), query
        sizes.add(len(found))
    assert len(sizes) > 1 or not oracle.seen[resource]


NASTY = [
    "*", "a*", "smile*", '"', '"smile"', "'smile'", "'", "O'Brien", "smile AND a", "smile OR a", "a NOT smile",
    "NEAR(a b)", "smile NEAR a", "smile:", "title:smile", "{title}:smile", "name : a", "-smile", "smile -a", "^smile",
    "!smile", "smile & a", "smile | a", "a <-> b", "smile:*", "smile:A", "(", ")", "((smile", "\\", "smile\\", "%", "_",
    "a\x00b", "\x00", "\ud800", "sm\u0131le", "\U0001f600", "\U0001f600 smile", "\u202e", "'; DROP TABLE books; --",
    "$1", "?1", ":1", "+", "smile+a", ",", "a,b", "\u3000", "\ufb01 \uff33mile",
]  # fmt: skip


@pytest.mark.parametrize("query", NASTY)
async def test_nothing_in_a_query_is_an_operator(library: Engine, query: str) -> None:
    found = await answer(library, HEAD, asked(library, "books", search=query, fields=["id"]))
    rows = [row for _, row in ranked(Oracle(HEAD), "books", query)]
    if plain_words(query):
        assert found == Oracle(HEAD).shown("books", ["id"], rows)
    else:
        assert found == await answer(library, HEAD, asked(library, "books", fields=["id"]))


async def test_long_queries(library: Engine) -> None:
    ask = asked(library, "books", search="a" * 10_000, fields=["id"])
    assert await answer(library, HEAD, ask) == []
    assert await answer(library, HEAD, asked(library, "books", search="." * 10_000, fields=["id"])) != []
    assert await answer(library, HEAD, asked(library, "books", search="b " * MAX_WORDS, fields=["id"])) == []
    with pytest.raises(TooCostly, match=r"The search has 21 words; the limit is 20\."):
        parse_search(spec_of(library, "books"), "b " * (MAX_WORDS + 1), [])


def test_what_is_not_searched_is_refused_by_name(library: Engine) -> None:
    with pytest.raises(Invalid) as refused:
        parse_search(spec_of(library, "staff_members"), "a", [], "q")
    (error,) = refused.value.field_errors
    assert (error.path, error.code) == (("q",), "not_searchable")
    assert error.message == "Staff members cannot be searched; use a filter."


@pytest.mark.parametrize("who", ["clerk", "head", "stranger"])
async def test_search_composes_with_filter_order_total_and_page(library: Engine, who: str) -> None:
    oracle, data, order = Oracle(ACTORS[who]), {"form": {"ne": "hardcover"}}, [("pages", True)]
    matching = [row for _, row in ranked(oracle, "books", "s")]
    admitted = [row for row in matching if oracle.holds("books", data, row) is True]
    assert 3 < len(admitted) < len(matching)
    for keys, rows in (([], admitted), (order, oracle.ordered("books", admitted, order))):
        ask = asked(library, "books", data, keys, ["id"], search="s", limit=3, envelope=(Rows("data"), Total("total")))
        assert await answer(library, ACTORS[who], ask) == {
            "data": oracle.shown("books", ["id"], rows[:3]), "total": len(admitted),
        }  # fmt: skip
        read = {**vars(ask.read), "offset": Slot("read", len(ask.values))}
        read.pop("_hash")
        second = Ask(read=type(ask.read)(**read), values=(*ask.values, 2))
        found = await answer(library, ACTORS[who], second)
        assert found["data"] == oracle.shown("books", ["id"], rows[2:5])


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("query", ["a", "s", "smile", "o br", "!"])
async def test_cursors_follow_the_rank(library: Engine, query: str, backwards: bool) -> None:
    ask = asked(library, "books", search=query, fields=["id"], limit=2)
    pages = await walked(library, HEAD, ask, backwards=backwards)
    rows = [row for each in (reversed(pages) if backwards else pages) for row in each]
    assert rows == await answer(library, HEAD, asked(library, "books", search=query, fields=["id"]))


async def test_a_cursor_is_bound_to_its_search(library: Engine) -> None:
    first = await page(library, HEAD, asked(library, "books", search="smile", fields=["id"], limit=1), None)
    cursor = first["page_info"]["end"]
    assert await page(library, HEAD, asked(library, "books", search="SMILE!", fields=["id"], limit=1), cursor)
    for other in ("a", "smile a", None):
        with pytest.raises(Malformed, match="its resource, filter, search or order was different"):
            await page(library, HEAD, asked(library, "books", search=other, fields=["id"], limit=1), cursor)


@pytest.mark.parametrize("who", ["clerk", "stranger"])
async def test_nested_lists_are_searched_too(library: Engine, who: str) -> None:
    oracle, spec = Oracle(ACTORS[who]), spec_of(library, "authors")
    values: list[Any] = []
    place = parse_search(spec_of(library, "books"), "s", values)
    below = nested(spec, "books", ["id"], search=place, envelope=(Rows("rows"), Total("total")), limit=2)
    ask = asked(library, "authors", order=[("id", False)], fields=["id", below])
    found = await answer(library, ACTORS[who], Ask(read=ask.read, values=tuple(values)))
    counts = set()
    for author in found:
        behind = {row["id"] for row in oracle.behind("authors", "books", {"id": key_of(author["id"])})}
        matching = [row for _, row in ranked(oracle, "books", "s") if row["id"] in behind]
        by_key = oracle.ordered("books", matching, [("id", False)])
        assert author["books"] == {"rows": oracle.shown("books", ["id"], by_key[:2]), "total": len(matching)}
        counts.add(len(matching))
    assert len(counts) > 1


def key_of(text: str) -> Any:
    return next(row["id"] for row in ROWS["authors"] if str(row["id"]) == text)


async def test_both_databases_give_the_same_bytes(sqlite_library: Engine, postgres_library: Engine) -> None:
    for query in QUERIES[:60]:
        for actor in (VISITOR, CLERK):
            answers = [to_json(await engine.read(actor, asked(engine, "books", search=query)))
                       for engine in (sqlite_library, postgres_library)]  # fmt: skip
            assert answers[0] == answers[1], query


async def test_a_search_is_one_statement_kept_for_all_words(library: Engine) -> None:
    await answer(library, CLERK, asked(library, "books", search="one"))
    kept = len(library.prepared)
    with recorded() as statements:
        for query in ("pear", "Apple-quince", "smile" * 20):
            await answer(library, CLERK, asked(library, "books", search=query))
    assert len(library.prepared) == kept
    (statement,) = {each for each in statements if "pg_advisory_unlock_all" not in each}
    assert not any(word in statement for word in ("pear", "PEAR", "QUINCE"))


# -- the index -----------------------------------------------------------------------------------------------------


async def found_by(engine: Engine, query: str) -> list[str]:
    """The names of the authors that a search finds."""
    return [row["name"] for row in await answer(engine, VISITOR, asked(engine, "authors", search=query))]


INSERT = "INSERT INTO authors (id, name) VALUES ('{}', '{}')"


async def test_rows_are_found_whoever_writes_them(own_library: Engine) -> None:
    database, new = own_library.database, key(1, 900)
    with database.use():
        await Author.create(id=new, name="Zoë Quill")
        assert await found_by(own_library, "zoe") == ["Zoë Quill"]
        await Author.filter(id=new).update(born="1990-01-01")
        assert await found_by(own_library, "quill zo") == ["Zoë Quill"]
        await Author.filter(id=new).update(name="Zoë Plume")
        assert await found_by(own_library, "quill") == []
        assert await found_by(own_library, "plume") == ["Zoë Plume"]
        await database.connection.execute_query(f"UPDATE authors SET id = '{key(1, 901)}' WHERE id = '{new}'")
        assert await found_by(own_library, "plume") == ["Zoë Plume"]
        await Author.bulk_create([Author(name="Plume the Elder"), Author(name="Plumette")])
        assert await found_by(own_library, "plume") == ["Plume the Elder", "Zoë Plume", "Plumette"]
        await database.connection.execute_query("DELETE FROM authors WHERE name LIKE '%ë P%' OR name = 'Plumette'")
        assert await found_by(own_library, "plume") == ["Plume the Elder"]
        await database.connection.execute_query(INSERT.format(new, "Raw Plume"))
        assert await found_by(own_library, "plume") == ["Plume the Elder", "Raw Plume"]
        upsert = " ON CONFLICT (id) DO UPDATE SET name = excluded.name"
        await database.connection.execute_query(INSERT.format(new, "Upsert") + upsert)
        assert await found_by(own_library, "plume upsert") == []
        assert await found_by(own_library, "upsert") == ["Upsert"]


async def test_what_is_rolled_back_is_not_found(own_library: Engine) -> None:
    with suppress(ZeroDivisionError):
        async with own_library.database.transaction() as connection:
            await connection.execute_query(INSERT.format(key(1, 900), "Plume"))
            raise ZeroDivisionError
    assert await found_by(own_library, "plume") == []


async def test_the_index_is_made_over_rows_and_removed(own_library: Engine) -> None:
    database = own_library.database
    (index,) = [each for each in SEARCHES if each.table == "authors"]
    before = await found_by(own_library, "a")
    assert len(before) > 1
    for statement in (*index.down(database.dialect), *index.up(database.dialect)):
        await database.connection.execute_query(statement)
    assert await found_by(own_library, "a") == before


@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
async def test_sqlite_replaces_and_packs(own_library: Engine) -> None:
    connection = own_library.database.connection
    await connection.execute_query(INSERT.format(key(1, 900), "Plume"))
    await connection.execute_query(INSERT.format(key(1, 901), "Quill"))
    await connection.execute_query(INSERT.format(key(1, 900), "Reed").replace("INSERT", "INSERT OR REPLACE"))
    await connection.execute_query("DELETE FROM authors WHERE name NOT IN ('Reed', 'Quill') AND id NOT IN "
                                   "(SELECT author_id FROM books)")  # fmt: skip
    await connection.execute_query("VACUUM")
    assert await found_by(own_library, "plume") == []
    assert (await found_by(own_library, "reed"), await found_by(own_library, "quill")) == (["Reed"], ["Quill"])
    _, rows = await connection.execute_query("SELECT count(*) AS n FROM authors_search")
    _, authors = await connection.execute_query("SELECT count(*) AS n FROM authors")
    assert rows[0]["n"] == authors[0]["n"]


async def test_the_index_is_used(library: Engine) -> None:
    with recorded() as statements:
        await answer(library, HEAD, asked(library, "books", search="smile", fields=["id"], limit=5))
    statement = next(each for each in statements if "books" in each)
    words = ["'SMILE':*", "'SMILE':A", "'SMILE':A*", "'SMILE':AB"]
    if library.dialect.name == "sqlite":
        words = ['"SMILE" *'] * statement.count("MATCH")
        steps = [row[3] for row in await library.database.fetch(f"EXPLAIN QUERY PLAN {statement}", words)]
        assert any("books_search VIRTUAL TABLE INDEX" in step for step in steps)
        assert any(step.startswith("SEARCH t0 USING INDEX") for step in steps), steps
        return
    async with library.database.transaction() as connection:
        await connection.execute_query("SET LOCAL enable_seqscan = off")  # with sixty rows, it would read them all
        _, rows = await connection.execute_query(f"EXPLAIN {statement}", words)
    assert any("Bitmap Index Scan on books_search" in row["QUERY PLAN"] for row in rows)


@pytest.mark.parametrize(("query", "said", "expected"), [
    ("tea", ["Tea"], 0), ("tea", ["Teapot"], 1), ("tea", ["Pot", "Tea"], 2), ("tea", ["Pot", "Teapot"], 3),
    ("green tea", ["Green", "tea"], 2), ("green tea", ["Tea", None], None), ("te pot", ["Tea pot"], None),
    ("?", [""], 0),
])  # fmt: skip
def test_the_oracle(query: str, said: list[str | None], expected: int | None) -> None:
    assert rank(said, query) == expected
