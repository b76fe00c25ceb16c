"""What can be done to rows: what every resource has, and the actions that one declares."""

from __future__ import annotations

from dataclasses import dataclass

from twofold.actor import Actor
from twofold.condition import NEVER
from twofold.errors import Forbidden, OutOfScope, Unauthenticated
from twofold.policy import condition_of
from twofold.resource import Action
from twofold.rules import Rule
from twofold.spec import ResourceSpec

__all__ = ["COMMON", "PERMISSIONS", "Verb", "offered", "rules_of"]

PERMISSIONS = {
    "create": ("create", "created"), "replace": ("update", "updated"), "patch": ("update", "updated"),
    "delete": ("delete", "deleted"), "restore": ("delete", "restored"),
}  # fmt: skip
"""Of what every resource may have: the rule and scope that it falls under, and what its event is called."""
COMMON = (*PERMISSIONS, "upsert")
"""What every resource may have; an upsert is a creation or a change."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """Something to be done to a row, with the rule that it falls under."""

    name: str
    rule: Rule
    happened: str
    action: Action | None = None

    @property
    def creates(self) -> bool:
        """Whether there is no row before."""
        return self.name == "create" if self.action is None else self.action.creates

    @property
    def binds_result(self) -> bool:
        """Whether the rule must hold for the row as it was written, or one could give a product to another vendor."""
        return self.creates or self.name in ("replace", "patch")


def rules_of(spec: ResourceSpec, name: str) -> list[Rule]:
    """Returns the rules that something to be done falls under; none where the resource does not offer it."""
    if name in spec.actions:
        return [spec.actions[name].rule]
    is_there = {"upsert": bool(spec.natural_key), "restore": spec.removed_at is not None}.get(name, True)
    names = ("create", "update") if name == "upsert" else (PERMISSIONS[name][0],)
    return [rule for rule in map(spec.rule, names) if rule is not None and is_there]


def offered(spec: ResourceSpec, name: str, actor: Actor) -> Verb:
    """Returns what is to be done, when it can be done to any row at all by the actor.

    Raises:
        Unauthenticated: visitors may not do that at all.
        Forbidden: nobody may, the actor may not, or the scope is missing.
    """
    action = spec.actions.get(name)
    permission, happened = (name, action.happened) if action is not None else PERMISSIONS[name]
    rules = rules_of(spec, name)
    if not rules:
        raise Forbidden(f"Nobody can {name} {spec.nouns} here.")
    [rule] = rules
    scope = f"{spec.plural}:{permission}"
    if not actor.allows(scope):
        raise OutOfScope(scope)
    if condition_of(rule, spec.table, actor, []) == NEVER:
        if actor.is_anonymous:
            raise Unauthenticated(f"Sign in to {permission} {spec.nouns}.")
        raise Forbidden(hint=rule.reason)
    return Verb(name=name, rule=rule, happened=happened, action=action)
