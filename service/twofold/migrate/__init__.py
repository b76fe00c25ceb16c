"""Migrations: files in aerich's format, for two dialects, run whole or not at all, and once however many start them.

A file `migrations/<app>/<number>_<time>_<name>.py` holds the statements of both dialects and hands them to `run`.
aerich's commands work on the same files and the same table of applied versions; `upgrade` and `downgrade` do what
they do, under a lock.
"""

from twofold.migrate.driver import MigrationStatus, downgrade, status, upgrade
from twofold.migrate.files import MigrationFailed
from twofold.migrate.runner import run
from twofold.migrate.steps import Alone, Batches, Concurrently, Python, Rebuild

__all__ = ["Alone", "Batches", "Concurrently", "MigrationFailed", "MigrationStatus", "Python", "Rebuild", "downgrade", "run", "status", "upgrade"]
