"""What the processes of one machine share, in memory that all of them map."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from twofold.shared.layout import SIZE, WRITTEN
from twofold.shared.mapped_versions import MappedVersions
from twofold.shared.memory import SharedMemory
from twofold.shared.versions import Versions

__all__ = ["MappedFile"]

KNOWN = 1 << 63
"""Set in what was written once the primary was asked; before, others say what they wrote, and nobody relies on it."""
ASKING = 1


class MappedFile:
    """What `Shared` says, in a file."""

    spans_machines = False

    def __init__(self, engine: str, credentials: Mapping[str, Any], *, alone: bool = False) -> None:
        self.memory = SharedMemory(engine, credentials, SIZE, alone=alone)
        self.versions: Versions = MappedVersions(self.memory)

    async def answers(self) -> bool:
        """Returns whether there is a file, or one can be made."""
        return self.memory.find(make=True) is not None

    async def written(self) -> int | None:
        """Returns the position, from the file that is there by now; None where processes cannot take turns with it."""
        if sys.platform == "win32":
            return None
        words = self.memory.find(make=False)
        if words is None or not words[WRITTEN] & KNOWN:
            return None
        return words[WRITTEN] & ~KNOWN

    async def wrote(self, position: int) -> bool:
        """Raises the position. Where there is none yet, nobody relies on it."""
        self.memory.find(make=False)
        if self.memory.is_broken:
            return False
        with self.memory.alone() as words:
            if words is not None and words[WRITTEN]:
                words[WRITTEN] = words[WRITTEN] & KNOWN | max(words[WRITTEN] & ~KNOWN, position)
        return True

    async def learn(self, ask: Callable[[], Awaitable[int]]) -> None:
        """Makes the position known: what others wrote while the primary was asked counts too."""
        self.memory.find(make=True)
        with self.memory.alone() as words:
            if words is not None:
                words[WRITTEN] = words[WRITTEN] or ASKING
        position = await ask()
        with self.memory.alone() as words:
            if words is not None and words[WRITTEN]:
                words[WRITTEN] = KNOWN | max(words[WRITTEN] & ~KNOWN, position)

    async def unlearn(self) -> None:
        """Makes the position unknown."""
        self.memory.find(make=False)
        with self.memory.alone() as words:
            if words is not None:
                words[WRITTEN] = 0

    async def get(self, name: str) -> bytes | None:  # noqa: ARG002  # the file has no place for it
        """Returns None: processes of one machine do without."""
        return None

    async def put(self, name: str, value: bytes, ttl_s: int) -> None:
        """Does nothing, as `get` says."""

    async def close(self) -> None:
        """Lets go of the file, which others use."""
        self.memory.close()
