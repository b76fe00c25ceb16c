"""What a face asks of the service: a Read is a question free of values, so that its statement is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from twofold.aggregate import Groups, Summary
from twofold.condition import ALWAYS, Condition, Slot
from twofold.spec import ComputedSpec, FieldSpec, RelationSpec, ResourceSpec

__all__ = [
    "Ask",
    "Constant",
    "Edges",
    "Envelope",
    "Keyset",
    "Leaf",
    "Made",
    "Nested",
    "Order",
    "PageFact",
    "PageInfo",
    "Read",
    "Rows",
    "Selected",
    "Total",
]

PageFact: TypeAlias = Literal["has_next_page", "has_previous_page", "start_cursor", "end_cursor"]


@dataclass(frozen=True)
class Leaf:
    """A column, answered under `key`. One that the actor may never read is refused when it was asked for by name."""

    key: str
    field: FieldSpec
    named: bool = True


@dataclass(frozen=True)
class Made:
    """A computed field, answered under `key`."""

    key: str
    field: ComputedSpec


@dataclass(frozen=True)
class Constant:
    """A word that is the same on every row, answered under `key` (GraphQL's __typename)."""

    key: str
    value: str


@dataclass(frozen=True)
class Nested:
    """The rows behind a relation, answered under `key`."""

    key: str
    relation: RelationSpec
    read: Read


Selected: TypeAlias = Leaf | Made | Constant | Nested


@dataclass(frozen=True)
class Order:
    """A field to sort by: the row's own, or that of the row at the end of a path of to-one relations.

    Where there is no such row, or the actor does not see it, the value is null. The primary key always comes last, so
    that an order is total.
    """

    field: FieldSpec
    descending: bool = False
    path: tuple[RelationSpec, ...] = ()

    @property
    def name(self) -> str:
        """The field as a request names it, with its path: `category.name`."""
        return ".".join([*(each.name for each in self.path), self.field.name])


@dataclass(frozen=True)
class Keyset:
    """Only rows on the far side of a cursor: one slot for each sort key, None where the cursor's row has null."""

    slots: tuple[Slot | None, ...]


@dataclass(frozen=True)
class Rows:
    """The rows as a plain list under `key`."""

    key: str


@dataclass(frozen=True)
class Edges:
    """The rows under `key`, each wrapped with its cursor: `parts` are pairs of response key and what it holds."""

    key: str
    parts: tuple[tuple[str, Literal["node", "cursor"] | Constant], ...]


@dataclass(frozen=True)
class PageInfo:
    """What is known of the pages before and after, under `key`."""

    key: str
    parts: tuple[tuple[str, PageFact | Constant], ...]


@dataclass(frozen=True)
class Total:
    """How many rows the actor may see in all, under `key`."""

    key: str


Envelope: TypeAlias = tuple[Rows | Edges | PageInfo | Total | Summary | Groups | Constant, ...]


@dataclass(frozen=True, kw_only=True)
class Read:
    """A question about the rows of a resource.

    `one` asks for a single object or null; otherwise a list of at most `limit` rows, bare or in an `envelope`.
    `search` is where the words are of which every row has all, in any of its searched fields.
    With `backwards` the window is counted from the end, and the rows still come in their order.
    """

    resource: ResourceSpec
    fields: tuple[Selected, ...]
    filter: Condition = ALWAYS
    search: Slot | None = None
    order: tuple[Order, ...] = ()
    one: bool = False
    limit: int = 50
    offset: Slot | None = None
    keyset: Keyset | None = None
    backwards: bool = False
    envelope: Envelope | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (id(self.resource), self.fields, self.filter, self.search, self.order, self.one, self.limit,
                 self.offset, self.keyset, self.backwards, self.envelope)  # fmt: skip
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        return self._hash

    @property
    def total(self) -> bool:
        """Whether the question asks how many rows there are in all."""
        return any(isinstance(part, Total) for part in self.envelope or ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A Read together with the values of its slots and a fingerprint that its cursors are bound to."""

    read: Read
    values: tuple[Any, ...] = ()
