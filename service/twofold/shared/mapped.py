"""What the processes of one machine share: two numbers in a file that all of them map into their memory."""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

__all__ = ["MappedFile"]

log = logging.getLogger("twofold.shared")

GENERATION, WRITTEN = 0, 1
SIZE = 16
KNOWN = 1 << 63
"""Set in what was written once the primary was asked; before, others say what they wrote, and nobody relies on it."""
ASKING = 1
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class MappedFile:
    """The two numbers of `Shared` in a file. Reading the generation is reading memory.

    It is random rather than counted: of two processes that change it at once, both are seen. Where there is no file to
    share, a database in memory has numbers of its own; whoever else finds none must remember nothing, since a change in
    another process would not be seen.
    """

    spans_machines = False

    def __init__(self, engine: str, credentials: Mapping[str, Any]) -> None:
        self._path, self._beside = _place(engine, credentials)
        self._mapped: memoryview | None = None if self._path else memoryview(bytearray(SIZE)).cast("Q")
        self._file: tuple[int, int] | None = None
        self._lock: int | None = None
        """The file's descriptor, by which processes take turns."""
        self._is_broken = False
        self._has_failed = False

    async def generation(self, *, make: bool = False) -> int | None:
        """Returns the number; with `make`, of the file that is there by now, which is made if there is none."""
        if make:
            self._map(make=True)
        return None if self._mapped is None else self._mapped[GENERATION]

    async def change(self) -> None:
        """Makes the generation another one. Where there is no file yet, nobody has read it."""
        self._map(make=False)
        if self._mapped is not None:
            self._mapped[GENERATION] = secrets.randbits(64)

    async def written(self) -> int | None:
        """Returns the position, from the file that is there by now; None where processes cannot take turns with it."""
        if sys.platform == "win32":
            return None
        self._map(make=False)
        if self._mapped is None or not self._mapped[WRITTEN] & KNOWN:
            return None
        return self._mapped[WRITTEN] & ~KNOWN

    async def wrote(self, position: int) -> bool:
        """Raises the position. Where there is none yet, nobody relies on it."""
        self._map(make=False)
        if self._is_broken:
            return False
        with self._alone() as mapped:
            if mapped is not None and mapped[WRITTEN]:
                mapped[WRITTEN] = mapped[WRITTEN] & KNOWN | max(mapped[WRITTEN] & ~KNOWN, position)
        return True

    async def learn(self, ask: Callable[[], Awaitable[int]]) -> None:
        """Makes the position known: what others wrote while the primary was asked counts too."""
        self._map(make=True)
        with self._alone() as mapped:
            if mapped is not None:
                mapped[WRITTEN] = mapped[WRITTEN] or ASKING
        position = await ask()
        with self._alone() as mapped:
            if mapped is not None and mapped[WRITTEN]:
                mapped[WRITTEN] = KNOWN | max(mapped[WRITTEN] & ~KNOWN, position)

    async def unlearn(self) -> None:
        """Makes the position unknown."""
        self._map(make=False)
        with self._alone() as mapped:
            if mapped is not None:
                mapped[WRITTEN] = 0

    async def get(self, name: str) -> bytes | None:  # noqa: ARG002  # the file has no place for it
        """Returns None: processes of one machine do without."""
        return None

    async def put(self, name: str, value: bytes, ttl_s: int) -> None:
        """Does nothing, as `get` says."""

    async def close(self) -> None:
        """Lets go of the file, which others use."""
        if self._path is not None:
            self._let_go()

    @contextmanager
    def _alone(self) -> Iterator[memoryview | None]:
        """Gives the numbers while no other process changes the position, which takes it no longer than that."""
        mapped, lock = self._mapped, self._lock
        if mapped is None or lock is None or sys.platform == "win32":
            yield mapped
            return
        fcntl.lockf(lock, fcntl.LOCK_EX)
        try:
            yield mapped
        finally:
            fcntl.lockf(lock, fcntl.LOCK_UN)

    def _map(self, *, make: bool) -> None:
        if self._path is None:
            return
        try:
            if self._file is None or self._file != _identity(os.lstat(self._path)):
                self._open(self._path, make=make)
        except FileNotFoundError:
            self._let_go()
            if make:
                self._try_to_make(self._path)
        except OSError as error:
            self._fail(error)

    def _try_to_make(self, path: Path) -> None:
        try:
            self._open(path, make=True)
        except OSError as error:
            self._fail(error)

    def _open(self, path: Path, *, make: bool) -> None:
        handle = os.open(path, os.O_RDWR | NO_LINK | (os.O_CREAT if make else 0), 0o600)
        try:
            found = self._checked(os.fstat(handle))
            if found.st_size < SIZE:
                os.ftruncate(handle, SIZE)
                self._share(handle)
            mapped = memoryview(mmap.mmap(handle, SIZE)).cast("Q")
        except BaseException:
            os.close(handle)
            raise
        self._let_go()
        self._mapped, self._file, self._lock = mapped, _identity(found), handle

    def _checked(self, found: os.stat_result) -> os.stat_result:
        if not stat.S_ISREG(found.st_mode) or (self._beside is None and found.st_uid != _user()):
            raise PermissionError(f"{self._path} is somebody else's")
        return found

    def _let_go(self) -> None:
        self._mapped = self._file = None
        self._is_broken = False
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _share(self, handle: int) -> None:
        """Lets everybody use the file who may use the database beside it, as SQLite does with its journals."""
        if self._beside is None or sys.platform == "win32" or not self._beside.exists():
            return
        database = self._beside.stat()
        os.fchmod(handle, database.st_mode & 0o666)
        if os.geteuid() == 0:
            os.fchown(handle, database.st_uid, database.st_gid)

    def _fail(self, error: OSError) -> None:
        self._let_go()
        self._is_broken = True
        if not self._has_failed:
            self._has_failed = True
            log.warning("credentials are not remembered, because %s cannot be shared: %s", self._path, error)


def _place(engine: str, credentials: Mapping[str, Any]) -> tuple[Path | None, Path | None]:
    """Where the file of a database is, and the database's own file; None where there is none."""
    if "sqlite" in engine:
        name: str = credentials["file_path"]
        file = None if ":memory:" in name else Path(name).absolute()
        return (None, None) if file is None else (file.with_name(f"{file.name}-actors"), file)
    named = f"{credentials.get('host')}:{credentials.get('port')}/{credentials.get('database')}"
    digest = hashlib.sha256(named.encode()).hexdigest()[:32]
    return Path(tempfile.gettempdir()) / f"twofold-{_user()}-{digest}-actors", None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _user() -> int:
    return 0 if sys.platform == "win32" else os.geteuid()
