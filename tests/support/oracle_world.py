"""The small world that the cache oracle watches: things with all states that they were ever given.

The driver starts every change and sees its end, so it knows of each thing which states a read may show: those that were
there at some moment between its beginning and its end. What an earlier read showed was there as well, so that no
later one may show what was before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product as combinations
from typing import Any, TypeAlias

__all__ = ["ADMIN", "ANNA", "BEN", "FLO", "MODERATOR", "NEW", "PEOPLE", "ROLF", "TESS", "VAL", "VIC", "VISITOR", "Cell",
           "Context", "State", "View", "World"]  # fmt: skip

State: TypeAlias = Mapping[str, Any]

VISITOR, ADMIN, MODERATOR = "visitor", "admin", "moderator"
ANNA, BEN = "anna", "ben"
"""Customers, who review and buy."""
VIC, VAL = "vic", "val"
"""Owners of the first and of the second vendor."""
FLO = "flo"
"""Works for either vendor, or both, or neither."""
ROLF = "rolf"
"""Has now this role, now that one."""
TESS = "tess"
"""Has many tokens, which end one after the other."""
PEOPLE = (VISITOR, ANNA, BEN, VIC, VAL, FLO, ROLF, MODERATOR, ADMIN)
OWNERS = (VIC, VAL)

NEW = "new"
"""The id of what was sent and is not answered: nobody knows it yet."""


class Cell:
    """A thing that changes: one change at a time, each with a state of its own."""

    def __init__(self, kind: str, number: int, state: State) -> None:
        self.kind = kind
        self.number = number
        self.states: list[State] = [state]
        self.is_busy = False
        self._known = 0
        """No read that begins now may show what was before this state: it was acknowledged, or shown."""

    def __repr__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def now(self) -> State:
        """The state that was last given."""
        return self.states[-1]

    @property
    def known(self) -> int:
        """The number of the oldest state that a read which begins now may show."""
        return self._known

    def start(self, **changes: Any) -> None:
        """Gives it another state, which may take effect from now on."""
        self.states.append({**self.now, **changes})

    def acknowledge(self) -> None:
        """Says that the last state has taken effect."""
        self._known = len(self.states) - 1

    def learn(self, row_id: str) -> None:
        """Says which id the last state has got."""
        self.states[-1] = {**self.now, "id": row_id}

    def undo(self) -> None:
        """Says that the last state has never taken effect."""
        assert self._known < len(self.states) - 1, f"{self!r}: a state was shown that never took effect"
        self.states.pop()

    def show(self, number: int) -> None:
        """Says that a read which is over has shown this state or a later one."""
        self._known = max(self._known, number)


@dataclass
class World:
    """All that changes, what does not, and the tokens of all people."""

    people: dict[str, str] = field(default_factory=dict)
    """The ids of users by their names."""
    tokens: dict[str, str] = field(default_factory=dict)
    vendors: list[str] = field(default_factory=list)
    address: dict[str, str] = field(default_factory=dict)
    cells: dict[str, list[Cell]] = field(default_factory=dict)

    def add(self, kind: str, **state: Any) -> Cell:
        """Adds a thing in its first state."""
        cells = self.cells.setdefault(kind, [])
        cells.append(Cell(kind, len(cells), state))
        return cells[-1]

    def all(self) -> Iterator[Cell]:
        """All things."""
        for cells in self.cells.values():
            yield from cells


@dataclass(frozen=True)
class Context:
    """Who asks, and what the rules look at: which states of these things are taken to be so."""

    actor: str
    role: str
    works_for: Mapping[int, str]
    """Roles by the number of the vendor."""
    numbers: Mapping[Cell, int] = field(default_factory=dict)

    @property
    def is_admin(self) -> bool:
        """Whether the rules say yes to all."""
        return self.role == "admin"

    @property
    def is_moderator(self) -> bool:
        """Whether all reviews are seen."""
        return self.role in ("moderator", "admin")


class View:
    """What one read may show: of each thing, the states from what was known as it began to what is started by now."""

    def __init__(self, world: World, actor: str) -> None:
        self.world = world
        self.actor = actor
        self._known = {cell: cell.known for cell in world.all()}

    def forget(self) -> None:
        """Allows all states that there ever were: to tell what is old from what never was."""
        self._known = dict.fromkeys(self._known, 0)

    def of(self, cell: Cell) -> list[tuple[int, State]]:
        """The states of a thing that may be shown, with their numbers."""
        states = cell.states
        return [(number, states[number]) for number in range(self._known[cell], len(states))]

    def contexts(self) -> Iterator[Context]:
        """All that the rules may have found of who asks."""
        actor, cells = self.actor, self.world.cells
        if actor == FLO:
            for chosen in combinations(*(self.of(cell) for cell in cells["membership"])):
                works = {number: state["role"] for number, (_, state) in enumerate(chosen) if state["id"]}
                numbers = {cell: number for cell, (number, _) in zip(cells["membership"], chosen, strict=True)}
                yield Context(actor, "customer", works, numbers)
        elif actor == ROLF:
            (role,) = cells["role"]
            for number, state in self.of(role):
                yield Context(actor, state["role"], {}, {role: number})
        else:
            role = actor if actor in (ADMIN, MODERATOR) else "customer"
            yield Context(actor, role, {OWNERS.index(actor): "owner"} if actor in OWNERS else {})
