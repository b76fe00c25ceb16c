"""Keys of other rows in an input: those of rows that the actor may not see are not there for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twofold.actor import Actor
from twofold.errors import FieldError, Invalid
from twofold.spec import RelationSpec, ResourceSpec
from twofold.sql import select_keys
from twofold.tables import Column

if TYPE_CHECKING:
    from twofold.engine import Engine

__all__ = ["check_references", "visible_keys"]


@dataclass(frozen=True)
class _Sent:
    """The keys in one field of an input, and the resource that they are of."""

    name: str
    target: ResourceSpec
    column: Column
    """In which the rows have them: their own key, or what a foreign key refers to in its place."""
    value: Any

    @property
    def is_many(self) -> bool:
        return isinstance(self.value, list)

    @property
    def keys(self) -> list[Any]:
        return self.value if self.is_many else [self.value]

    def missing(self, index: int) -> FieldError:
        path = (self.name, index) if self.is_many else (self.name,)
        noun = self.target.singular.replace("_", " ")
        return FieldError(path=path, code="missing", message=f"There is no {noun} with this id.")


async def visible_keys(engine: Engine, actor: Actor, spec: ResourceSpec, keys: Iterable[Any]) -> set[Any]:
    """Returns those of the keys whose rows the actor may see."""
    sought = list(keys)
    if not sought:
        return set()
    policy = engine.policies.of(actor)
    statement = select_keys([(spec.table, spec.table.pk, policy.visible(spec.table), True)], engine.dialect)
    rows = await engine.database.read(statement.text, statement.bind([sought], policy.values))
    found = {row[1] for row in rows}
    return {key for key in sought if str(key) in found}


async def check_references(engine: Engine, actor: Actor, spec: ResourceSpec, values: Mapping[str, Any],
                           there: Set[str] = frozenset()) -> None:  # fmt: skip
    """Looks up all keys in the values of an input, by one statement; those of the fields `there` are known to be.

    Raises:
        Invalid: there is no such row, or the actor may not see it.
        Unauthenticated, Forbidden: the actor may see nothing at all of a resource that a key is of.
    """
    sent = [each for each in _sent(spec, values) if each.name not in there]
    if not sent:
        return
    policy = engine.policies.of(actor)
    for each in sent:
        policy.require_some(each.target)
    known = (tuple((each.target.table, each.column, each.is_many) for each in sent), policy.shape)
    statement = engine.references.get(known)
    if statement is None:
        wanted = [(table, column, policy.visible(table), many) for table, column, many in known[0]]
        statement = engine.references[known] = select_keys(wanted, engine.dialect)
    bound = statement.bind([each.value for each in sent], policy.values)
    visible = {(row[0], row[1]) for row in await engine.database.read(statement.text, bound)}
    missing = [
        each.missing(index)
        for place, each in enumerate(sent)
        for index, key in enumerate(each.keys)
        if (place, str(key)) not in visible
    ]
    if missing:
        raise Invalid(field_errors=missing)


def _sent(spec: ResourceSpec, values: Mapping[str, Any]) -> list[_Sent]:
    found: list[_Sent] = []
    for each in spec.writable:
        relation = each if isinstance(each, RelationSpec) else each.relation
        name = each.key if isinstance(each, RelationSpec) else each.name
        if relation is not None and values.get(name):
            column = relation.target.table.pk if relation.join.many else relation.join.far
            found.append(_Sent(name, relation.target, column, values[name]))
    return found
