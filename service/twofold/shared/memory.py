"""Memory that the processes of one machine share: a file that all of them map."""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

__all__ = ["SharedMemory"]

log = logging.getLogger("twofold.shared")

NO_LINK = getattr(os, "O_NOFOLLOW", 0)
WORD_BYTES = 8


class SharedMemory:
    """`size` words of 64 bits, all 0 at first, in a file that is the database's.

    A word is read and written as a whole. Where there is no file to share, a database in memory has words of its own;
    whoever else finds none must know nothing, since a change in another process would not be seen. With `alone`, no
    other process uses the database.
    """

    def __init__(
        self,
        engine: str,
        credentials: Mapping[str, Any],
        size: int,
        *,
        alone: bool = False,
        lost: str = "nothing is remembered or kept",
    ) -> None:
        self._lost = lost
        """What the log says where the file cannot be had."""
        self._path, self._beside = (None, None) if alone else _place(engine, credentials)
        self._bytes = size * WORD_BYTES
        self.raw: mmap.mmap | bytearray | None = None if self._path else bytearray(self._bytes)
        """The words as bytes."""
        self.words: memoryview | None = None if self.raw is None else memoryview(self.raw).cast("Q")
        self._file: tuple[int, int] | None = None
        self._lock: int | None = None
        """The file's descriptor, by which processes take turns."""
        self.is_broken = False
        self._has_failed = False

    def find(self, *, make: bool) -> memoryview | None:
        """Returns the words of the file that is there by now; with `make`, it is made if there is none."""
        if self._path is None:
            return self.words
        try:
            if self._file is None or self._file != _identity(os.lstat(self._path)):
                self._open(self._path, make=make)
        except FileNotFoundError:
            self.close()
            if make:
                self._try_to_make(self._path)
        except OSError as error:
            self._fail(error)
        return self.words

    @contextmanager
    def alone(self) -> Iterator[memoryview | None]:
        """Gives the words while no other process is alone with them, which takes it no longer than that."""
        words, lock = self.words, self._lock
        if words is None or lock is None or sys.platform == "win32":
            yield words
            return
        fcntl.lockf(lock, fcntl.LOCK_EX)
        try:
            yield words
        finally:
            fcntl.lockf(lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Lets go of the file, which others use."""
        if self._path is None:
            return
        self.words = self.raw = self._file = None
        self.is_broken = False
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _try_to_make(self, path: Path) -> None:
        try:
            self._open(path, make=True)
        except OSError as error:
            self._fail(error)

    def _open(self, path: Path, *, make: bool) -> None:
        handle = os.open(path, os.O_RDWR | NO_LINK | (os.O_CREAT if make else 0), 0o600)
        try:
            found = self._checked(os.fstat(handle))
            if found.st_size < self._bytes:
                _lengthen(handle, self._bytes)
                self._share(handle)
            raw = mmap.mmap(handle, self._bytes)
        except BaseException:
            os.close(handle)
            raise
        self.close()
        self.raw, self.words, self._file, self._lock = raw, memoryview(raw).cast("Q"), _identity(found), handle

    def _checked(self, found: os.stat_result) -> os.stat_result:
        if not stat.S_ISREG(found.st_mode) or (self._beside is None and found.st_uid != _user()):
            raise PermissionError(f"{self._path} is somebody else's")
        return found

    def _share(self, handle: int) -> None:
        """Lets everybody use the file who may use the database beside it, as SQLite does with its journals."""
        if self._beside is None or sys.platform == "win32" or not self._beside.exists():
            return
        database = self._beside.stat()
        os.fchmod(handle, database.st_mode & 0o666)
        if os.geteuid() == 0:
            os.fchown(handle, database.st_uid, database.st_gid)

    def _fail(self, error: OSError) -> None:
        self.close()
        self.is_broken = True
        if not self._has_failed:
            self._has_failed = True
            log.warning("%s, because %s cannot be shared: %s", self._lost, self._path, error)


def _lengthen(handle: int, size: int) -> None:
    """Makes a file that long, and its place on the disk sure: who writes where a full disk has none is killed."""
    if sys.platform == "linux":
        os.posix_fallocate(handle, 0, size)
    else:
        os.ftruncate(handle, size)


def _place(engine: str, credentials: Mapping[str, Any]) -> tuple[Path | None, Path | None]:
    """Where the file of a database is, and the database's own file; None where there is none."""
    if "sqlite" in engine:
        name: str = credentials["file_path"]
        file = None if ":memory:" in name else Path(name).resolve()
        return (None, None) if file is None else (file.with_name(f"{file.name}-actors"), file)
    named = f"{credentials.get('host')}:{credentials.get('port')}/{credentials.get('database')}"
    digest = hashlib.sha256(named.encode()).hexdigest()[:32]
    return Path(tempfile.gettempdir()) / f"twofold-{_user()}-{digest}-actors", None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _user() -> int:
    return 0 if sys.platform == "win32" else os.geteuid()
