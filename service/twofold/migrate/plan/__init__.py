"""From one schema to another: the steps of a migration. Pure; nothing here asks a database."""

from twofold.migrate.plan.fillers import MissingFiller
from twofold.migrate.plan.plan import plan
from twofold.migrate.plan.renames import Renames, possible_renames

__all__ = ["MissingFiller", "Renames", "plan", "possible_renames"]
