"""Connections through a pooler in transaction mode, which may give each transaction another session of the server.

asyncpg sends the text of a statement and its values so that a pooler takes both to one session, if it keeps no
statement for later. What a session would be told once is what needs more: unless the role has it (ALTER ROLE … SET),
each transaction is told for itself (SET LOCAL), together with its BEGIN, and each statement is in a transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import asyncpg

__all__ = ["TransactionModeConnection", "connected"]


class TransactionModeConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """An asyncpg connection whose every transaction begins with `settings`, and whose every statement is in one.

    But `execute` without parameters is as it is: what cannot be in a transaction (CREATE INDEX CONCURRENTLY) needs it.
    """

    settings = ""

    async def execute(self, query: str, *args: Any, **options: Any) -> Any:
        """Runs a statement, or without parameters any number of them."""
        if args:
            return await self._whole(super().execute, query, *args, **options)
        return await super().execute(self._begun(query), **options)

    async def executemany(self, command: str, args: Any, **options: Any) -> Any:
        """Runs a statement for each of several parameters."""
        return await self._whole(super().executemany, command, args, **options)

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        """Returns the rows of a statement."""
        return await self._whole(super().fetch, query, *args, **options)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        """Returns the first row of a statement, or None."""
        return await self._whole(super().fetchrow, query, *args, **options)

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        """Returns a value of the first row of a statement, or None."""
        return await self._whole(super().fetchval, query, *args, **options)

    def _begun(self, query: str) -> str:
        """What asyncpg's own transactions begin with, and the settings; any other statement as it is."""
        is_begin = self.settings and query.startswith("BEGIN") and query.endswith(";")
        return f"{query} {self.settings}" if is_begin else query

    async def _whole(self, run: Callable[..., Awaitable[Any]], *given: Any, **options: Any) -> Any:
        """Runs a statement in the transaction that there is, or else in one of its own.

        A task that is cancelled leaves its transaction open; the pool does not take such a connection back.
        """
        if not self.settings or self.is_in_transaction():
            return await run(*given, **options)
        await super().execute(f"BEGIN; {self.settings}")
        try:
            answer = await run(*given, **options)
        except Exception:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # the first error says more
                await super().execute("ROLLBACK")
            raise
        await super().execute("COMMIT")
        return answer


async def connected(given: Mapping[str, Any], settings: Mapping[str, str]) -> TransactionModeConnection:
    """Returns a connection made with asyncpg's arguments; `settings` are PostgreSQL's, as `pg_settings` has them.

    A search path that the arguments ask for is one of them: poolers refuse to set it at the start.
    """
    asked = dict(given["server_settings"])
    wanted = {name: asked.pop(name) for name in ("search_path",) if name in asked} | dict(settings)
    own = {"server_settings": asked, "statement_cache_size": 0, "connection_class": TransactionModeConnection}
    arguments: dict[str, Any] = {**given, **own}
    connection: Any = await asyncpg.connect(**arguments)
    try:
        rows = await connection.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", list(wanted))
    except BaseException:
        connection.terminate()
        raise
    if dict(map(tuple, rows)) != wanted:
        connection.settings = " ".join(f"SET LOCAL {name} = {value};" for name, value in wanted.items())
    # asyncpg would turn compiling off for the session while it looks up types that it does not know.
    connection._server_caps = connection._server_caps._replace(jit=False)
    made: TransactionModeConnection = connection
    return made
