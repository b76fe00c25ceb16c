"""One question in both spellings, and what the oracle says of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.library.finding import rank
from support.matrix.oracle import CannotSay, Oracle, wire
from support.matrix.rows import Record
from support.matrix.worlds import Answer, Who, World
from twofold.actor import Actor
from twofold.spec import ResourceSpec
from twofold_graphql.names import camel

__all__ = ["Asked", "by_graphql", "by_rest", "differs", "path_of", "wrong_object", "wrong_page"]

THE_KEY: Sequence[str] = ("the primary key",)
NESTED_SIZE = 50
"""How many rows a nested list shows unless it is said otherwise."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A page of rows: their fields and what is nested in them, by REST's names; the filter's values are Python's."""

    spec: ResourceSpec
    names: Sequence[str] = THE_KEY
    below: Mapping[str, Asked] = field(default_factory=dict)
    """By relation: of the rows behind it, names and what is below."""
    filter: Mapping[str, Any] = field(default_factory=dict)
    order: Sequence[tuple[str, bool]] = ()
    """Paths to fields, and whether they descend."""
    search: str | None = None
    size: int = 40

    def __post_init__(self) -> None:
        if self.names is THE_KEY:
            object.__setattr__(self, "names", (self.spec.pk.name,))

    def refusal(self, oracle: Oracle, actor: Actor | None) -> str | None:
        """Returns the code with which both faces must refuse an actor, or None."""
        if actor is None:
            return "unauthenticated"
        refused = oracle.refusal(self.spec, actor)
        if refused is None and any(_closed(oracle, each, actor) for each in self._touched()):
            return "forbidden"
        return refused

    def _touched(self) -> Iterator[tuple[ResourceSpec, str | None]]:
        """Every resource, and every field of one, that the question names."""
        yield from ((self.spec, name) for name in self.names)
        yield from _filtered(self.spec, self.filter)
        for path, _ in self.order:
            yield from along(self.spec, path)
        for each in self.below.values():
            yield each.spec, None
            yield from each._touched()

    def rows(self, oracle: Oracle, actor: Actor) -> list[Record]:
        """Returns the rows that the actor sees and that are found.

        Raises:
            CannotSay: the filter looks at a field that the oracle cannot work out.
        """
        found = [row for row in oracle.visible(self.spec, actor)
                 if oracle.meets(self.spec, self.filter, row, actor) is True]  # fmt: skip
        if self.search is None:
            return found
        names = self.spec.resource.search
        return [row for row in found if rank([row[name] for name in names], self.search) is not None]


def _closed(oracle: Oracle, touched: tuple[ResourceSpec, str | None], actor: Actor) -> bool:
    spec, name = touched
    return not oracle.scoped(spec, actor) or (name is not None and oracle.hides(spec, name, actor))


def _filtered(spec: ResourceSpec, data: Mapping[str, Any]) -> Iterator[tuple[ResourceSpec, str | None]]:
    for name, value in data.items():
        if name in ("and", "or"):
            for each in value:
                yield from _filtered(spec, each)
        elif name == "not":
            yield from _filtered(spec, value)
        elif name in spec.relations:
            relation = spec.relations[name]
            yield relation.target, None
            for inner in value.values() if relation.join.many else (value,):
                yield from _filtered(relation.target, inner)
        else:
            yield spec, name


def along(spec: ResourceSpec, path: str) -> Iterator[tuple[ResourceSpec, str | None]]:
    """Gives the resources on a path, and the field at its end."""
    *relations, last = path.split(".")
    for each in relations:
        spec = spec.relations[each].target
        yield spec, None
    yield spec, last


# -- spelling ----------------------------------------------------------------------------------------------------


def path_of(spec: ResourceSpec) -> str:
    """Returns the path of a resource's list."""
    return "/" + spec.plural.replace("_", "-")


def in_json(value: Any) -> Any:
    """Returns a filter with its values as they are in JSON."""
    if isinstance(value, Mapping):
        return {name: in_json(each) for name, each in value.items()}
    return [in_json(each) for each in value] if isinstance(value, list | tuple) else wire(value)


def _words(value: Any) -> Any:
    """A filter in GraphQL's spelling."""
    if isinstance(value, dict):
        return {camel(name): _words(each) for name, each in value.items()}
    return [_words(each) for each in value] if isinstance(value, list) else value


def _fields(asked: Asked, place: str = "") -> list[str]:
    own = [place + name for name in asked.names]
    return own + [each for name, below in asked.below.items() for each in _fields(below, f"{place}{name}.")]


def aliased(name: str) -> str:
    """Returns a field of a selection whose key is REST's name."""
    return name if camel(name) == name else f"{name}: {camel(name)}"


def selection(asked: Asked) -> str:
    """Returns a selection whose keys are REST's names."""
    parts = [aliased(name) for name in dict.fromkeys((asked.spec.pk.name, *asked.names))]
    for name, below in asked.below.items():
        inner = f"{{ {selection(below)} }}"
        many = asked.spec.relations[name].join.many
        parts.append(f"{aliased(name)} " + (f"{{ nodes {inner} }}" if many else inner))
    return " ".join(parts)


def nested_order(path: str, way: str) -> dict[str, Any]:
    """Returns a sort key as GraphQL says it."""
    first, _, rest = path.partition(".")
    return {camel(first): nested_order(rest, way) if rest else way}


def without_nodes(value: Any) -> Any:
    """Returns an answer of GraphQL with its connections as plain lists, as REST has them."""
    if isinstance(value, dict):
        if set(value) == {"nodes"}:
            return without_nodes(value["nodes"])
        return {key: without_nodes(each) for key, each in value.items()}
    return [without_nodes(each) for each in value] if isinstance(value, list) else value


def rest_parameters(asked: Asked) -> dict[str, Any]:
    """Returns what a question says beside its window, as parameters of a URL."""
    return {
        "fields": ",".join(_fields(asked)),
        "filter": json.dumps(in_json(asked.filter)) if asked.filter else None,
        "sort": ",".join(f"-{path}" if descending else path for path, descending in asked.order) or None,
        "q": asked.search,
    }


def graphql_variables(asked: Asked) -> dict[str, Any]:
    """Returns the same as variables of a document."""
    order = [nested_order(path, "DESC" if descending else "ASC") for path, descending in asked.order]
    found = {"filter": _words(in_json(asked.filter)) or None, "orderBy": order or None, "search": asked.search}
    return {name: value for name, value in found.items() if value is not None}


def connection(asked: Asked, inner: str, *, below: bool = False) -> tuple[str, str]:
    """Returns the declarations of a connection's variables, and the connection's own field with `inner` in it."""
    name = asked.spec.type_name
    declared, given = f"$filter: {name}Filter, $orderBy: [{name}Order!]", "filter: $filter, orderBy: $orderBy"
    if asked.search is not None:
        declared, given = f"{declared}, $search: String", f"{given}, search: $search"
    field_name = "" if below else f"found: {camel(asked.spec.plural)}"
    return declared, f"{field_name}(first: {asked.size}, {given}) {{ {inner} }}"


async def by_rest(world: World, who: Who, asked: Asked, path: str | None = None) -> Answer:
    """Returns the first page and the total by REST."""
    found = await world.rest(path or path_of(asked.spec), who, page_size=asked.size, **rest_parameters(asked))
    if found.value is None:
        return found
    return Answer(value={"total": found.value["total"], "rows": found.value["data"]})


async def by_graphql(world: World, who: Who, asked: Asked, *, twice: bool = False) -> Answer:
    """Returns the first page and the total by GraphQL; selected `twice`, which its plan has no form for."""
    edges = f" edges {{ cursor node {{ {camel(asked.spec.pk.name)} }} }}" if twice else ""
    declared, found = connection(asked, f"totalCount nodes {{ {selection(asked)} }}{edges}")
    answer = await world.graphql(f"query Q({declared}) {{ {found} }}", who, **graphql_variables(asked))
    if answer.value is None:
        return answer
    rows = without_nodes(answer.value["nodes"])
    return Answer(value={"total": answer.value["totalCount"], "rows": rows})


# -- judging -----------------------------------------------------------------------------------------------------


async def differs(world: World, who: Who, asked: Asked, rest: Answer, graphql: Answer) -> str | None:
    """Returns how the answers to a page differ from each other, or from what the oracle says; None: they do not."""
    if rest != graphql:
        return f"REST: {rest}; GraphQL: {graphql}"
    code = asked.refusal(world.oracle, who.actor)
    if rest.code != code:
        return f"both: {rest}; the oracle: {code}"
    return None if code or who.actor is None else wrong_page(world.oracle, who.actor, asked, rest.value)


def wrong_page(oracle: Oracle, actor: Actor, asked: Asked, page: Mapping[str, Any]) -> str | None:
    """Returns what is wrong with a page of rows that both faces gave, or None."""
    try:
        rows: list[Record] | None = asked.rows(oracle, actor)
    except CannotSay:
        rows = None
    if rows is not None and page["total"] != len(rows):
        return f"total {page['total']}; the oracle: {len(rows)}"
    return wrong_rows(oracle, actor, asked, page["rows"], rows)


def wrong_rows(oracle: Oracle, actor: Actor, asked: Asked, shown: Sequence[Mapping[str, Any]],
               rows: Sequence[Record] | None) -> str | None:  # fmt: skip
    """Returns what is wrong with the rows of a window, when `rows` are all that there should be, or None."""
    key, seen = asked.spec.pk.name, oracle.seen(asked.spec, actor)
    by_id = {wire(each): row for each, row in seen.items()}
    hidden = [row[key] for row in shown if row[key] not in by_id]
    if hidden:
        return f"rows of {asked.spec.plural} that must not be seen: {hidden[:3]}"
    ids = [row[key] for row in shown]
    if rows is not None and ids != (expected := _expected(oracle, actor, asked, rows, ids)):
        return f"ids {ids[:5]}…; the oracle: {expected[:5]}…"
    wrong = (wrong_object(oracle, actor, asked, row, by_id[row[key]]) for row in shown)
    return next((each for each in wrong if each), None)


def _expected(oracle: Oracle, actor: Actor, asked: Asked, rows: Sequence[Record], ids: Sequence[str]) -> list[str]:
    """The ids that a window must have, in their order; where only the faces know that, as they gave them."""
    every = [wire(row[asked.spec.pk.name]) for row in rows]
    if asked.search is None or asked.order:
        try:
            ordered = oracle.ordered(asked.spec, rows, asked.order, actor)
        except CannotSay:
            pass
        else:
            return [wire(row[asked.spec.pk.name]) for row in ordered][: asked.size]
    found = set(ids)
    is_right = found <= set(every) and len(ids) == len(found) == min(asked.size, len(every))
    return list(ids) if is_right else every


def wrong_object(oracle: Oracle, actor: Actor, asked: Asked, shown: Mapping[str, Any], row: Record) -> str | None:
    """Returns what is wrong with an object, or with what is nested in it, or None."""
    for name in asked.names:
        try:
            expected = oracle.shown(asked.spec, name, row, actor)
        except CannotSay:
            continue
        if shown[name] != expected or type(shown[name]) is not type(expected):
            return f"{name} of {shown[asked.spec.pk.name]} is {shown[name]!r}; the oracle: {expected!r}"
    for name, below in asked.below.items():
        relation = asked.spec.relations[name]
        behind = oracle.behind(asked.spec, relation, row, actor)
        found = shown[name] if relation.join.many else [] if shown[name] is None else [shown[name]]
        wrong = wrong_rows(oracle, actor, below, found, behind)
        if wrong:
            return f"{name}: {wrong}"
    return None
