"""Who gains access to what, and who loses it, between two revisions: by the rules as they stand for sample actors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from twofold.contract import ContractChange
from twofold.migrate.review.codes import Code
from twofold.migrate.review.finding import Finding, Severity

__all__ = ["access_changes", "scope_changes", "text_of"]

Condition: TypeAlias = Any
"""What the dump says of rows: "all", "none", or lists."""
Way: TypeAlias = Literal["gains", "loses", "differs"]

SIGNED_IN = "people who sign in"
CODES: Mapping[Way, Code] = {"gains": "access-gained", "loses": "access-lost", "differs": "access-differs"}
FIX = "Make sure that this is meant; if so, nothing has to be done."


@dataclass(frozen=True)
class _Change:
    """A change of what some actors may do."""

    place: str
    what: str
    """`read products.cost_price`."""
    way: Way
    old: Condition
    new: Condition
    reason: str
    severity: Severity


def access_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    """Yields what each kind of actor may do in the dump `new` that they might not in `old`, and the reverse."""
    actors = list(dict.fromkeys([*new["actors"], *old["actors"]]))
    grouped: dict[tuple[Any, ...], tuple[_Change, list[str]]] = {}
    for actor in actors:
        for change in _Comparison(old["resources"], new["resources"], actor).changes():
            key = (change.place, change.what, change.way, str(change.old), str(change.new))
            grouped.setdefault(key, (change, []))[1].append(actor)
    for change, who in grouped.values():
        yield _finding(change, who, actors)


def scope_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ContractChange]:
    """Yields the scopes that applications can be given now, or not any more: one for each verb of a resource."""
    was, now = (
        {f"{name}:{verb}" for name, resource in told["resources"].items() for verb in resource["verbs"]}
        for told in (old, new)
    )
    yield from (ContractChange(effect="breaks", what=f"The scope {scope} was removed.") for scope in sorted(was - now))
    yield from (ContractChange(effect="nothing", what=f"The scope {scope} was added.") for scope in sorted(now - was))


def _finding(change: _Change, who: list[str], actors: list[str]) -> Finding:
    named = "everyone" if len(who) == len(actors) else ", ".join(_called(actor) for actor in who)
    named = "nobody" if named == "everyone" and change.new == "none" else named
    words = f" The rule says: {change.reason}" if change.reason else ""
    if change.way == "loses":
        no = "" if named == "nobody" else "not "
        more = "any more" if change.new == "none" else "as much as before"
        what = f"{named} may {no}{change.what} {more}"
    else:
        what = f"{named} may now {change.what}"
    rows = f": {text_of(change.new)}, where it was {text_of(change.old)}."
    severity = Severity.minor if change.way == "loses" else change.severity
    reason = f"{what[0].upper()}{what[1:]}{rows}{words}"
    return Finding(severity=severity, code=CODES[change.way], file=change.place, reason=reason, fix=FIX)


def _called(actor: str) -> str:
    return actor if actor in ("visitors", SIGNED_IN) else f"those with the role {actor}"


class _Comparison:
    """Two dumps as one actor sees them."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], actor: str) -> None:
        self.old = old
        self.new = new
        self.actor = actor

    def changes(self) -> Iterator[_Change]:
        """Yields what the actor may do more or less."""
        for name, resource in self.new.items():
            if name not in self.old:
                yield from self._new_resource(name, resource)
                continue
            before = self.old[name]
            for verb in dict.fromkeys([*resource["verbs"], *before["verbs"]]):
                was, now = before["verbs"].get(verb), resource["verbs"].get(verb)
                yield from self._change(name, f"{verb} {name}", was, now)
            for field in dict.fromkeys([*resource["fields"], *before["fields"]]):
                yield from self._field(name, field, before, resource)

    def _new_resource(self, name: str, resource: Any) -> Iterator[_Change]:
        for verb, rule in resource["verbs"].items():
            yield from self._change(name, f"{verb} {name} (a new resource)", None, rule, Severity.minor)

    def _field(self, name: str, field: str, before: Any, after: Any) -> Iterator[_Change]:
        """A field counts where the actor may do the same with rows at all; that is told of rows, not of each field."""
        was, now = before["fields"].get(field, {}), after["fields"].get(field, {})
        is_new = field not in before["fields"] and field not in before["columns"]
        for verb, permission in (("read", "read"), ("write", "update"), ("create", "create")):
            if self._rows(before["verbs"].get(permission)) == "none" == self._rows(after["verbs"].get(permission)):
                continue
            what = f"{'set' if verb == 'create' else verb} {name}.{field}" + (
                " on new rows" if verb == "create" else ""
            )
            yield from self._change(f"{name}.{field}", what, was.get(verb), now.get(verb),
                                    Severity.minor if is_new else Severity.major)  # fmt: skip

    def _change(
        self, place: str, what: str, was: Any, now: Any, severity: Severity = Severity.major
    ) -> Iterator[_Change]:
        old, new = self._rows(was), self._rows(now)
        way = _way(old, new)
        if way is not None:
            reason = now["reason"] if now is not None else ""
            yield _Change(place.partition(" ")[0], what, way, old, new, reason, severity)

    def _rows(self, rule: Any) -> Condition:
        """A role that one side does not know is anybody's there."""
        if rule is None:
            return "none"
        return rule["rows"].get(self.actor, rule["rows"][SIGNED_IN])


def _way(old: Condition, new: Condition) -> Way | None:
    """Returns whether `new` has more rows than `old`, fewer, or others as far as one can tell without the rows."""
    if old == new:
        return None
    if old == "none" or new == "all":
        return "gains"
    if new == "none" or old == "all":
        return "loses"
    if _parts(old, "or") < _parts(new, "or") or _parts(old, "and") > _parts(new, "and"):
        return "gains"
    if _parts(old, "or") > _parts(new, "or") or _parts(old, "and") < _parts(new, "and"):
        return "loses"
    return "differs"


def _parts(condition: Condition, word: str) -> set[str]:
    return {str(each) for each in (condition[1:] if condition[0] == word else [condition])}


def text_of(condition: Condition) -> str:
    """Returns a condition as people read it: `status = 'published' or owner_id = the actor`."""
    if isinstance(condition, str):
        return {"all": "every row", "none": "nothing"}[condition]
    word, *parts = condition
    if word == "is":
        return str(parts[0])
    if word == "not":
        return f"not ({text_of(parts[0])})"
    return f" {word} ".join(f"({text_of(each)})" if each[0] in ("or", "and") else text_of(each) for each in parts)
