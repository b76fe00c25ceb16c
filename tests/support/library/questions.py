"""Questions about the library: every comparison, and filters and orders of any shape."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from support.library.asking import ACTORS, HEAD, VISITOR
from support.library.inside import CASES, FRAGMENTS, PATHS, THERE, comparisons_inside
from support.library.oracle import Oracle
from support.library.resources import LIBRARY
from support.library.rows import ROWS
from support.library.worked_out import WORKED_OUT
from twofold.actor import Actor
from twofold.engine import Engine
from twofold.settings import Settings
from twofold.spec import ResourceSpec

SPECS = {spec.plural: spec for spec in Engine(LIBRARY, Settings(database_url="sqlite://:memory:")).resources}


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which rows somebody asks for, in which order, and by pages of which size from which end."""

    resource: str
    data: dict[str, Any]
    order: list[tuple[str, bool]]
    actor: Actor
    size: int
    backwards: bool


def values_of(spec: ResourceSpec, name: str) -> list[Any]:
    """What is worth comparing a column with: all that it holds."""
    found: list[Any] = []
    oracle = Oracle(HEAD)
    for row in ROWS[spec.plural]:
        value = oracle.value(spec.plural, name, row) if (spec.plural, name) in WORKED_OUT else row[name]
        if value is not None and not any(value == each for each in found):
            found.append(value)
    return found


def comparisons(spec: ResourceSpec, name: str) -> list[dict[str, Any]]:
    """Every operator of a column, with values of all sorts."""
    kind = spec.fields[name].column.kind
    if kind.name == "json":
        everything = [each for path in PATHS for each in comparisons_inside(path)]
        return [{"is_null": True}, {"is_null": False}, *everything[::9]]
    few = values_of(spec, name)[:6]
    found: list[dict[str, Any]] = [{"is_null": True}, {"is_null": False}]
    for operator in kind.operators:
        match operator:
            case "is_null":
                continue
            case "in" | "not_in":
                found += [{operator: few[:3]}, {operator: few[1:2]}, {operator: []}]
            case "contains" | "starts_with" | "ends_with":
                found += [{operator: each} for each in [*few, *FRAGMENTS]]
            case "ieq" | "icontains" | "istarts_with" | "iends_with":
                found += [{operator: each} for each in [*CASES, *map(str.swapcase, few)]]
            case "eq" | "ne":
                found += [{operator: each} for each in [*few, None]]
            case _:
                found += [{operator: each} for each in few]
    return found


def _comparison(spec: ResourceSpec, name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Each operator as often as any other, however many values it is tried with."""
    if spec.fields[name].column.kind.name == "json":
        one = st.sampled_from([*THERE, *PATHS]).flatmap(lambda path: _any_operator(comparisons_inside(path)))
        return st.one_of(one, st.lists(one, max_size=2)).map(lambda data: {name: data})
    return _any_operator(comparisons(spec, name)).map(lambda data: {name: data})


def _any_operator(found: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    operators: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in found:
        operators[next(name for name in each if name != "path")].append(each)
    return st.sampled_from(list(operators.values())).flatmap(st.sampled_from)


@cache
def filters(resource: str, depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Filters of a resource, at most `depth` deep."""
    spec = SPECS[resource]
    names = [name for name, field in spec.fields.items() if field.declared.filter]
    awkward = [name for name in names if spec.fields[name].column.kind.name in ("text", "json")]
    one = st.one_of([_comparison(spec, name) for name in [*names, *awkward, *awkward]])
    if not depth:
        return one
    inner = st.deferred(lambda: filters(resource, depth - 1))
    choices = [one, inner.map(lambda data: {"not": data})]
    choices += [st.lists(inner, max_size=3).map(lambda items, word=word: {word: items}) for word in ("and", "or")]
    for name, relation in spec.relations.items():
        across = st.deferred(lambda target=relation.target.plural: filters(target, depth - 1))
        if relation.join.many:
            across = st.dictionaries(st.sampled_from(["some", "every", "none"]), across, min_size=1, max_size=2)
        choices.append(across.map(lambda data, name=name: {name: data}))
    return st.one_of(choices)


@cache
def sortable(resource: str, depth: int = 3) -> list[str]:
    """What a resource can be sorted by, through at most `depth` relations."""
    spec = SPECS[resource]
    names = [name for name, field in spec.fields.items() if field.declared.sort]
    for name, relation in spec.relations.items() if depth else ():
        if relation.sortable:
            names += [f"{name}.{below}" for below in sortable(relation.target.plural, depth - 1)]
    return names


@cache
def orders(resource: str) -> st.SearchStrategy[list[tuple[str, bool]]]:
    names = sortable(resource)
    return st.lists(st.tuples(st.sampled_from(names), st.booleans()), max_size=3, unique_by=lambda key: key[0])


EVERYBODY = {**ACTORS, "visitor": VISITOR}
TO_SEE_FOR_VISITORS = ("authors", "subjects", "books", "branches", "copies")


def _questions(resource: str, data: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Question]:
    actors = EVERYBODY if resource in TO_SEE_FOR_VISITORS else ACTORS
    return st.builds(
        Question, resource=st.just(resource), data=data, order=orders(resource),
        actor=st.sampled_from(list(actors.values())), size=st.integers(1, 9), backwards=st.booleans(),
    )  # fmt: skip


def _one_comparison(resource: str, name: str) -> st.SearchStrategy[Question]:
    """One comparison, plain or turned round: what it says of null shows only so."""
    one = _comparison(SPECS[resource], name)
    return _questions(resource, st.one_of(one, one.map(lambda data: {"not": data})))


QUESTIONS = st.sampled_from([*sorted(SPECS), "books", "books"]).flatmap(lambda name: _questions(name, filters(name)))
TEXTS_AND_JSON = st.one_of(
    _one_comparison("books", "details"), _one_comparison("books", "details"), _one_comparison("books", "title"),
    _one_comparison("books", "subtitle"), _one_comparison("authors", "name"), _one_comparison("patrons", "name"),
)  # fmt: skip
"""Questions of a single comparison, of the kinds in which databases differ most."""
