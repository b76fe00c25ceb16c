"""Aggregates and groups of all rows of a resource: what there is to ask, and asking both faces for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Any

from support.matrix.asking import Asked, aliased, nested_order, path_of
from support.matrix.oracle import CannotSay, wire
from support.matrix.worlds import Answer, Who, World
from twofold.actor import Actor
from twofold.aggregate import Function, functions_of, is_groupable
from twofold.spec import FieldSpec, ResourceSpec
from twofold_graphql.names import camel

GROUPS = 200
CENT = Decimal("0.01")


# -- all rows -----------------------------------------------------------------------------------------------------


def measured(world: World, spec: ResourceSpec) -> Iterator[tuple[str, tuple[Function, ...]]]:
    """Every field that is counted or added up, with its functions; and none, where rows are counted.

    Sums are asked for by themselves: those of floating-point numbers may be refused.
    """
    yield "", ()
    for name, each in spec.fields.items():
        functions = functions_of(each)
        sums: tuple[Function, ...] = tuple(function for function in functions if function in ("sum", "avg"))
        others: tuple[Function, ...] = tuple(function for function in functions if function not in sums)
        yield from ((name, some) for some in (sums, others) if some)


async def aggregated(world: World, who: Who, spec: ResourceSpec, given: tuple[str, tuple[Function, ...]]
                     ) -> str | None:  # fmt: skip
    """`aggregate=count,sum(price),…` and `aggregates { count sum { price } … }`."""
    name, functions = given
    measures = ["count", *(f"{each}({name})" for each in functions)]
    selected = " ".join(["count", *(f"{aliased(each)} {{ {aliased(name)} }}" for each in functions)])
    rest = await world.rest(f"{path_of(spec)}/aggregate", who, aggregate=",".join(measures))
    graphql = await world.graphql(f"{{ found: {camel(spec.plural)} {{ aggregates {{ {selected} }} }} }}", who)
    one = rest if rest.value is None else Answer(value=rest.value["data"])
    other = graphql if graphql.value is None else Answer(value=graphql.value["aggregates"])
    if one != other:
        return f"REST: {one}; GraphQL: {other}"
    code = Asked(spec=spec, names=(name or spec.pk.name,)).refusal(world.oracle, who.actor)
    if code is not None or who.actor is None:
        return None if one.code == code else f"both: {one}; the oracle: {code}"
    return _wrong(world, who.actor, spec, given, one)


def _wrong(world: World, actor: Actor, spec: ResourceSpec, given: tuple[str, tuple[Function, ...]], found: Answer
           ) -> str | None:  # fmt: skip
    name, functions = given
    rows = world.oracle.visible(spec, actor)
    if found.value is not None and found.value["count"] != len(rows):
        return f"count {found.value['count']}; the oracle: {len(rows)}"
    try:
        values = [world.oracle.value(spec, name, row, actor) for row in rows] if name else []
    except CannotSay:
        return None
    known = [each for each in values if each is not None]
    if found.value is None:
        is_too_large = any(isinstance(each, float) for each in known) and not isfinite(sum(known))
        return None if is_too_large and found.code == "invalid" else f"both: {found}"
    return _wrong_measures(spec.fields[name], functions, known, found.value) if name else None


def _wrong_measures(field: FieldSpec, functions: Sequence[Function], values: list[Any], found: Mapping[str, Any]
                    ) -> str | None:  # fmt: skip
    for function in functions:
        if field.column.kind.name == "number" and function in ("sum", "avg"):
            continue  # floating-point numbers are added in no particular order
        expected = _gathered(function, field, values)
        if found[function][field.name] != expected:
            return f"{function}({field.name}) is {found[function][field.name]!r}; the oracle: {expected!r}"
    return None


def _gathered(function: str, field: FieldSpec, values: list[Any]) -> Any:
    if function == "count_distinct":
        return len(set(values))
    if not values:
        return None
    match function:
        case "min":
            return wire(min(values))
        case "max":
            return wire(max(values))
        case "sum":
            exact = wire(sum(values))
            is_wide = field.column.kind.element_type == "bigint"  # whose sum may have more than 64 bits
            return str(exact) if is_wide else exact
        case _:
            mean = sum(values) / len(values)
            return wire(mean.quantize(CENT, ROUND_HALF_UP) + 0) if isinstance(mean, Decimal) else mean


# -- groups -------------------------------------------------------------------------------------------------------


def keys(world: World, spec: ResourceSpec) -> list[str]:
    """Every field that groups are made of."""
    return [name for name, each in spec.fields.items() if is_groupable(each)]


def keys_behind(world: World, spec: ResourceSpec) -> list[str]:
    """The same behind every relation that leads to one row."""
    ways = [(name, each.target) for name, each in spec.relations.items() if each.sortable]
    return [f"{name}.{path}" for name, target in ways for path in keys(world, target)]


def selected_key(path: Sequence[str]) -> str:
    """Returns the key of a group as a selection."""
    first, *rest = path
    return aliased(first) + (f" {{ {selected_key(rest)} }}" if rest else "")


def spelled(given: Mapping[str, Any]) -> str:
    """Returns nested names as GraphQL writes them in a document."""
    parts = (f"{name}: {spelled(each) if isinstance(each, Mapping) else each}" for name, each in given.items())
    return "{" + ", ".join(parts) + "}"


async def groups(world: World, who: Who, spec: ResourceSpec, path: str) -> tuple[Answer, Answer]:
    """Returns how many rows there are with each value, by both faces."""
    rest = await world.rest(f"{path_of(spec)}/aggregate", who, aggregate="count", group_by=path, page_size=GROUPS)
    by, key = spelled(nested_order(path, "VALUE")), selected_key(path.split("."))
    inner = f"groupBy(by: [{by}], first: {GROUPS}) {{ key {{ {key} }} count }}"
    graphql = await world.graphql(f"{{ found: {camel(spec.plural)} {{ {inner} }} }}", who)
    one = rest if rest.value is None else Answer(value=rest.value["data"])
    return one, graphql if graphql.value is None else Answer(value=graphql.value["groupBy"])


async def grouped(world: World, who: Who, spec: ResourceSpec, path: str) -> str | None:
    """`group_by=category.name` and `groupBy(by: [{category: {name: VALUE}}])`."""
    rest, graphql = await groups(world, who, spec, path)
    if rest != graphql:
        return f"REST: {rest}; GraphQL: {graphql}"
    code = Asked(spec=spec, order=((path, False),)).refusal(world.oracle, who.actor)
    if rest.code != code:
        return f"both: {rest}; the oracle: {code}"
    return None if code is not None or who.actor is None else wrong_groups(world, who, spec, path, rest.value)


def wrong_groups(world: World, who: Who, spec: ResourceSpec, path: str, found: Sequence[Mapping[str, Any]]
                 ) -> str | None:  # fmt: skip
    """Returns which groups are wrong, or None."""
    assert who.actor is not None
    oracle = world.oracle
    try:
        values = [wire(oracle.sorted_by(spec, path, row, who.actor)) for row in oracle.visible(spec, who.actor)]
    except CannotSay:
        return None
    expected = Counter(values)
    counted = {key_at(group["key"], path): group["count"] for group in found}
    if len(expected) > GROUPS:
        expected = Counter({key: number for key, number in expected.items() if key in counted})
    return None if counted == dict(expected) else f"groups {counted}; the oracle: {dict(expected)}"


def key_at(key: Any, path: str) -> Any:
    """Returns a group's key, which is where its path leads."""
    for name in path.split("."):
        key = key[name]
    return key
