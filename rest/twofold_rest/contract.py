"""The OpenAPI document as a contract: its text, and what breaks when it changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from twofold.contract import ContractChange, Question
from twofold_rest.contract_schemas import Schemas, breaks, may_break, nothing

__all__ = ["RestContract"]

METHODS = ("get", "post", "put", "patch", "delete")


class RestContract:
    """What REST clients rely on."""

    def __init__(self, openapi: Callable[[], Mapping[str, Any]], path: str) -> None:
        self.openapi = openapi
        self.path = path

    @property
    def question(self) -> Question:
        """The document at its usual place."""
        return Question(method="GET", path=self.path)

    def document(self) -> str:
        """Returns the OpenAPI document as JSON."""
        return json.dumps(self.openapi(), indent=2, ensure_ascii=False)

    def changes(self, old: Any, new: Any) -> Sequence[ContractChange]:
        """Returns the changes between two OpenAPI documents, worst first: operations, parameters, bodies, answers.

        Raises:
            KeyError, TypeError: one of them is none.
        """
        order = ("breaks", "may break", "nothing")
        found = dict.fromkeys(_Comparison(old, new).changes())
        return sorted(found, key=lambda each: order.index(each.effect))


class _Comparison:
    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old = old
        self.new = new
        self.schemas = Schemas(old, new)

    def changes(self) -> Iterator[ContractChange]:
        before, after = (dict(_operations(document)) for document in (self.old, self.new))
        yield from (breaks(f"{name} was removed.") for name in before if name not in after)
        yield from (nothing(f"{name} was added.") for name in after if name not in before)
        for name in before:
            if name in after:
                yield from _parameters(name, before[name], after[name])
                yield from self._body(name, before[name], after[name])
                yield from self._answers(name, before[name], after[name])

    def _body(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ContractChange]:
        was, now = before.get("requestBody"), after.get("requestBody")
        if was is None and now is not None and now.get("required"):
            yield breaks(f"{name} needs a body.")
        if was is not None and now is not None:
            yield from self.schemas.changes(f"{name} body", _content(was), _content(now), sent=True)

    def _answers(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ContractChange]:
        was, now = before["responses"], after["responses"]
        for status in was:
            if status not in now:
                yield (breaks if status[0] == "2" else nothing)(f"{name} does not answer {status} any more.")
            elif status[0] == "2":
                yield from self.schemas.changes(f"{name} {status}", _content(was[status]), _content(now[status]),
                                                sent=False)  # fmt: skip
        yield from (may_break(f"{name} may answer {status}.") for status in now if status not in was)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                shared = methods.get("parameters", [])
                operation = methods[method]
                yield (
                    f"{method.upper()} {path}",
                    {**operation, "parameters": [*shared, *operation.get("parameters", [])]},
                )


def _parameters(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ContractChange]:
    was, now = ({each.get("name", each.get("$ref")): each for each in side["parameters"]} for side in (before, after))
    yield from (breaks(f"{name} takes no parameter {each} any more.") for each in was if each not in now)
    for each, parameter in now.items():
        required = parameter.get("required", False)
        if each not in was:
            yield (breaks if required else nothing)(f"{name} takes a parameter {each}.")
        elif required and not was[each].get("required", False):
            yield breaks(f"{name} needs the parameter {each}.")
        elif was[each].get("schema") != parameter.get("schema"):
            yield may_break(f"{name} takes another kind of value for {each}.")


def _content(said: Mapping[str, Any]) -> Any:
    return said.get("content", {}).get("application/json", {}).get("schema")
