"""Faults of reading, each in one face or one entry path: what the matrix must catch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import pytest

from support.matrix.faults import Fault, Plant
from twofold import aggregate_plan, plan, policy
from twofold.actor import ANONYMOUS, Actor
from twofold.aggregate import Measure
from twofold.aggregate_plan import AggregatePlan, KeyPlan
from twofold.cache.basis import Basis
from twofold.condition import ALWAYS, Compare, Condition, Related, all_of
from twofold.engine import Engine
from twofold.errors import Forbidden, Invalid, NotFound, Unauthenticated
from twofold.expression import overs
from twofold.fetch import plain
from twofold.plan import Level, Shown
from twofold.policy import Policy
from twofold.request import Ask, Leaf, Read
from twofold.spec import ResourceSpec
from twofold.sql.select import _Writer
from twofold_graphql import aggregates as graphql_aggregates
from twofold_graphql import compile as compiling
from twofold_graphql import face, resolvers
from twofold_graphql.asking import Fetched, First, Placed
from twofold_graphql.execute import Executing, Request
from twofold_graphql.names import Names, camel
from twofold_rest import aggregates as rest_aggregates
from twofold_rest import query, respond, routes, selection, shortcut

__all__ = ["READ_FAULTS"]

Changes = Callable[[Level, Read, Policy, int], Level]


# -- who asks -----------------------------------------------------------------------------------------------------


class _AskedAs:
    """An engine that is asked on somebody else's behalf, for some questions."""

    def __init__(self, engine: Engine, actor: Actor, when: Callable[[Ask], bool]) -> None:
        self._engine = engine
        self._actor = actor
        self._when = when

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def read(self, actor: Actor, ask: Ask, basis: Basis | None = None) -> Any:
        return await self._engine.read(self._actor if self._when(ask) else actor, ask, basis)


def rest_as_another(handlers: type, name: str, when: Callable[[Ask], bool] = lambda _: True) -> Plant:
    """An endpoint of REST asks as somebody who sees more."""

    def plant(patch: pytest.MonkeyPatch, widest: Actor) -> None:
        endpoint = getattr(handlers, name)

        async def asked(self: Any, request: Any) -> Any:
            other = copy(self)
            other.engine = _AskedAs(self.engine, widest, when)
            return await endpoint(other, request)

        patch.setattr(handlers, name, asked)

    return plant


def graphql_as_another(when: Callable[[Any], bool]) -> Plant:
    """GraphQL asks some questions as somebody who sees more."""

    def plant(patch: pytest.MonkeyPatch, widest: Actor) -> None:
        value = Executing._value

        async def asked(self: Executing, request: Request, question: Fetched, given: Mapping[str, Any]) -> Any:
            return await value(self, replace(request, actor=widest) if when(question) else request, question, given)

        patch.setattr(Executing, "_value", asked)

    return plant


def resolvers_as_another(patch: pytest.MonkeyPatch, widest: Actor) -> None:
    """Where GraphQL answers field by field, it asks as somebody who sees more."""
    read = resolvers.Context.read
    patch.setattr(resolvers.Context, "read", lambda self, ask: read(replace(self, actor=widest), ask))


def credential(module: Any, *, good: bool = False, scoped: bool = True) -> Plant:
    """A face takes credentials that are not good any more, or forgets the scopes of those that are."""

    def plant(patch: pytest.MonkeyPatch, widest: Actor) -> None:
        authenticate = module.authenticate

        async def lenient(identity: Any, scope: Any) -> Actor:
            try:
                actor = await authenticate(identity, scope)
            except Unauthenticated:
                if not good:
                    raise
                return ANONYMOUS
            return actor if scoped else replace(actor, scopes=None)

        patch.setattr(module, "authenticate", lenient)

    return plant


def _is_list(question: Any) -> bool:
    return isinstance(question, Ask) and not question.read.one


def _is_item(question: Any) -> bool:
    return isinstance(question, Ask) and question.read.one


def _turns_pages(ask: Ask) -> bool:
    return ask.read.keyset is not None


# -- plans --------------------------------------------------------------------------------------------------------


def level(change: Changes) -> Plant:
    """Some levels of a plan are made otherwise."""

    def plant(patch: pytest.MonkeyPatch, widest: Actor) -> None:
        make = plan._level
        patch.setattr(
            plan, "_level", lambda read, policy, depth: change(make(read, policy, depth), read, policy, depth)
        )

    return plant


def _unruled(made: Level, read: Read, asker: Policy) -> Level:
    """A level without the row rule of its resource."""
    return replace(made, condition=all_of([plan.authorised(read.filter, asker), plan._found(read)]))


def rule_skipped(when: Callable[[Read, int], bool]) -> Plant:
    """Levels of some sort show rows whoever may see them."""
    return level(lambda made, read, asker, depth: _unruled(made, read, asker) if when(read, depth) else made)


def _sorted_unguarded(made: Level, *_: Any) -> Level:
    return replace(made, order=tuple(replace(key, guard=None) for key in made.order))


def _sorted_past_rules(made: Level, *_: Any) -> Level:
    keys = [replace(key, path=tuple(replace(hop, scope=ALWAYS) for hop in key.path)) for key in made.order]
    return replace(made, order=tuple(keys))


def _shown_unguarded(made: Level, _read: Read, _asker: Policy, depth: int) -> Level:
    if depth == 1:
        return made
    return replace(made, shown=tuple(replace(each, guard=None) if _is_guarded(each) else each for each in made.shown))


def _is_guarded(shown: Any) -> bool:
    return isinstance(shown, Shown) and shown.guard is not None


def leaf_unguarded(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Fields are shown on rows where their read rule does not hold."""
    leaf = plan._leaf
    patch.setattr(plan, "_leaf", lambda each, asker: replace(leaf(each, asker), guard=None))


def filter_unguarded(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """A filter compares hidden values, and by fields that may never be read."""
    authorised = plan.authorised

    def compared(condition: Condition, asker: Policy) -> Condition:
        return condition if isinstance(condition, Compare) else authorised(condition, asker)

    patch.setattr(plan, "authorised", compared)


def filter_past_rules(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """A filter through a relation looks at hidden rows behind it."""
    authorised = plan.authorised

    def compared(condition: Condition, asker: Policy) -> Condition:
        found = authorised(condition, asker)
        return replace(found, scope=ALWAYS) if isinstance(found, Related) else found

    patch.setattr(plan, "authorised", compared)


def derived_past_rules(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """What is counted over a relation counts hidden rows."""

    def seen(column: Any, asker: Policy) -> Any:
        if not isinstance(column, plan.Derived):
            return column
        return column.seen({over: replace(over, scope=ALWAYS) for over in overs(column.value)})

    patch.setattr(plan, "seen", seen)


def derived_unguarded(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """What is made of a hidden column is shown."""
    patch.setattr(policy, "_guard_of_derived", lambda *_: ALWAYS)


def scopes_forgotten(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Rows behind a relation are shown without the scope for them; the resource itself is not."""
    visible = Policy.visible

    def lenient(self: Policy, table: Any) -> Condition:
        try:
            return visible(self, table)
        except Forbidden:
            return self.rows[table]

    make = plan._level

    def made(read: Read, asker: Policy, depth: int) -> Level:
        asker.visible(read.resource.table) if depth == 1 else None
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Policy, "visible", lenient)
            return make(read, asker, depth)

    patch.setattr(plan, "_level", made)


def visitors_see_nothing(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Visitors find an empty list where they should sign in."""
    patch.setattr(Policy, "require_some", lambda *_: None)


# -- totals, aggregates, groups -----------------------------------------------------------------------------------


def total_past_rules(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """The total counts hidden rows."""
    counted = _Writer._counted_source

    def everything(self: Any, each: Level, join: Any = None) -> str:
        return counted(self, replace(each, condition=ALWAYS), join)

    patch.setattr(_Writer, "_counted_source", everything)


def aggregate_past_rules(*, groups: bool) -> Plant:
    """Aggregates over all rows, or groups of them, take hidden rows in."""

    def plant(patch: pytest.MonkeyPatch, _: Actor) -> None:
        aggregate = _Writer.aggregate

        def everything(self: Any, asked: AggregatePlan, table: Any, condition: Condition, join: Any) -> str:
            is_it = bool(asked.by) == groups
            return aggregate(self, asked, table, ALWAYS if is_it else condition, join)

        patch.setattr(_Writer, "aggregate", everything)

    return plant


def keys_changed(change: Callable[[KeyPlan], KeyPlan]) -> Plant:
    """Keys of groups are made otherwise."""

    def plant(patch: pytest.MonkeyPatch, _: Actor) -> None:
        key = aggregate_plan._key
        patch.setattr(aggregate_plan, "_key", lambda *given: change(key(*given)))

    return plant


def _past_rules(key: KeyPlan) -> KeyPlan:
    return replace(key, path=tuple(replace(hop, scope=ALWAYS) for hop in key.path))


def measures_unguarded(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Aggregates look at hidden values."""
    made = aggregate_plan._plan

    def unguarded(*given: Any) -> AggregatePlan:
        found = made(*given)
        return replace(found, fields={column: (seen, None) for column, (seen, _) in found.fields.items()})

    patch.setattr(aggregate_plan, "_plan", unguarded)


def _other_measure(module: Any) -> Plant:
    def plant(patch: pytest.MonkeyPatch, _: Actor) -> None:
        parse = module.parse_measure

        def parsed(*given: Any) -> Measure:
            found = parse(*given)
            return replace(found, function="max") if found.function == "min" else found

        patch.setattr(module, "parse_measure", parsed)

    return plant


# -- translation --------------------------------------------------------------------------------------------------


def replaced(module: Any, name: str, make: Callable[[Any], Any]) -> Plant:
    """What a module calls by a name is another thing, made from it."""
    return lambda patch, _: patch.setattr(module, name, make(getattr(module, name)))


def forbidden_is_missing(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """REST says of an object that it is not there when the actor may not ask so."""
    get = routes._Handlers.get

    async def got(self: Any, request: Any) -> Any:
        try:
            return await get(self, request)
        except Forbidden:
            raise NotFound from None

    patch.setattr(routes._Handlers, "get", got)


def missing_is_refused(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """GraphQL says that an object is forbidden when it is hidden or not there."""
    first = Executing._first

    async def found(self: Executing, request: Request, asks: Sequence[Ask], given: Mapping[str, Any]) -> Any:
        value = await first(self, request, asks, given)
        if value is None and asks[0].read.one:
            raise Forbidden
        return value

    patch.setattr(Executing, "_first", found)


def values_in_camels(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """GraphQL writes values in camelCase as it does names."""
    value = Executing._value

    async def answered(self: Any, *given: Any) -> Any:
        found = await value(self, *given)
        return _in_camels(plain(found))

    patch.setattr(Executing, "_value", answered)


def _in_camels(value: Any) -> Any:
    match value:
        case str():
            return camel(value)
        case Mapping():
            return {name: _in_camels(each) for name, each in value.items()}
        case list():
            return [_in_camels(each) for each in value]
        case _:
            return value


def names_confused(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """GraphQL reads one camelCased name as another field's."""
    snake = Names.snake
    wrong = {"changedAt": "added_at", "updatedAt": "created_at"}

    def confused(self: Names, name: str) -> str:
        return snake(self, wrong.get(name, name))

    patch.setattr(Names, "snake", confused)


def _never_named(leaf: type[Leaf]) -> Callable[..., Leaf]:
    return lambda key, field, **_: leaf(key, field, named=False)


def _without_filter(_: Any) -> Callable[..., Condition]:
    return lambda *_given: ALWAYS


def _first_alternative(parse: Any) -> Callable[..., Condition]:
    """Filters whose `not` is lost."""

    def parsed(spec: ResourceSpec, data: Any, values: list[Any]) -> Condition:
        while isinstance(data, Mapping) and set(data) == {"not"}:
            data = data["not"]
        return parse(spec, data, values)

    return parsed


def _ascending(parse: Any) -> Callable[..., Any]:
    return lambda *given: [(name, False) for name, _ in parse(*given)]


def _without_path(parse: Any) -> Callable[..., Any]:
    """Sort keys behind relations are dropped."""
    return lambda spec, keys, *more: parse(spec, [key for key in keys if "." not in key[0]], *more)


def _one_more(window: Any) -> Callable[..., Any]:
    def wider(arguments: Any) -> Any:
        size, *rest = window(arguments)
        return (size + 1, *rest)

    return wider


def _without_search(_: Any) -> Callable[..., None]:
    return lambda *_given: None


def _dropping_words(parse: Any) -> Callable[..., None]:
    def parsed(_spec: Any, parameters: dict[str, str], _values: Any) -> None:
        parameters.pop("q", None)

    return parsed


def _as_invalid(respond: Any) -> Callable[..., Any]:
    return lambda request, error: respond(request, Invalid() if isinstance(error, Forbidden) else error)


READ_FAULTS = (
    # REST
    Fault("REST's lists ask as somebody who sees more", rest_as_another(routes._Handlers, "list")),
    Fault("REST's objects are asked for as somebody who sees more", rest_as_another(routes._Handlers, "get")),
    Fault("REST's sub-resources ask as somebody who sees more", rest_as_another(routes._Behind, "list")),
    Fault("REST's aggregates ask as somebody who sees more", rest_as_another(routes._Handlers, "aggregate")),
    Fault("REST's next pages by cursor skip the rules", rest_as_another(routes._Handlers, "list", _turns_pages),
          near=("cursor",)),
    Fault("REST takes an expired token for a visitor", credential(respond, good=True)),
    Fault("REST forgets the scopes of a key", credential(respond, scoped=False)),
    Fault("REST says not found where it is forbidden", forbidden_is_missing, near=("item",)),
    Fault("REST answers null for a field that may never be read", replaced(selection, "Leaf", _never_named),
          near=("field",)),
    Fault("REST forgets a filter", replaced(query, "parse_filter", _without_filter)),
    Fault("REST forgets the not of a filter", replaced(query, "parse_filter", _first_alternative)),
    Fault("REST sorts upwards only", replaced(query, "parse_sort", _ascending)),
    Fault("REST forgets sort keys behind relations", replaced(query, "parse_order", _without_path)),
    Fault("REST forgets the words of a search", replaced(query, "parse_words", _dropping_words)),
    Fault("REST takes one aggregate for another", _other_measure(rest_aggregates)),
    Fault("REST answers with another code", replaced(shortcut, "service_error", _as_invalid)),
    # GraphQL
    Fault("GraphQL's lists ask as somebody who sees more", graphql_as_another(_is_list)),
    Fault("GraphQL's objects are asked for as somebody who sees more", graphql_as_another(_is_item)),
    Fault("node(id) skips the rules", graphql_as_another(lambda each: isinstance(each, First)), near=("node",)),
    Fault("nodes(ids) skips the rules", graphql_as_another(lambda each: isinstance(each, Placed)), near=("nodes",)),
    Fault("GraphQL's resolvers ask as somebody who sees more", resolvers_as_another),
    Fault("GraphQL takes an expired token for a visitor", credential(face, good=True)),
    Fault("GraphQL forgets the scopes of a key", credential(face, scoped=False)),
    Fault("GraphQL refuses an object that is hidden", missing_is_refused),
    Fault("GraphQL writes values in camelCase", values_in_camels),
    Fault("GraphQL reads one name as another's", names_confused),
    Fault("GraphQL forgets a filter", replaced(compiling, "parse_filter", _without_filter)),
    Fault("GraphQL forgets sort keys behind relations", replaced(compiling, "parse_order", _without_path)),
    Fault("GraphQL's windows are one row too wide", replaced(compiling, "_window", _one_more)),
    Fault("GraphQL forgets the words of a search", replaced(compiling, "parse_search", _without_search)),
    Fault("GraphQL takes one aggregate for another", _other_measure(graphql_aggregates)),
    # one entry path, on both faces
    Fault("lists skip the row rule", rule_skipped(lambda read, depth: depth == 1 and not read.one)),
    Fault("objects by their id skip the row rule", rule_skipped(lambda read, depth: depth == 1 and read.one)),
    Fault("nested lists skip the row rule", rule_skipped(lambda read, depth: depth > 1 and not read.one)),
    Fault("nested objects skip the row rule", rule_skipped(lambda read, depth: depth > 1 and read.one)),
    Fault("pages by cursor skip the row rule", rule_skipped(lambda read, _: read.keyset is not None), near=("cursor",)),
    Fault("searches skip the row rule", rule_skipped(lambda read, _: read.search is not None), near=("search",)),
    Fault("fields are shown against their rule", leaf_unguarded),
    Fault("nested fields are shown against their rule", level(_shown_unguarded), near=("nested",)),
    Fault("filters compare hidden values", filter_unguarded),
    Fault("filters look at hidden rows behind relations", filter_past_rules),
    Fault("orders tell hidden values", level(_sorted_unguarded), near=("sort",)),
    Fault("orders tell of hidden rows behind relations", level(_sorted_past_rules), near=("sort through",)),
    Fault("fields that are worked out count hidden rows", derived_past_rules, near=("field",)),
    Fault("fields that are worked out show hidden columns", derived_unguarded, near=("field",)),
    Fault("the scope of what is nested does not matter", scopes_forgotten, near=("nested",)),
    Fault("visitors are not asked to sign in", visitors_see_nothing),
    Fault("totals count hidden rows", total_past_rules),
    Fault("aggregates count hidden rows", aggregate_past_rules(groups=False), near=("aggregate",)),
    Fault("groups count hidden rows", aggregate_past_rules(groups=True), near=("group",)),
    Fault("aggregates add up hidden values", measures_unguarded, near=("aggregate",)),
    Fault("group keys show hidden values", keys_changed(lambda key: replace(key, guard=None)), near=("group",)),
    Fault("group keys show hidden rows behind relations", keys_changed(_past_rules), near=("group through",)),
)  # fmt: skip
