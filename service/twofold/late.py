"""Values that come later: a question that is kept has, in the place of a value, where each request brings its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Late", "later", "settled"]


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Late:
    """A place in what a request brings, and what makes a value of what is there."""

    path: tuple[str | int, ...]
    convert: Callable[[Any], Any] = _as_it_is

    def value(self, given: Mapping[str, Any]) -> Any:
        """Returns the value of a request."""
        found: Any = given
        for step in self.path:
            found = found[step]
        return self.convert(found)


def later(value: Any, convert: Callable[[Any], Any]) -> Any:
    """Returns the value converted; or, when it comes later, that it will be."""
    return Late(value.path, convert) if isinstance(value, Late) else convert(value)


def settled(values: Sequence[Any], given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Returns the values of a request.

    Raises:
        Invalid, NotFound: one of them does not fit, as its `convert` says.
    """
    return tuple(value.value(given) if isinstance(value, Late) else value for value in values)
