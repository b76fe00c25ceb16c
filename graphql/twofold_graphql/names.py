"""camelCase on the wire, snake_case in the service: both ways, and exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from twofold.errors import WrongDeclaration
from twofold.spec import ResourceSpec

__all__ = ["Names", "camel"]

OPERATORS = ("is_null", "not_in", "starts_with", "ends_with", "istarts_with", "iends_with", "count_distinct")


def camel(name: str) -> str:
    """Returns a name in camelCase."""
    return re.sub(r"_+([a-z0-9])", lambda match: match[1].upper(), name)


class Names:
    """The names of all resources in both spellings.

    Raises:
        WrongDeclaration: two names of the service would be the same word in GraphQL.
    """

    def __init__(self, specs: Iterable[ResourceSpec]) -> None:
        self._snake: dict[str, str] = {}
        for operator in OPERATORS:
            self._add(operator, "the operators")
        for spec in specs:
            keys = [each.key for each in spec.relations.values()]
            for name in (*spec.fields, *spec.computed, *spec.relations, *keys):
                self._add(name, type(spec.resource).__name__)

    def _add(self, name: str, place: str) -> None:
        other = self._snake.setdefault(camel(name), name)
        if other != name:
            raise WrongDeclaration(f"{place}.{name}: GraphQL would call it {camel(name)}, which is also {other}'s name")

    def snake(self, name: str) -> str:
        """Returns the service's spelling of a GraphQL name."""
        return self._snake.get(name, name)

    def all_snake(self, data: Any) -> Any:
        """Returns a filter with every key in the service's spelling."""
        if isinstance(data, Mapping):
            return {self.snake(key): self.all_snake(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self.all_snake(item) for item in data]
        return data
