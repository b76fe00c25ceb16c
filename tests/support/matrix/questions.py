"""Questions of any shape about a world: fields, nesting, filters, orders, searches."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from support.matrix import gathering, reading
from support.matrix.asking import NESTED_SIZE, Asked
from support.matrix.worlds import World
from twofold.spec import ResourceSpec

__all__ = ["Questions"]

DEPTH = 2
"""How many relations a question leads through below its rows, and how many filters stand within filters."""


class Questions:
    """Strategies for the questions about one world; what there is to draw from is looked up once."""

    def __init__(self, world: World) -> None:
        self.world = world
        specs = list(world.specs.values())
        self.specs = st.sampled_from(specs)
        self.actors = st.sampled_from([name for name, who in world.actors.items() if who.actor is not None])
        self._comparisons = {spec: list(reading.comparisons(world, spec)) for spec in specs}
        self._orders = {
            spec: [*reading.sorts(world, spec), *reading.sorts_behind(world, spec)] for spec in specs
        }  # fmt: skip
        self._searches = {spec: reading.searches(world, spec) for spec in specs}

    def pages(self, spec: ResourceSpec, actor: str) -> st.SearchStrategy[Asked]:
        """Returns pages of rows; some of them ask for what the actor may never read."""
        orders = self._orders[spec]
        searches = st.sampled_from(self._searches[spec]) if self._searches[spec] else st.none()
        return st.builds(
            Asked,
            spec=st.just(spec),
            names=self._names(spec, actor),
            below=self._below(spec, actor, DEPTH),
            filter=st.one_of(st.just({}), self._filter(spec, DEPTH)),
            order=st.lists(st.sampled_from(orders), max_size=2, unique_by=_path) if orders else st.just([]),
            search=st.one_of(st.none(), st.none(), searches),
            size=st.sampled_from([1, 5, 5]),
        )

    def keys(self, spec: ResourceSpec) -> st.SearchStrategy[str]:
        """Returns what groups are made of."""
        return st.sampled_from([*gathering.keys(self.world, spec), *gathering.keys_behind(self.world, spec)])

    def measures(self, spec: ResourceSpec) -> st.SearchStrategy[Any]:
        """Returns what may be asked of all rows."""
        return st.sampled_from(list(gathering.measured(self.world, spec)))

    def _names(self, spec: ResourceSpec, actor: str) -> st.SearchStrategy[list[str]]:
        readable = reading.readable(self.world, spec, self.world.actors[actor])
        some = st.lists(st.sampled_from(readable), max_size=6, unique=True) if readable else st.just([])
        any_ = st.lists(st.sampled_from([*spec.fields, *spec.computed]), max_size=2, unique=True)
        return st.one_of(some, some, some, any_)

    def _below(self, spec: ResourceSpec, actor: str, depth: int) -> st.SearchStrategy[dict[str, Asked]]:
        if not depth or not spec.relations:
            return st.just({})
        names = st.lists(st.sampled_from(list(spec.relations)), max_size=2, unique=True)
        return names.flatmap(
            lambda chosen: st.fixed_dictionaries({
                name: st.builds(
                    Asked,
                    spec=st.just(spec.relations[name].target),
                    names=self._names(spec.relations[name].target, actor).map(lambda each: each or ["id"]),
                    below=self._below(spec.relations[name].target, actor, depth - 1),
                    size=st.just(NESTED_SIZE),
                )
                for name in chosen
            })
        )  # fmt: skip

    def _filter(self, spec: ResourceSpec, depth: int) -> st.SearchStrategy[dict[str, Any]]:
        plain = st.sampled_from(self._comparisons[spec])
        if not depth:
            return plain
        inner = self._filter(spec, depth - 1)
        several = st.lists(inner, min_size=1, max_size=3)
        options = [plain, plain, inner.map(_not), several.map(_all), several.map(_any)]
        relations = [each for each in spec.relations.values() if each.declared.filter]
        options += [self._through(each, depth) for each in relations]
        return st.one_of(options)

    def _through(self, relation: Any, depth: int) -> st.SearchStrategy[dict[str, Any]]:
        inner = self._filter(relation.target, depth - 1)
        if not relation.join.many:
            return inner.map(lambda each: {relation.name: each})
        quantified = st.tuples(st.sampled_from(["some", "every", "none"]), inner)
        return quantified.map(lambda pair: {relation.name: {pair[0]: pair[1]}})


def _path(key: tuple[str, bool]) -> str:
    return key[0]


def _not(inner: dict[str, Any]) -> dict[str, Any]:
    return {"not": inner}


def _all(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"and": items}


def _any(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"or": items}
