"""The story of a read: authorise, plan, cost, SQL, cache, fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twofold.actor import Actor
from twofold.cache.basis import Basis
from twofold.cost import check_cost, cost
from twofold.fetch import Prepared, prepare
from twofold.plan import plan
from twofold.policy import Policy
from twofold.request import Ask, Read
from twofold.sql import select

if TYPE_CHECKING:
    from twofold.engine import Engine

__all__ = ["prepared", "read"]


async def read(engine: Engine, actor: Actor, ask: Ask, basis: Basis | None = None) -> Any:
    """Returns what `ask` asks for, as far as `actor` may see it: an object, a list or null, ready for `to_json`.

    One statement, whatever the depth and the number of rows; none where its rows are kept and good. What the answer
    depends on joins the `basis`.

    Raises:
        Unauthenticated: the resource shows nothing to visitors.
        Forbidden: it asks for a field that the actor may never read, or a scope is missing.
        TooCostly: it asks for more than a request may.
        Unavailable: the database cannot be reached.
    """
    policy = engine.policies.of(actor)
    ready = prepared(engine, policy, ask.read)
    if basis is not None:
        basis.about(ready.caching, ready.statement.policy_slots)
        if ready.is_fleeting:
            basis.refuse()
    rows = await engine.rows.read(ready.statement, ready.caching, ask.values, policy.values, basis)
    return ready.answer(rows, ask.values)


def prepared(engine: Engine, policy: Policy, question: Read) -> Prepared:
    """Returns a Read made ready for actors of a policy, which is done once.

    Raises:
        Unauthenticated, Forbidden, TooCostly: as `read` does; nothing was asked of the database.
    """
    ready = engine.prepared.get((question, policy.shape))
    if ready is None:
        ready = engine.prepared[question, policy.shape] = _prepare(engine, question, policy)
    return ready


def _prepare(engine: Engine, question: Read, policy: Policy) -> Prepared:
    level = plan(question, policy)
    rows = cost(question)
    check_cost(rows, engine.settings.max_cost)
    statement = select(level, engine.dialect)
    return prepare(level, rows, statement, engine.dialect.name, engine.caching_of(statement))
