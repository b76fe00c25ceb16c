"""What a request did to the tables, as the database itself saw it, and undoing it afterwards.

Triggers on every table note each row that comes, changes or goes. So nothing that the engine says of a change is
believed, and what nobody thought of is seen too: rows that go along with others, or that a hook wrote.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from tortoise.exceptions import TransactionManagementError

from twofold.engine import Engine
from twofold.identity.attempts import Attempts
from twofold.tables import Table

__all__ = ["Effect", "Effects", "effects", "told_alike", "undone", "watch"]

Effects: TypeAlias = Sequence["Effect"]
NOTES = "noted_changes"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?")
HASH = re.compile(r"\$argon2id\$[^\"]+")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A row of a table before and after a request, by the columns' own names; None where it was not there."""

    table: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def row(self) -> Mapping[str, Any]:
        """The row as it is, or was last."""
        return self.after or self.before or {}


class _Undo(Exception):
    """Ends a transaction that nothing is to be left of."""


async def _uncounted(*_: object) -> None:
    """What counts may be no part of a transaction."""


@asynccontextmanager
async def undone(engine: Engine) -> AsyncIterator[None]:
    """Runs the block, requests in it too, in a transaction of which nothing is left; nothing is counted in it."""
    with suppress(_Undo), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempts, "begin", _uncounted)
        async with engine.database.transaction():
            yield
            raise _Undo


# -- noting ------------------------------------------------------------------------------------------------------


async def watch(engine: Engine) -> None:
    """Makes the database note the changes of all tables."""
    make = _on_sqlite if engine.database.dialect == "sqlite" else _on_postgres
    with engine.database.use():
        for statement in make(_columns(engine)):
            await engine.database.connection.execute_script(statement)


def _columns(engine: Engine) -> dict[str, list[str]]:
    """Of every table, those between others included, the names of its columns."""
    found = {table.name: [each.db_name for each in table.columns.values()] for table in engine.tables.values()}
    links = [join.link for table in engine.tables.values() for join in table.joins.values()]
    return found | {link.table: [link.near, link.far] for link in links if link is not None}


def _on_sqlite(columns: Mapping[str, Sequence[str]]) -> Iterable[str]:
    yield f'CREATE TABLE "{NOTES}" (number INTEGER PRIMARY KEY, name TEXT, before TEXT, after TEXT)'
    for table, names in columns.items():
        for event, (old, new) in {"INSERT": (0, 1), "UPDATE": (1, 1), "DELETE": (1, 0)}.items():
            states = (_as_json("OLD", names) if old else "NULL", _as_json("NEW", names) if new else "NULL")
            yield (
                f'CREATE TRIGGER "note_{table}_{event.lower()}" AFTER {event} ON "{table}" BEGIN '
                f"INSERT INTO \"{NOTES}\" (name, before, after) VALUES ('{table}', {', '.join(states)}); END"
            )


def _as_json(row: str, names: Sequence[str]) -> str:
    pairs = [f"'{name}', {row}.\"{name}\"" for name in names]
    return f"json_object({', '.join(pairs)})"


def _on_postgres(columns: Mapping[str, Sequence[str]]) -> Iterable[str]:
    yield f'CREATE TABLE "{NOTES}" (number BIGSERIAL PRIMARY KEY, name TEXT, before JSONB, after JSONB)'
    yield f"""
      CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO "{NOTES}" (name, before, after) VALUES (TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)); RETURN NULL;
      END $$"""
    for table in columns:
        yield (
            f'CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW '
            "EXECUTE FUNCTION note_change()"
        )


# -- looking -----------------------------------------------------------------------------------------------------


async def effects(engine: Engine) -> Effects:
    """Returns how rows differ from before the transaction that is running, in the order in which they did first."""
    try:
        connection = engine.database.connection
        notes = await connection.execute_query_dict(f'SELECT name, before, after FROM "{NOTES}" ORDER BY number')
    except TransactionManagementError:
        # A statement that was refused was to be a transaction by itself: PostgreSQL keeps nothing of this one.
        return []
    keys = {table.name: table.pk.db_name for table in engine.tables.values()}
    found: dict[tuple[str, str], Effect] = {}
    for note in notes:
        each = Effect(table=note["name"], before=_row(note["before"]), after=_row(note["after"]))
        key = (each.table, json.dumps(each.row.get(keys.get(each.table, "")) or each.row, sort_keys=True))
        first = found.get(key, each)
        found[key] = Effect(table=each.table, before=first.before, after=each.after)
    return [each for each in found.values() if each.before != each.after]


def _row(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


# -- comparing ---------------------------------------------------------------------------------------------------


def told_alike(engine: Engine, found: Effects, *, face: str, request_ids: Sequence[str] = ()) -> list[str]:
    """Returns effects as text in which nothing differs that differs from request to request.

    New keys are told by table and number, moments of today as now, and the face and the id of the request as such
    where they are those given.
    """
    audit = engine.application.audit
    entries = None if audit is None else engine.tables[audit].name
    names = _new_names(engine, found) | dict.fromkeys(request_ids, "this request")
    lines = []
    for each in found:
        after = each.after
        if after is not None and each.table == entries and after["face"] == face:
            after = {**after, "face": "its face"}
        text = json.dumps([each.table, _told(each.before, after), _told(after, each.before)], sort_keys=True)
        lines.append(plainer(text, names))
    return sorted(lines)


def _told(row: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Any:
    """A row's key and what differs from its other state; all of it where there is none."""
    if row is None or other is None:
        return row
    return {name: value for name, value in row.items() if name == "id" or value != other.get(name)}


def _new_names(engine: Engine, found: Effects) -> dict[str, str]:
    keys = {table.name: table.pk.db_name for table in engine.tables.values()}
    seen: Counter[str] = Counter()
    names = {}
    for each in found:
        key = each.row.get(keys.get(each.table, ""))
        if each.before is None and isinstance(key, str):
            seen[each.table] += 1
            names[key] = f"new {each.table} {seen[each.table]}"
    return names


def plainer(text: str, names: Mapping[str, str]) -> str:
    """Returns a text with other words for some, and with moments of today and hashes told as such."""
    for value, name in names.items():
        text = text.replace(value, name)
    return HASH.sub("a hash", MOMENT.sub(_moment, text))


def _moment(found: re.Match[str]) -> str:
    now = datetime.now(UTC)
    return "now" if found[0][:10] in {f"{now - timedelta(hours=6):%F}", f"{now:%F}"} else found[0]


def rows_of(found: Effects, table: Table) -> list[Effect]:
    """Returns the effects on the rows of one table."""
    return [each for each in found if each.table == table.name]
