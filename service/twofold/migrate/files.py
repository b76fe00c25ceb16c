"""The migration files of an app, in aerich's naming, and the module inside each."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal, TypeAlias

__all__ = ["Direction", "MigrationFailed", "MigrationFile", "migration_files"]

Direction: TypeAlias = Literal["up", "down"]


class MigrationFailed(Exception):
    """A migration could not be run; the database is as it was before the part of it that failed."""


@dataclass(frozen=True, kw_only=True)
class MigrationFile:
    """One migration: `version` is its file name, by which aerich's table knows it."""

    app: str
    version: str
    path: Path

    @classmethod
    def at(cls, path: str | Path) -> "MigrationFile":
        """Returns the migration in the file `path`, whose folder is named after the app."""
        path = Path(path)
        return cls(app=path.parent.name, version=path.name, path=path)

    @property
    def name(self) -> str:
        """The app and the version, as people are told of it."""
        return f"{self.app}/{self.version}"

    @property
    def number(self) -> int:
        """The place of the migration among those of its app."""
        return int(self.version.partition("_")[0])

    def load(self) -> ModuleType:
        """Returns the file's module.

        Raises:
            MigrationFailed: it lacks something that aerich's format asks for.
        """
        spec = importlib.util.spec_from_file_location(f"migrations_{self.app}_{self.path.stem}", self.path)
        if spec is None or spec.loader is None:
            raise MigrationFailed(f"{self.name} cannot be loaded as Python")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for needed in ("upgrade", "downgrade", "MODELS_STATE"):
            if not hasattr(module, needed):
                raise MigrationFailed(f"{self.name} has no {needed}")
        return module


def migration_files(migrations: Path, app: str) -> list[MigrationFile]:
    """Returns the migrations of `app`, lowest number first.

    Raises:
        FileNotFoundError: `migrations` has no folder of that name.
    """
    folder = migrations / app
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder of migrations at {folder}")
    files = [MigrationFile.at(path) for path in folder.glob("*_*.py") if path.name.partition("_")[0].isdigit()]
    return sorted(files, key=lambda file: (file.number, file.version))
