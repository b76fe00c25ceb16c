"""The generator's entrance."""

from collections.abc import Mapping

from twofold.database import Dialect
from twofold.migrate.plan.differences import differences
from twofold.migrate.plan.fillers import Fillers
from twofold.migrate.plan.on_postgres import steps_on_postgres
from twofold.migrate.plan.on_sqlite import steps_on_sqlite
from twofold.migrate.plan.renames import Renames, out_of_the_way, with_renames
from twofold.migrate.steps import Step
from twofold.schema import Schema

__all__ = ["plan"]

NO_RENAMES = Renames()


def plan(
    old: Schema, new: Schema, dialect: Dialect, *, renames: Renames = NO_RENAMES,
    fillers: Mapping[tuple[str, str], str | None] | None = None, backwards: bool = False,
) -> list[Step]:  # fmt: skip
    """Returns the steps that make `new` of `old`, keeping the rows; none when nothing differs.

    `renames` say which table or column of the old schema is which of the new one; what they do not name is dropped and
    added. `fillers` say by table and column, in the new schema's names, what rows that are there get in a column that
    must not be null: SQL over such a row, or None when no row lacks a value. Models' defaults need not be said.
    `backwards` is for a downgrade: what cannot come back gets an empty value of its type.

    Raises:
        MissingFiller: rows that are there would need a value, and nothing says which.
    """
    renames = out_of_the_way(old, renames)
    between = differences(with_renames(old, renames), new)
    wanted = Fillers(given=fillers or {}, dialect=dialect, backwards=backwards)
    steps = steps_on_sqlite if dialect == "sqlite" else steps_on_postgres
    return steps(old, renames, between, wanted)
