"""What changes together with a table, though no statement names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tortoise import Model
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance

from twofold.cache.tags import same_name
from twofold.meta import is_managed, source_of

__all__ = ["Ties", "ties_of"]

NONE: Mapping[str, frozenset[str]] = {}
NO_COLUMNS: Mapping[str, Mapping[str, frozenset[str]]] = {}


@dataclass(frozen=True)
class Ties:
    """How tables hang together, all by names that were made the same (`same_name`)."""

    tables: frozenset[str] = frozenset()
    """All that models speak of; where there are none, nobody knows of any."""
    beside: Mapping[str, frozenset[str]] = field(default_factory=lambda: NONE)
    """By table, those whose rows the database may change or delete together with its rows."""
    renamed: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=lambda: NO_COLUMNS)
    """By table and column, those whose rows the database may change when rows get another value there."""
    shown: Mapping[str, frozenset[str]] = field(default_factory=lambda: NONE)
    """By table, the views of it, and what a view shows."""
    views: frozenset[str] = frozenset()
    """Views of which nobody knows what they show: of any table."""

    def knows(self, tables: Iterable[str]) -> bool:
        """Whether these are tables of models. Others may be views of them, or partitions, by which they are written."""
        return not self.tables or all(each in self.tables for each in tables)

    def along(self, table: str, columns: Iterable[str]) -> frozenset[str]:
        """Returns the tables of which the database may change rows when these columns of a table are set."""
        by_column = self.renamed.get(table, NONE)
        return frozenset(other for column in columns for other in by_column.get(column, ()))


def ties_of(models: Iterable[type[Model]]) -> Ties:
    """Returns what the models say of their tables.

    A foreign key counts also where the model has no constraint for it: the database may have one of its own. Only those
    of tables that others have made may say ON UPDATE.
    """
    beside: dict[str, set[str]] = {}
    renamed: dict[str, dict[str, set[str]]] = {}
    sources: dict[str, str] = {}
    tables: set[str] = set()
    for model in models:
        table = same_name(model._meta.db_table)
        tables.add(table)
        source = source_of(model)
        if source is not None:
            sources[table] = same_name(source)
        for attribute in model._meta.fields_map.values():
            match attribute:
                case ForeignKeyFieldInstance():
                    target = same_name(attribute.related_model._meta.db_table)
                    beside.setdefault(target, set()).add(table)
                    if not is_managed(model):
                        renamed.setdefault(target, {}).setdefault(_far(attribute), set()).add(table)
                case ManyToManyFieldInstance():
                    link = same_name(str(attribute.through))
                    beside.setdefault(table, set()).add(link)
                    if not is_managed(model):
                        renamed.setdefault(table, {}).setdefault(same_name(model._meta.db_pk_column), set()).add(link)
                    tables.add(link)
    return _tied(tables, beside, renamed, sources)


def _far(key: ForeignKeyFieldInstance[Any]) -> str:
    """The column that a foreign key refers to."""
    far = key.to_field_instance
    return same_name(far.source_field or far.model_field_name)


def _tied(tables: set[str], beside: Mapping[str, set[str]], renamed: Mapping[str, Mapping[str, set[str]]],
          sources: Mapping[str, str]) -> Ties:  # fmt: skip
    shown: dict[str, set[str]] = {}
    for view, source in sources.items():
        if source in tables - sources.keys():
            shown.setdefault(source, set()).add(view)
            shown.setdefault(view, set()).add(source)
    every = _merged(beside, shown)
    return Ties(
        tables=frozenset(tables | {*sources.values()}),
        beside={table: frozenset(_reached(every, near)) for table, near in beside.items()},
        renamed={
            table: {column: frozenset(_reached(every, near)) for column, near in by_column.items()}
            for table, by_column in renamed.items()
        },
        shown={table: frozenset(_reached(shown, near) - {table}) for table, near in shown.items()},
        views=frozenset(view for view in sources if view not in shown),
    )


def _merged(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {table: {*one.get(table, ()), *other.get(table, ())} for table in {*one, *other}}


def _reached(ways: Mapping[str, Iterable[str]], begin: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(begin)
    while waiting:
        table = waiting.pop()
        if table not in found:
            found.add(table)
            waiting += ways.get(table, ())
    return found
