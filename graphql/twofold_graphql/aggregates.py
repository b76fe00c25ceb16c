"""From a selection of aggregates to what a Read asks of all its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from twofold.aggregate import GroupKey, GroupOrder, Groups, Measure, Shape, Summary
from twofold.condition import Slot
from twofold.errors import FieldError, Invalid
from twofold.groupings import check_keys, key_named, parse_having, parse_key, parse_measure
from twofold.late import later
from twofold.spec import ResourceSpec
from twofold_graphql.names import Names

if TYPE_CHECKING:
    from twofold_graphql.compile import Scope

__all__ = ["Selecting", "aggregate_key"]

DEFAULT_GROUPS = 50
MAX_GROUPS = 200
MAX_OFFSET = 1_000_000

Members: TypeAlias = "dict[str, int | str | Members]"


def aggregate_key(key: str) -> str:
    """Returns under which name a connection holds what its resolver of `aggregates` or `groupBy` gives as `key`."""
    return f" {key}"


@dataclass(kw_only=True)
class Selecting:
    """Makes a Summary or Groups of the selections below `aggregates` or `groupBy`.

    Values come under their response keys, or, `by_name`, under the service's names, where resolvers look for them.
    """

    spec: ResourceSpec
    names: Names
    scope: Scope
    by_name: bool = False
    by: tuple[GroupKey, ...] = ()
    measures: dict[Measure, int] = field(default_factory=dict)
    members: Members = field(default_factory=dict)

    def summary(self, key: str) -> Summary:
        """Returns what the selections so far ask of all rows, as one object; at least one measure."""
        if not self.measures:
            self._measure("count", None)
        return Summary(key, tuple(self.measures), _frozen(self.members))

    def groups(self, key: str, field: GraphQLField, details: list[FieldDetails], values: list[Any]) -> Groups:
        """Returns the groups that a `groupBy` asks for; the values that they are compared with join `values`.

        Raises:
            Invalid, TooCostly: an argument does not fit, or a key is selected that the groups are not made of.
        """
        arguments = self.scope.arguments(field, details[0])
        self.by = tuple(
            parse_key(self.spec, path, None if what in (None, "VALUE") else what.lower())
            for each in arguments["by"]
            for path, what in self._paths(each)
        )
        check_keys(self.by)
        self.select(get_named_type(field.type), details)
        order = tuple(key for each in arguments.get("orderBy") or [] for key in self._orders(each))
        having = arguments.get("having")
        values.append(later(arguments.get("offset"), lambda each: _whole("offset", each, 0, MAX_OFFSET)))
        offset = Slot("read", len(values) - 1) if values[-1] else None
        return Groups(
            key,
            by=self.by,
            measures=tuple(self.measures),
            shape=_frozen(self.members),
            having=() if having is None else parse_having(self.spec, self.names.all_snake(having), values),
            order=order,
            limit=_whole("first", arguments.get("first"), DEFAULT_GROUPS, MAX_GROUPS),
            offset=offset,
        )

    def select(self, type_: GraphQLNamedType, details: list[FieldDetails]) -> None:
        """Adds the selections below a field of type Aggregates or Group."""
        for key, name, found, below in self._below(type_, details, self.members):
            if name == "count":
                self.members[key] = self._measure("count", None)
            elif name == "key":
                self._keys(below, found, (), self._object(self.members, key))
            else:
                members = self._object(self.members, key)
                for inner, field_name, _, _ in self._below(below, found, members):
                    members[inner] = self._measure(name, field_name)

    def _below(self, type_: GraphQLNamedType, details: list[FieldDetails], members: Members
               ) -> Iterator[tuple[str, str, list[FieldDetails], GraphQLNamedType]]:  # fmt: skip
        """Key, name, details and type of each field selected; the type's own name is written at once."""
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101  # the schema has no abstract types
        for key, found in self.scope.below(type_, details).items():
            name = found[0].node.name.value
            if name == "__typename":
                members[key] = type_.name
                continue
            snake = self.names.snake(name)
            yield snake if self.by_name else key, snake, found, get_named_type(type_.fields[name].type)

    def _keys(self, type_: GraphQLNamedType, details: list[FieldDetails], path: tuple[str, ...], members: Members
              ) -> None:  # fmt: skip
        places = [key.place for key in self.by]
        for key, name, found, below in self._below(type_, details, members):
            place = (*path, name)
            if isinstance(below, GraphQLObjectType):
                self._keys(below, found, place, self._object(members, key))
            elif place in places:
                members[key] = places.index(place)
            else:
                message = f"The groups are not made of {'.'.join(place)}; add it to 'by', or do not select it."
                raise _invalid("by", "not_grouped", message)

    def _object(self, members: Members, key: str) -> Members:
        below = members.setdefault(key, {})
        assert isinstance(below, dict)  # noqa: S101  # a key stands for one field
        return below

    def _measure(self, function: str, name: str | None) -> int:
        measure = parse_measure(self.spec, function, name)
        return len(self.by) + self.measures.setdefault(measure, len(self.measures))

    def _orders(self, given: Mapping[str, Any]) -> Iterator[GroupOrder]:
        for (first, *rest), way in self._paths(given):
            name = ".".join(rest)
            by = key_named(name, self.by) if first == "key" else parse_measure(self.spec, first, name or None)
            yield GroupOrder(by, way == "DESC")

    def _paths(self, given: Mapping[str, Any]) -> list[tuple[list[str], str | None]]:
        """The paths through an input, each with the word at its end: `{category: {name: DESC}}` has one."""
        found: list[tuple[list[str], str | None]] = []
        for name, below in given.items():
            snake = self.names.snake(name)
            if isinstance(below, Mapping):
                found += [([snake, *path], word) for path, word in self._paths(below)]
            else:
                found.append(([snake], below.value if isinstance(below, Enum) else None))
        return found


def _frozen(members: Members) -> Shape:
    return tuple((key, _frozen(each) if isinstance(each, dict) else each) for key, each in members.items())


def _whole(name: str, value: int | None, default: int, high: int) -> int:
    if value is None:
        return default
    if not 0 <= value <= high:
        raise _invalid(name, "out_of_range", f"{name!r} is a whole number from 0 to {high}.")
    return value


def _invalid(name: str, code: str, message: str) -> Invalid:
    return Invalid(message, field_errors=[FieldError(path=(name,), code=code, message=message)])
