"""Rules: which rows an actor may touch, and why. The reason is written for people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tortoise.expressions import Q

from twofold.actor import Actor

__all__ = ["EVERYONE", "NOBODY", "Rows", "Rule", "rule"]

Rows: TypeAlias = Q | bool
"""The rows that a rule admits: those that meet a Q, or all, or none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """Which rows an actor may touch: a pure function of the actor, and the reason in words."""

    reason: str
    rows: Callable[[Actor], Rows]


def rule(reason: str) -> Callable[[Callable[[Actor], Rows]], Rule]:
    """Returns a decorator that makes a Rule of a function from an actor to rows."""
    return lambda rows: Rule(reason=reason, rows=rows)


EVERYONE = Rule(reason="Everyone.", rows=lambda _: True)
NOBODY = Rule(reason="Nobody.", rows=lambda _: False)
