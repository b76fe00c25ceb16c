"""Migrations: files in aerich's format, for two dialects, each run once however many start them, and each part
of one whole or not at all.

A file `migrations/<app>/<number>_<time>_<name>.py` holds the steps of both dialects (see `steps`) and hands them to
`run`.
aerich's commands work on the same files and the same table of applied versions; `upgrade` and `downgrade` do what
they do, under a lock.
"""

from twofold.migrate.driver import MigrationStatus, downgrade, status, upgrade
from twofold.migrate.files import MigrationFailed
from twofold.migrate.runner import run
from twofold.migrate.steps import Alone, Batches, Concurrently, Python, Rebuild, Step

__all__ = [
    "Alone", "Batches", "Concurrently", "MigrationFailed", "MigrationStatus", "Python", "Rebuild", "Step", "downgrade",
    "run", "status", "upgrade",
]  # fmt: skip
