"""What a migration is made of: plain SQL, and what plain SQL cannot say.

A text is a statement. Statements that follow each other run in one transaction, so a migration of texts only happens
whole or not at all. Some steps end that transaction, because they must not be in one, or would hold a lock for long;
how far a migration came is then remembered, and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tortoise import BaseDBAsyncClient

__all__ = ["Alone", "Batches", "Concurrently", "Python", "Rebuild", "Step"]


@dataclass(frozen=True)
class Alone:
    """A statement in a transaction of its own: what is before it is committed, with the locks that it held let go.

    For `VALIDATE CONSTRAINT`, which reads the whole table and lets others write meanwhile.
    """

    sql: str


@dataclass(frozen=True)
class Concurrently:
    """`CREATE INDEX CONCURRENTLY name …` or `DROP INDEX CONCURRENTLY name` on PostgreSQL, in no transaction.

    A process that dies in the middle leaves an invalid index of that name; the next run drops it and begins again.
    """

    sql: str
    index: str
    """The index's name, without quotes."""


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """A table of SQLite made anew, since SQLite cannot change a column: the rows are copied, then the new one takes
    the old one's name.

    Kept are the rows with their numbers (rowid), the sequence of AUTOINCREMENT, indexes, triggers and views, also those
    that no model knows. The whole rebuild is within the migration's one transaction.
    """

    table: str
    create: str
    """`CREATE TABLE` with the table's own name."""
    values: Mapping[str, str] = field(default_factory=dict)
    """SQL, over the old columns, of each new column that is not just copied from the old one of its name."""
    without: tuple[str, ...] = ()
    """Names of the indexes and triggers that are not made again."""


@dataclass(frozen=True, kw_only=True)
class Batches:
    """A change of many rows, some at a time and each time committed, so that nobody waits long. It is resumed where
    it was interrupted, and no batch is done twice.

    `sql` changes the rows whose key is among `{keys}`, which stands in it where the list of a batch's keys belongs:
    `UPDATE products SET weight = 0 WHERE id IN ({keys})`.
    """

    table: str
    sql: str
    key: str = "id"
    """A unique column that is never null; batches go by its order."""
    where: str | None = None
    """Which rows are changed at all; what is changed must not fall under it any more, or else nothing does."""
    size: int = 1000


@dataclass(frozen=True)
class Python:
    """A coroutine function that is given the connection, in the transaction of the statements around it.

    It runs once. It should not import models, which are those of today and not of the migration's day.
    """

    function: Callable[[BaseDBAsyncClient], Awaitable[None]]


Step: TypeAlias = str | Alone | Batches | Concurrently | Python | Rebuild
