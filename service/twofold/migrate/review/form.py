"""What is wrong with a file, whatever its statements do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from twofold.migrate.files import MigrationFailed, MigrationFile
from twofold.migrate.review.codes import Code
from twofold.migrate.review.finding import Finding, Severity

__all__ = ["changed_after_release", "malformed", "misnumbered", "unloadable"]


def _finding(file: MigrationFile, code: Code, severity: Severity, reason: str, fix: str) -> Finding:
    return Finding(severity=severity, code=code, file=file.name, reason=reason, fix=fix)


def unloadable(file: MigrationFile, error: Exception) -> Finding:
    """Says that a file cannot be imported, or lacks what aerich's format asks for."""
    said = str(error) if isinstance(error, MigrationFailed) else f"{type(error).__name__}: {error}"
    return _finding(file, "cannot-be-loaded", Severity.critical, f"Both tools refuse it: {said}.",
                    "Add what it lacks; `twofold migrate make` writes whole files.")  # fmt: skip


def malformed(file: MigrationFile, module: ModuleType) -> Iterator[Finding]:
    """Yields what our form of a migration asks for and the module lacks."""
    sides = [getattr(module, name, None) for name in ("UP", "DOWN")]
    if not all(isinstance(side, dict) for side in sides):
        yield _finding(file, "format", Severity.major, "It has no UP and DOWN by dialect, so that nothing can be "
                       "reviewed, and nothing makes it happen once only.",
                       "Put the steps into UP and DOWN, and hand them to twofold.migrate.run.")  # fmt: skip
        return
    if getattr(module, "RUN_IN_TRANSACTION", True) is not False:
        yield _finding(file, "format", Severity.major, "RUN_IN_TRANSACTION is not False: a transaction is open before "
                       "`run` begins its own, which SQLite's foreign keys, CONCURRENTLY and Batches do not bear.",
                       "Write RUN_IN_TRANSACTION = False.")  # fmt: skip
    for name, side in zip(("UP", "DOWN"), sides, strict=True):
        missing = [dialect for dialect in ("sqlite", "postgres") if dialect not in (side or {})]
        if missing:
            yield _finding(file, "format", Severity.critical, f"{name} says nothing of {' and '.join(missing)}.",
                           "Say it, if only by an empty list.")  # fmt: skip


def misnumbered(file: MigrationFile, files: Sequence[MigrationFile]) -> Iterator[Finding]:
    """Yields what is wrong with a file's number among those of its app, in the order in which they are applied."""
    others = [each for each in files if each.app == file.app and each.version != file.version]
    same = [each.version for each in others if each.number == file.number]
    if same:
        yield _finding(file, "numbering", Severity.major, f"{', '.join(same)} has the same number: which comes first "
                       "is chance.", "Give the newer one the next number.")  # fmt: skip
    before = max((each.number for each in others if each.number < file.number), default=-1)
    if before != file.number - 1:
        yield _finding(file, "numbering", Severity.minor, f"There is no number {file.number - 1} before it: a file is "
                       "missing, or comes from another branch.",
                       f"Call it number {before + 1}, or add what is missing.")  # fmt: skip


def changed_after_release(name: str, revision: str, *, is_there: bool) -> Finding:
    """Says that a file which was there in `revision` is another one now, or gone: databases that applied it stay so."""
    now = "is not what it was" if is_there else "is gone, which was there"
    return Finding(
        severity=Severity.critical, code="changed-after-release", file=name,
        reason=f"It {now} in {revision}: databases that applied it differ from new ones for ever.",
        fix="Take that back, and write another migration that makes the change.",
    )  # fmt: skip
