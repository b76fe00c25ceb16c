"""Rehearsals: migrations run up, down and up on a copy with rows in it, and a report of what was lost or changed."""

from twofold.migrate.rehearse.rehearse import rehearse
from twofold.migrate.rehearse.report import Change, Loss, Rehearsal, Report, Run

__all__ = ["Change", "Loss", "Rehearsal", "Report", "Run", "rehearse"]
