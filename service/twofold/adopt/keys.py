"""The one column by which the rows of a table or view are told apart, or the view that gives them one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from twofold.adopt.columns import Fit, fit
from twofold.adopt.found import Found
from twofold.adopt.names import Names, snake
from twofold.schema import Column, Table
from twofold.schema.schema import MAX_NAME
from twofold.sql import adopted
from twofold.sql.dialects import quoted

__all__ = ["Key", "key_of"]

QUOTE = '"'
TEXT_KEY = Fit(factory="fields.CharField", kind="text", arguments=["max_length=255"], writable=False)
NUMBER_KEY = Fit(factory="fields.BigIntField", kind="integer", writable=False)


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key of a model."""

    column: Column
    fit: Fit
    is_made: bool = False
    """Whether the table or view has no such column."""
    view: str | None = None
    """The helper view that the model is of."""
    statement: str | None = None
    """What makes the helper view."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What the helper view calls columns that Tortoise cannot: it does not escape quotes."""
    is_of_view: bool = False
    """Whether the rows are a view's."""
    is_counted: bool = False
    """Whether the database makes it for a new row."""
    note: str | None = None


def key_of(table: Table, found: Found, *, is_view: bool, taken: Collection[str]) -> Key:
    """Returns the key of a table or view; `taken` are the names, in lower case, that a helper view must not have."""
    return _Keys(table, found, is_view, taken).key()


@dataclass(frozen=True)
class _Keys:
    table: Table
    found: Found
    is_view: bool
    taken: Collection[str]

    def key(self) -> Key:
        own = self._own()
        if own is not None:
            return own
        columns = [each.name for each in self.table.columns]
        known = {each.lower() for each in columns}
        name = next(each for each in ("id", "row_key", "twofold_key") if each not in known)
        keys = [self.table.column(each) for each in self.table.primary_key]
        parts = [(each.name, made.kind, each.nullable) for each in keys
                 if isinstance(made := fit(each, self.table, self.found), Fit)]  # fmt: skip
        if parts and len(parts) == len(self.table.primary_key):
            said, made = adopted.joined_key(parts, self.found.dialect), TEXT_KEY
            note = f"Made of {', '.join(self.table.primary_key)}."
        elif self.found.dialect == "sqlite" and not self.is_view and not self._aliases():
            rowid = next(each for each in ("rowid", "_rowid_", "oid") if each not in known)
            note = "SQLite's own number of the row, which VACUUM may change."
            column = Column(name=rowid, type="INTEGER")
            return Key(column=column, fit=NUMBER_KEY, is_made=True, is_counted=True, note=note)
        else:
            said, made = adopted.row_number(self.table.name, columns, self.found.dialect), NUMBER_KEY
            note = "The place of the row in order; it changes as rows do."
        view, statement = self._view((name, said))
        return Key(column=Column(name=name, type="TEXT"), fit=made, is_made=True, view=view, statement=statement,
                   aliases=self._aliases(), is_of_view=self.is_view, note=note)  # fmt: skip

    def _own(self) -> Key | None:
        """A column that is the key by itself."""
        for name in self._alone():
            column = self.table.column(name)
            made = fit(column, self.table, self.found, is_key=True)
            if isinstance(made, Fit) and made.can_be_key and self._tells_apart(name) and QUOTE not in name:
                is_odd = QUOTE in self.table.name or bool(self._aliases())
                note = "No two rows have the same, as far as there are rows." if self.is_view else None
                note = "By a view, since Tortoise does not escape the quotes in names." if is_odd else note
                view, statement = self._view(None) if is_odd else (None, None)
                return Key(column=column, fit=made, is_of_view=self.is_view, is_counted=self._is_counted(column),
                           view=view, statement=statement, aliases=self._aliases(), note=note)  # fmt: skip
        return None

    def _alone(self) -> Iterator[str]:
        """The columns that may be the key by themselves, the best first."""
        table = self.table
        if len(table.primary_key) == 1:
            yield table.primary_key[0]
        for unique in table.uniques:
            if len(unique.columns) == 1 and not table.column(unique.columns[0]).nullable:
                yield unique.columns[0]
        if self.is_view:
            yield from (each.name for each in table.columns if each.name.lower().endswith("id"))

    def _tells_apart(self, name: str) -> bool:
        facts = self.found.facts.get((self.table.name, name))
        return facts.is_unique if facts else True

    def _is_counted(self, column: Column) -> bool:
        if column.counts_up:
            return True
        is_rowid = self.found.dialect == "sqlite" and column.type.upper() == "INTEGER"
        return is_rowid and self.table.primary_key == (column.name,)

    def _aliases(self) -> dict[str, str]:
        names = Names(each.name for each in self.table.columns)
        odd = [each.name for each in self.table.columns if QUOTE in each.name]
        return {each: names.new(snake(each, "column")) for each in odd}

    def _view(self, key: tuple[str, str] | None) -> tuple[str, str]:
        """The name of a helper view, and what makes it."""
        plain = self.table.name.replace(QUOTE, "")
        view = f"twofold_keyed_{plain}".encode()[:MAX_NAME].decode(errors="ignore")
        while view.lower() in self.taken:
            view = f"twofold_{view}".encode()[:MAX_NAME].decode(errors="ignore")
        aliases = self._aliases()
        columns = [(aliases.get(each.name, each.name), quoted(each.name)) for each in self.table.columns]
        return view, adopted.keyed_view(view, self.table.name, [*([key] if key else []), *columns])
