"""Something between a process and a server, which a test may cut or hold up for that process alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

__all__ = ["Proxy", "proxy"]

CHUNK = 1 << 16


class Proxy:
    """Passes on what it gets, unless it is told otherwise."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._server: asyncio.Server | None = None
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Where the process finds its Redis."""
        assert self._server is not None
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    def cut(self) -> None:
        """Ends all connections, and takes no new ones."""
        self._is_cut = True
        for each in [*self._open]:
            each.transport.abort()

    def hold(self) -> None:
        """Passes nothing on, and keeps it for later."""
        self._passes.clear()

    def heal(self) -> None:
        """Passes everything on again."""
        self._is_cut = False
        self._passes.set()

    def lead_to(self, port: int) -> None:
        """Ends all connections, and leads new ones to another server."""
        self.cut()
        self._to_port = port
        self.heal()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self.cut()
        self._passes.set()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:
            writer.transport.abort()
            return
        self._open.add(back)
        with suppress(OSError, asyncio.CancelledError):  # cancelled when the test's loop ends
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        self._open -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.transport.abort()


@asynccontextmanager
async def proxy(to_port: int) -> AsyncIterator[Proxy]:
    """Gives one that passes on to a port of this machine."""
    between = Proxy(to_port)
    await between.start()
    try:
        yield between
    finally:
        await between.stop()
