"""Many-to-many relations of a row: which rows it is linked to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twofold.change import Change
from twofold.references import visible_keys
from twofold.spec import RelationSpec

if TYPE_CHECKING:
    from twofold.engine import Engine

__all__ = ["Links"]


@dataclass
class Links:
    """Rows to be linked and to be linked no longer, by relation, beside those that an input names all of."""

    added: dict[str, list[Any]] = field(default_factory=dict)
    dropped: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def named(self) -> set[str]:
        """The relations that are spoken of."""
        return {*self.added, *self.dropped}

    async def write(self, engine: Engine, change: Change, relation: RelationSpec, *, is_new: bool
                    ) -> Mapping[str, Any]:  # fmt: skip
        """Writes what changes of one relation, and returns the keys before and after; nothing when it stays as it is.

        Where an input names all rows, those that the actor does not see stay linked.
        """
        sent = change.values.get(relation.key)
        if sent is None and relation.name not in self.named:
            return {}
        linked: set[Any] = set() if is_new else await linked_keys(change, relation)
        wanted = (linked | {*self.added.get(relation.name, ())}) - {*self.dropped.get(relation.name, ())}
        if sent is not None:
            wanted = {*sent} | (linked - await visible_keys(engine, change.actor, relation.target, linked))
        if wanted == linked:
            return {}
        manager = _manager(change, relation)
        if linked - wanted:
            await manager.remove(*await _rows(relation, linked - wanted))
        if wanted - linked:
            await manager.add(*await _rows(relation, wanted - linked))
        after = {"after": sorted(map(str, wanted))}
        return after if is_new else {"before": sorted(map(str, linked)), **after}


async def linked_keys(change: Change, relation: RelationSpec) -> set[Any]:
    """Returns the keys of the rows that a row is linked to."""
    return {*await _manager(change, relation).all().values_list(relation.target.pk.name, flat=True)}


def _manager(change: Change, relation: RelationSpec) -> Any:
    row = relation.join.source.model(**{relation.join.source.pk.name: change.id})
    row._saved_in_db = True
    return getattr(row, relation.name)


async def _rows(relation: RelationSpec, keys: Iterable[Any]) -> list[Any]:
    return await relation.target.table.model.filter(pk__in=list(keys))
