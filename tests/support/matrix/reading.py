"""What there is to read of a resource, by each entry path, and asking both faces for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from support.library.finding import plain_words
from support.matrix.asking import (
    NESTED_SIZE,
    Asked,
    by_graphql,
    by_rest,
    connection,
    differs,
    graphql_variables,
    path_of,
    selection,
    without_nodes,
    wrong_object,
    wrong_page,
)
from support.matrix.rows import Record
from support.matrix.worlds import Answer, Who, World
from twofold.spec import RelationSpec, ResourceSpec
from twofold_graphql.names import camel
from twofold_graphql.scalars import key_of

NO_KEYS = ("no-id", "00000000-0000-7000-8000-000000000000")
"""Keys of nothing: one that none can be, and one that none is."""
NO_NUMBER = "2000000000"
NO_TEXT = "no such key"
KEY_TYPES = {"ID": "ID!", "int": "Int!", "BigInt": "BigInt!", "str": "String!"}
PAGE_SIZE, WINDOW = 200, 180
"""Different on purpose: where one face turns the page, the other does not."""


# -- rows to ask for ----------------------------------------------------------------------------------------------


def samples(world: World, spec: ResourceSpec, count: int = 3) -> list[Record]:
    """Returns rows that different actors see, rarely seen ones first: so there are hidden ones among them."""
    oracle = world.oracle
    seen = [oracle.seen(spec, who.actor) for who in world.actors.values() if who.actor is not None]
    key = spec.pk.name
    by_seers: dict[tuple[bool, ...], Record] = {}
    for row in oracle.rows.of(spec.table.model):
        by_seers.setdefault(tuple(row[key] in each for each in seen), row)
    rows = [by_seers[seers] for seers in sorted(by_seers, key=sum)]
    return rows if len(rows) <= count else [*rows[: count - 1], rows[-1]]


def keys(world: World, spec: ResourceSpec) -> list[str]:
    """Keys of rows that some see and others do not, and of nothing."""
    return [*(str(row[spec.pk.name]) for row in samples(world, spec)), *no_keys(spec)]


def no_keys(spec: ResourceSpec) -> Sequence[str]:
    """Keys of nothing, of the resource's kind: GraphQL refuses others by their type, where REST finds nothing."""
    return {"id": NO_KEYS, "integer": (NO_NUMBER,)}.get(spec.pk.column.kind.name, (NO_TEXT,))


def key_type(spec: ResourceSpec) -> str:
    """What a variable for a key is declared as."""
    return KEY_TYPES[key_of(spec)]


def typed(spec: ResourceSpec, key: str) -> Any:
    """Returns a key as GraphQL takes it."""
    return int(key) if spec.pk.column.kind.name == "integer" else key


def in_path(key: str) -> str:
    """Returns a key as a part of a path."""
    return quote(key, safe="")


def all_keys(world: World, spec: ResourceSpec) -> list[tuple[str, ...]]:
    """The same together, one of them twice."""
    found = keys(world, spec)
    return [(*found, found[0])]


def once(world: World, spec: ResourceSpec) -> list[None]:
    """One question is all that there is."""
    return [None]


def readable(world: World, spec: ResourceSpec, who: Who) -> list[str]:
    """Returns the fields that may be asked for by name."""
    actor = who.actor
    if actor is None:
        return [spec.pk.name]
    return [name for name in (*spec.fields, *spec.computed) if not world.oracle.hides(spec, name, actor)]


# -- one object ---------------------------------------------------------------------------------------------------


async def item(world: World, who: Who, spec: ResourceSpec, key: str) -> str | None:
    """`GET /products/{id}?fields=…` and `product(id)`."""
    asked = Asked(spec=spec, names=readable(world, spec, who))
    rest = await world.rest(f"{path_of(spec)}/{in_path(key)}", who, fields=",".join(asked.names))
    query = f"query Q($id: {key_type(spec)}) {{ found: {camel(spec.singular)}(id: $id) {{ {selection(asked)} }} }}"
    return _judged(world, who, asked, key, rest, await world.graphql(query, who, id=typed(spec, key)))


async def whole_item(world: World, who: Who, spec: ResourceSpec, key: str) -> str | None:
    """`GET /products/{id}`, where fields that may never be read are null."""
    asked = Asked(spec=spec, names=[*spec.fields, *spec.computed])
    code = None if who.actor is None else world.oracle.refusal(spec, who.actor)
    rest = await world.rest(f"{path_of(spec)}/{in_path(key)}", who)
    named = Asked(spec=spec, names=readable(world, spec, who))
    query = f"query Q($id: {key_type(spec)}) {{ found: {camel(spec.singular)}(id: $id) {{ {selection(named)} }} }}"
    graphql = await world.graphql(query, who, id=typed(spec, key))
    if rest.value is not None and graphql.value is not None:
        hidden = {name: None for name in asked.names if name not in named.names}
        graphql = Answer(value={name: (hidden | graphql.value)[name] for name in rest.value["data"]})
    return _judged(world, who, asked, key, rest, graphql, by_name=code is not None or who.actor is None)


async def node(world: World, who: Who, spec: ResourceSpec, key: str) -> str | None:
    """`GET /products/{id}?fields=…` and `node(id)`."""
    asked = Asked(spec=spec, names=readable(world, spec, who))
    rest = await world.rest(f"{path_of(spec)}/{in_path(key)}", who, fields=",".join(asked.names))
    query = f"query Q($id: ID!) {{ found: node(id: $id) {{ ... on {spec.type_name} {{ {selection(asked)} }} }} }}"
    return _judged(world, who, asked, key, rest, await world.graphql(query, who, id=typed(spec, key)))


async def nodes(world: World, who: Who, spec: ResourceSpec, given: Sequence[str]) -> str | None:
    """Several objects by REST, one after another, and `nodes(ids)`."""
    asked = Asked(spec=spec, names=readable(world, spec, who))
    path, fields = path_of(spec), ",".join(asked.names)
    answers = [await world.rest(f"{path}/{in_path(key)}", who, fields=fields) for key in given]
    query = (
        f"query Q($ids: [ID!]!) {{ found: nodes(ids: $ids) {{ ... on {spec.type_name} {{ {selection(asked)} }} }} }}"
    )
    graphql = await world.graphql(query, who, ids=list(given))
    if graphql.code is not None:  # one refusal for all of them, where REST says nothing of what can be no key
        codes = {each.code for each in answers if each.code is not None}
        return None if codes == {graphql.code} else f"REST: {codes}; GraphQL: {graphql}"
    for key, rest, found in zip(given, answers, graphql.value, strict=True):
        wrong = _judged(world, who, asked, key, rest, Answer(value=found))
        if wrong:
            return wrong
    return None


def _judged(world: World, who: Who, asked: Asked, key: str, rest: Answer, graphql: Answer, *, by_name: bool = True
            ) -> str | None:  # fmt: skip
    """How the answers for one object differ; a REST answer has it under `data`."""
    one = rest if rest.value is None else Answer(value=rest.value["data"])
    if one != graphql:
        return f"REST: {one}; GraphQL: {graphql}"
    code = asked.refusal(world.oracle, who.actor) if by_name else None
    if key == NO_KEYS[0] and who.actor is not None:
        code = None  # no row can have it, whoever asks
    row = None
    if code is None and who.actor is not None:
        row = {str(each): row for each, row in world.oracle.seen(asked.spec, who.actor).items()}.get(key)
    if one.code != code or (one.value is None) != (row is None):
        return f"both: {one}; the oracle: {code or row}"
    if row is None or who.actor is None:
        return None
    return wrong_object(world.oracle, who.actor, asked, one.value, row)


# -- lists --------------------------------------------------------------------------------------------------------


async def _page(world: World, who: Who, asked: Asked) -> str | None:
    return await differs(world, who, asked, await by_rest(world, who, asked), await by_graphql(world, who, asked))


async def whole_list(world: World, who: Who, spec: ResourceSpec, _: None) -> str | None:
    """All pages by number, and all windows by cursor."""
    asked = Asked(spec=spec, names=readable(world, spec, who), size=PAGE_SIZE)
    rest, rows = await by_rest(world, who, asked), list[Any]()
    code = asked.refusal(world.oracle, who.actor)
    if rest.value is not None:
        rows = rest.value["rows"]
        for page in range(2, rest.value["total"] // PAGE_SIZE + 2):
            more = await world.rest(path_of(spec), who, page=page, page_size=PAGE_SIZE, fields=",".join(asked.names))
            rows += more.value["data"]
    windows = await _windows(world, who, asked)
    if code is not None or who.actor is None or windows.value is None or rest.value is None:
        return None if rest == windows == Answer(code=code) else f"REST: {rest}; GraphQL: {windows}; the oracle: {code}"
    if (rows, rest.value["total"]) != (windows.value["rows"], windows.value["total"]):
        return f"{len(rows)} rows of {rest.value['total']} by pages; by cursors {len(windows.value['rows'])}"
    every = Asked(spec=spec, names=asked.names, size=len(rows) + 1)
    return wrong_page(world.oracle, who.actor, every, {"total": rest.value["total"], "rows": rows})


async def _windows(world: World, who: Who, asked: Asked, size: int = WINDOW) -> Answer:
    """All rows by GraphQL, cursor after cursor, and the total."""
    rows, cursor = list[Any](), None
    query = f"""query Q($after: String) {{ found: {camel(asked.spec.plural)}(first: {size}, after: $after) {{
      totalCount edges {{ node {{ {selection(asked)} }} }} pageInfo {{ hasNextPage endCursor }}
    }} }}"""
    while True:
        answer = await world.graphql(query, who, after=cursor)
        if answer.value is None:
            return answer
        rows += [edge["node"] for edge in answer.value["edges"]]
        cursor = answer.value["pageInfo"]["endCursor"]
        if not answer.value["pageInfo"]["hasNextPage"]:
            return Answer(value={"total": answer.value["totalCount"], "rows": rows})


async def cursors(world: World, who: Who, spec: ResourceSpec, _: None) -> str | None:
    """Three pages or so by the cursors of either face, and what the oracle has in that order."""
    actor = who.actor
    count = 0 if actor is None else len(world.oracle.visible(spec, actor))
    size = max(1, min(PAGE_SIZE, -(-count // 3)))
    asked, rows, after = Asked(spec=spec), list[Any](), None
    code = asked.refusal(world.oracle, actor)
    while True:
        page = await world.rest(path_of(spec), who, limit=size, after=after, fields=spec.pk.name)
        if page.value is None:
            break
        rows += page.value["data"]
        after = page.value["next"]
        if after is None:
            break
    windows = await _windows(world, who, asked, size)
    if code is not None or page.value is None or windows.value is None or actor is None:
        return None if page == windows == Answer(code=code) else f"REST: {page}; GraphQL: {windows}; the oracle: {code}"
    if rows != windows.value["rows"]:
        return f"{len(rows)} rows by REST's cursors, {len(windows.value['rows'])} by GraphQL's, or others"
    every = Asked(spec=spec, size=len(rows) + 1)
    return wrong_page(world.oracle, actor, every, {"total": len(rows), "rows": rows})


async def total(world: World, who: Who, spec: ResourceSpec, _: None) -> str | None:
    """The total alone."""
    asked = Asked(spec=spec, size=1)
    graphql = await world.graphql(f"{{ found: {camel(spec.plural)} {{ totalCount }} }}", who)
    rest = await by_rest(world, who, asked)
    if rest.value is not None and graphql.value is not None:
        graphql = Answer(value=rest.value | {"total": graphql.value["totalCount"]})
    return await differs(world, who, asked, rest, graphql)


async def resolved(world: World, who: Who, spec: ResourceSpec, _: None) -> str | None:
    """A selection that GraphQL answers field by field, with dataloaders, and a page of REST."""
    below = {name: _below(world, each, who) for name, each in spec.relations.items()
             if who.actor is not None and world.oracle.scoped(each.target, who.actor)}  # fmt: skip
    asked = Asked(spec=spec, names=readable(world, spec, who), below=below, size=8)
    rest = await by_rest(world, who, asked)
    return await differs(world, who, asked, rest, await by_graphql(world, who, asked, twice=True))


def fields(world: World, spec: ResourceSpec) -> list[str]:
    """Every field by its name, those that nobody may read too."""
    return [*spec.fields, *spec.computed]


async def one_field(world: World, who: Who, spec: ResourceSpec, name: str) -> str | None:
    """`fields=name` and a selection of it."""
    return await _page(world, who, Asked(spec=spec, names=(name,), size=60))


# -- relations ----------------------------------------------------------------------------------------------------


def relations(world: World, spec: ResourceSpec) -> list[str]:
    """Every relation."""
    return list(spec.relations)


def _below(world: World, relation: RelationSpec, who: Who) -> Asked:
    return Asked(spec=relation.target, names=readable(world, relation.target, who), size=NESTED_SIZE)


async def nested(world: World, who: Who, spec: ResourceSpec, name: str) -> str | None:
    """`fields=relation.field,…` and a nested selection."""
    below = {name: _below(world, spec.relations[name], who)}
    return await _page(world, who, Asked(spec=spec, below=below, size=25))


async def included(world: World, who: Who, spec: ResourceSpec, name: str) -> str | None:
    """`include=relation`, whose fields that may never be read are null, and a nested selection of the others."""
    target = spec.relations[name].target
    below = _below(world, spec.relations[name], who)
    asked = Asked(spec=spec, below={name: below}, size=25)
    rest = await world.rest(path_of(spec), who, page_size=25, fields=spec.pk.name, include=name)
    if rest.value is not None:
        hidden = [each for each in (*target.fields, *target.computed) if each not in below.names]
        for row in rest.value["data"]:
            for each in row[name] if isinstance(row[name], list) else [row[name]]:
                if each is not None and any(each.pop(every) is not None for every in hidden):
                    return f"{hidden} are shown by include={name}"
        rest = Answer(value={"total": rest.value["total"], "rows": rest.value["data"]})
    return await differs(world, who, asked, rest, await by_graphql(world, who, asked))


def parents(world: World, spec: ResourceSpec) -> list[tuple[str, str]]:
    """Every relation to many of rows that some see and others do not."""
    many = [name for name, each in spec.relations.items() if each.join.many]
    return [(name, key) for name in many for key in keys(world, spec)]


async def behind(world: World, who: Who, spec: ResourceSpec, given: tuple[str, str]) -> str | None:
    """`GET /products/{id}/reviews`, and the connection nested in `product(id)`."""
    name, key = given
    relation = spec.relations[name]
    asked = Asked(spec=relation.target, names=readable(world, relation.target, who), size=20)
    rest = await by_rest(world, who, asked, f"{path_of(spec)}/{in_path(key)}/{name.replace('_', '-')}")
    graphql = await _connected(world, who, spec, asked, name, key)
    if rest != graphql:
        return f"REST: {rest}; GraphQL: {graphql}"
    return _wrong_behind(world, who, spec, asked, given, rest)


async def _connected(world: World, who: Who, spec: ResourceSpec, asked: Asked, name: str, key: str) -> Answer:
    declared, found = connection(asked, f"totalCount nodes {{ {selection(asked)} }}", below=True)
    one = f"found: {camel(spec.singular)}(id: $id) {{ {camel(name)}{found} }}"
    query = f"query Q($id: {key_type(spec)}, {declared}) {{ {one} }}"
    answer = await world.graphql(query, who, id=typed(spec, key), **graphql_variables(asked))
    if answer.value is None:
        return answer
    inner = answer.value[camel(name)]
    return Answer(value={"total": inner["totalCount"], "rows": without_nodes(inner["nodes"])})


def _wrong_behind(world: World, who: Who, spec: ResourceSpec, asked: Asked, given: tuple[str, str], found: Answer
                  ) -> str | None:  # fmt: skip
    (name, key), oracle, actor = given, world.oracle, who.actor
    if actor is None:
        return None if found.code == "unauthenticated" else f"both: {found}; the oracle: unauthenticated"
    code = oracle.refusal(spec, actor) or (None if oracle.scoped(asked.spec, actor) else "forbidden")
    if key == NO_KEYS[0]:
        code = None  # no row can have it, whoever asks
    row = (
        None
        if code or key in no_keys(spec)
        else oracle.seen(spec, actor).get(spec.pk.column.kind.adapter.validate_python(key))
    )
    if found.code != code or (found.value is None) != (row is None):
        return f"both: {found}; the oracle: {code or row}"
    if row is None:
        return None
    rows = oracle.behind(spec, spec.relations[name], row, actor)
    if found.value["total"] != len(rows):
        return f"total {found.value['total']}; the oracle: {len(rows)}"
    inner = Asked(spec=spec, names=(), below={name: asked})
    return wrong_object(oracle, actor, inner, {spec.pk.name: key, name: found.value["rows"]}, row)


# -- filters and orders -------------------------------------------------------------------------------------------


def comparisons(world: World, spec: ResourceSpec) -> Iterator[dict[str, Any]]:
    """Every filterable field with some operators, and values of rows that few see."""
    for name, known in spec.fields.items():
        if known.declared.filter:
            for number, comparison in enumerate(_compared(world, spec, name)):
                yield {"not": {name: comparison}} if number == 1 else {name: comparison}


def _compared(world: World, spec: ResourceSpec, name: str) -> list[dict[str, Any]]:
    """Comparisons of one field: equal, one by order or within a text, one of a list, and null."""
    values = [row.get(name) for row in samples(world, spec, 6)]
    values = [each for each in values if each is not None]
    operators = spec.fields[name].column.kind.operators
    if not values or spec.fields[name].column.kind.name == "json":
        return [{"is_null": True}]
    text = [each for each in values if isinstance(each, str)][:1] if "icontains" in operators else []
    found: list[dict[str, Any]] = [{"eq": values[0]}, {"eq": values[-1]}]
    found += [{"icontains": str(each)[:3].swapcase()} for each in text]
    found += [{operator: values[len(values) // 2]} for operator in ("lte", "gt") if operator in operators]
    found += [{"in": values[:2]}] if "in" in operators else []
    return [*found, {"is_null": False}]


def comparisons_behind(world: World, spec: ResourceSpec) -> Iterator[dict[str, Any]]:
    """Every relation with filters of the other side; of relations to many, each quantifier in turn."""
    for name, relation in spec.relations.items():
        if not relation.declared.filter:
            continue
        some = list(comparisons(world, relation.target))
        few = {next(iter(each)): each for each in some}.values()  # the last of each field, and one negation
        for number, inner in enumerate([*few, *some[:2]]):
            quantifier = ("some", "none", "every")[number % 3]
            yield {name: {quantifier: inner}} if relation.join.many else {name: inner}


async def filtered(world: World, who: Who, spec: ResourceSpec, data: dict[str, Any]) -> str | None:
    """`filter={…}` and `filter: {…}`."""
    return await _page(world, who, Asked(spec=spec, filter=data))


def sorts(world: World, spec: ResourceSpec) -> list[tuple[str, bool]]:
    """Every sortable field, both ways."""
    names = [name for name, each in spec.fields.items() if each.declared.sort]
    return [(name, descending) for name in names for descending in (False, True)]


def sorts_behind(world: World, spec: ResourceSpec) -> list[tuple[str, bool]]:
    """The same behind every relation that leads to one row."""
    ways = [(name, each.target) for name, each in spec.relations.items() if each.sortable]
    return [(f"{name}.{path}", down) for name, target in ways for path, down in sorts(world, target)]


async def ordered(world: World, who: Who, spec: ResourceSpec, key: tuple[str, bool]) -> str | None:
    """`sort=…` and `orderBy: […]`."""
    return await _page(world, who, Asked(spec=spec, order=(key,)))


def searches(world: World, spec: ResourceSpec) -> list[str]:
    """Words of rows that few see; the last one as far as it is typed."""
    found: dict[str, None] = {}
    for row in samples(world, spec, 6) if spec.resource.search else ():
        words = plain_words(" ".join(row[name] or "" for name in spec.resource.search))
        if words:
            found[" ".join([*words[:1], words[-1][:4]])] = None
    return list(found)


async def searched(world: World, who: Who, spec: ResourceSpec, text: str) -> str | None:
    """`q=…` and `search: "…"`."""
    return await _page(world, who, Asked(spec=spec, search=text, size=100))
