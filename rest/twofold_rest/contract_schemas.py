"""Comparing the JSON schemas of two OpenAPI documents, by which side sends the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twofold.contract import ContractChange

__all__ = ["Schemas", "breaks", "may_break", "nothing"]

WORDS = ("description", "title", "examples", "example", "default")
"""What changes no value."""
SEEN_BELOW = (*WORDS, "type", "enum", "properties", "required", "items", "$ref", "anyOf")


def breaks(what: str) -> ContractChange:
    """Returns a change that breaks programs."""
    return ContractChange(effect="breaks", what=what)


def may_break(what: str) -> ContractChange:
    """Returns a change that may break programs."""
    return ContractChange(effect="may break", what=what)


def nothing(what: str) -> ContractChange:
    """Returns a change that breaks nothing."""
    return ContractChange(effect="nothing", what=what)


class Schemas:
    """The schemas of two documents. Each pair that the documents name is compared once for each side that sends it."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, bool]] = set()

    def changes(self, name: str, was: Any, now: Any, *, sent: bool) -> Iterator[ContractChange]:
        """Yields how `now` differs from `was`; `sent`: by the client, which must not be refused what it may send."""
        if was is None or now is None:
            if was != now:
                yield breaks(f"{name} has {'no content' if now is None else 'content'} now.")
            return
        pair = (was.get("$ref", ""), now.get("$ref", ""), sent)
        if all(pair[:2]):
            if pair in self._seen:
                return
            self._seen.add(pair)
            name = pair[1].rpartition("/")[2]
        before, after = self._found(self._old, was), self._found(self._new, now)
        yield from self._of_value(name, before, after, sent=sent)
        yield from self._of_object(name, before, after, sent=sent)
        if "items" in before and "items" in after:
            yield from self.changes(f"{name}[]", before["items"], after["items"], sent=sent)
        yield from self._of_choices(name, before.get("anyOf", []), after.get("anyOf", []), sent=sent)

    def _found(self, document: Mapping[str, Any], schema: Any) -> Any:
        while "$ref" in schema:
            part: Any = document
            for key in schema["$ref"].removeprefix("#/").split("/"):
                part = part[key]
            schema = part
        return schema

    def _of_value(self, name: str, before: Any, after: Any, *, sent: bool) -> Iterator[ContractChange]:
        was, now = _types(before), _types(after)
        if was != now:
            fits = was <= now if sent else now <= was
            what = f"{name} is {_listed(now)} now, and was {_listed(was)}."
            yield nothing(what) if fits else breaks(what)
        values, new_values = before.get("enum"), after.get("enum")
        for value in [each for each in values or [] if new_values is not None and each not in new_values]:
            yield (breaks if sent else nothing)(f"{name} is never {value!r} any more.")
        for value in [each for each in new_values or [] if values is not None and each not in values]:
            yield (nothing if sent else may_break)(f"{name} may be {value!r} now.")
        if _rest(before) != _rest(after):
            yield may_break(f"{name} has other bounds or another form.")

    def _of_object(self, name: str, before: Any, after: Any, *, sent: bool) -> Iterator[ContractChange]:
        was, now = before.get("properties", {}), after.get("properties", {})
        needed, needed_now = set(before.get("required", [])), set(after.get("required", []))
        for each in was:
            if each not in now:
                yield breaks(f"{name}.{each} was removed.")
                continue
            if sent and each in needed_now - needed:
                yield breaks(f"{name}.{each} must be sent now.")
            if not sent and each in needed - needed_now:
                yield breaks(f"{name}.{each} may be missing now.")
            yield from self.changes(f"{name}.{each}", was[each], now[each], sent=sent)
        for each in now:
            if each not in was and (was or not before):
                must = sent and each in needed_now
                yield breaks(f"{name}.{each} must be sent now.") if must else nothing(f"{name}.{each} was added.")

    def _of_choices(self, name: str, was: list[Any], now: list[Any], *, sent: bool) -> Iterator[ContractChange]:
        if len(was) != len(now):
            yield may_break(f"{name} has other forms than before.")
            return
        for before, after in zip(was, now, strict=True):
            yield from self.changes(name, before, after, sent=sent)


def _types(schema: Any) -> set[str]:
    said = schema.get("type", [])
    return {said} if isinstance(said, str) else set(said)


def _listed(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "anything"


def _rest(schema: Any) -> Any:
    return {key: value for key, value in schema.items() if key not in SEEN_BELOW}
