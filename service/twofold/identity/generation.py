"""Whether accounts or credentials have changed: a number that all processes of one machine share, in a mapped file."""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import secrets
import stat
import sys
import tempfile
from pathlib import Path

from twofold.database import Database

__all__ = ["Generation"]

log = logging.getLogger("twofold.identity")

SIZE = 8
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class Generation:
    """A number that is another one after every change.

    It is random rather than counted: of two processes that change it at once, both are seen. Reading it is reading
    memory. Where there is no file to share, a database in memory has one of its own; whoever else finds none must
    remember nothing, since a change in another process would not be seen.
    """

    def __init__(self, database: Database) -> None:
        self._path, self._beside = _place(database)
        self._mapped: memoryview | None = None if self._path else memoryview(bytearray(SIZE)).cast("Q")
        self._file: tuple[int, int] | None = None
        self._has_failed = False

    def now(self) -> int | None:
        """Returns the number; None: it is not known."""
        return None if self._mapped is None else self._mapped[0]

    def asked(self) -> int | None:
        """Returns the number, from the file that is there by now; makes one if there is none."""
        self._map(make=True)
        return self.now()

    def change(self) -> None:
        """Makes it another one. Where there is no file yet, nobody has read it."""
        self._map(make=False)
        if self._mapped is not None:
            self._mapped[0] = secrets.randbits(64)

    def _map(self, *, make: bool) -> None:
        if self._path is None:
            return
        try:
            if self._file is None or self._file != _identity(os.lstat(self._path)):
                self._open(self._path, make=make)
        except FileNotFoundError:
            self._mapped = self._file = None
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
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or (self._beside is None and found.st_uid != _user()):
                raise PermissionError(f"{path} is somebody else's")
            if found.st_size < SIZE:
                os.ftruncate(handle, SIZE)
                self._share(handle)
            self._mapped = memoryview(mmap.mmap(handle, SIZE)).cast("Q")
            self._file = _identity(found)
        finally:
            os.close(handle)

    def _share(self, handle: int) -> None:
        """Lets everybody use the file who may use the database beside it, as SQLite does with its journals."""
        if self._beside is None or sys.platform == "win32" or not self._beside.exists():
            return
        database = self._beside.stat()
        os.fchmod(handle, database.st_mode & 0o666)
        if os.geteuid() == 0:
            os.fchown(handle, database.st_uid, database.st_gid)

    def _fail(self, error: OSError) -> None:
        self._mapped = self._file = None
        if not self._has_failed:
            self._has_failed = True
            log.warning("credentials are not remembered, because %s cannot be shared: %s", self._path, error)


def _place(database: Database) -> tuple[Path | None, Path | None]:
    """Where the file of a database is, and the database's own file; None where there is none."""
    given = database.config["connections"]["default"]["credentials"]
    if database.dialect == "sqlite":
        name: str = given["file_path"]
        file = None if ":memory:" in name else Path(name).absolute()
        return (None, None) if file is None else (file.with_name(f"{file.name}-actors"), file)
    named = f"{given.get('host')}:{given.get('port')}/{given.get('database')}"
    digest = hashlib.sha256(named.encode()).hexdigest()[:32]
    return Path(tempfile.gettempdir()) / f"twofold-{_user()}-{digest}-actors", None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _user() -> int:
    return 0 if sys.platform == "win32" else os.geteuid()
