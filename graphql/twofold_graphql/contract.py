"""The GraphQL schema as a contract: its text, and what breaks when it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    print_schema,
)
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from twofold.contract import ContractChange, Question

__all__ = ["GraphQLContract"]

GraphQLFields = (GraphQLObjectType, GraphQLInterfaceType)


class GraphQLContract:
    """What GraphQL clients rely on."""

    def __init__(self, schema: GraphQLSchema, path: str) -> None:
        self.schema = schema
        self.path = path

    @property
    def question(self) -> Question:
        """Introspection."""
        query = get_introspection_query(descriptions=False, input_value_deprecation=True)
        return Question(method="POST", path=self.path, body={"query": query})

    def document(self) -> str:
        """Returns the schema in the schema definition language."""
        return print_schema(self.schema)

    def changes(self, old: Any, new: Any) -> Sequence[ContractChange]:
        """Returns the changes between two answers to introspection, worst first.

        Raises:
            KeyError, TypeError: one of them is none.
        """
        before, after = (build_client_schema(answer["data"]) for answer in (old, new))
        found = [ContractChange(effect="breaks", what=each.description)
                 for each in find_breaking_changes(before, after)]  # fmt: skip
        found += [ContractChange(effect="may break", what=each.description)
                  for each in find_dangerous_changes(before, after)]  # fmt: skip
        return found + [ContractChange(effect="nothing", what=what) for what in _added(before, after)]


def _added(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[str]:
    """New types and fields; what is new in inputs, arguments and enums is among the others already."""
    for name, type_ in after.type_map.items():
        known = before.type_map.get(name)
        if known is None:
            yield f"{name} was added."
        elif isinstance(type_, GraphQLFields) and isinstance(known, GraphQLFields):
            yield from (f"{name}.{field} was added." for field in type_.fields if field not in known.fields)
