"""Each change of models on each database, up, down and up again, with rows in the tables."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.changes import adverse, altered, beyond, columns, indexes, relations
from support.changes.by_aerich import AerichTrial
from support.changes.case import Case
from support.changes.faults import FAULTS, Fault
from support.changes.files import BOTH, CHANGE, drafted, schemas_of, write
from support.changes.made_up import MadeUpTrial, made_up
from support.changes.trial import Trial
from support.figures import count
from support.long import examples
from twofold.database import Database, Dialect, tortoise_config
from twofold.migrate import MigrationFailed
from twofold.migrate.files import MigrationFile
from twofold.migrate.plan import MissingFiller, Renames, plan
from twofold.migrate.wanted import recorded

pytestmark = pytest.mark.migrations

FIFTY = columns.ADDED + columns.DROPPED + altered.ALTERED + indexes.INDEXED + relations.RELATED
CASES = FIFTY + beyond.BEYOND + adverse.ADVERSE
BY_NAME = {case.name: case for case in CASES}
BY_AERICH = ["several_at_once", "null_to_notnull", "add_unique_together", "enum_value_add", "rename_table",
             "drop_model", "add_fk_notnull", "change_search"]  # fmt: skip
"""Those that aerich's own commands run: every kind of step is among them, and all in the first one."""


@pytest.fixture(scope="module")
def postgres_of_changes(new_postgres_database: Callable[[], str]) -> str:
    """The URL of a database that is emptied for every case."""
    return new_postgres_database()


@pytest.fixture
def url(request: pytest.FixtureRequest, dialect: Dialect, tmp_path: Path) -> str:
    """The URL of `database`."""
    if dialect == "sqlite":
        return f"sqlite://{tmp_path / 'shop.sqlite3'}"
    url: str = request.getfixturevalue("postgres_of_changes")
    return url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An empty database."""
    made = Database(tortoise_config(url, {"twofold": ["aerich.models"]}, pool_size=2))
    await made.open()
    if made.dialect == "postgres":
        await made.fetch("DROP SCHEMA public CASCADE")
        await made.fetch("CREATE SCHEMA public")
    yield made
    await made.close()


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.acts_on])
async def test_up_down_up(case: Case, database: Database, tmp_path: Path) -> None:
    compared = await Trial(case, database, tmp_path / "migrations").run()
    count("migrations", "changes of models up, down and up on a database")
    count("migrations", "rows compared", compared)


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("number", range(examples(4, 100)))
async def test_changes_that_nobody_thought_of(number: int, database: Database, tmp_path: Path) -> None:
    count("migrations", "rows compared", await MadeUpTrial(made_up(number), database, tmp_path / "migrations").run())
    count("migrations", "made-up changes up, down and up on a database")


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("name", BY_AERICH[: examples(1, len(BY_AERICH))])
async def test_aerich_runs_them_too(name: str, database: Database, url: str, tmp_path: Path) -> None:
    trial = AerichTrial(BY_NAME[name], database, tmp_path / "migrations")
    trial.url = url
    count("migrations", "rows compared", await trial.run())
    count("migrations", "changes up, down and up by aerich")


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_nothing_is_made_of_nothing(case: Case, dialect: Dialect, tmp_path: Path) -> None:
    """Something is planned where the case says so only; and nothing between what the file keeps and the models."""
    draft = drafted(case)[CHANGE]
    assert [bool(each[dialect]) for each in (draft.up(), draft.down())] == [dialect in case.acts_on] * 2
    assert draft.is_needed == bool(case.acts_on)
    path = write(tmp_path, CHANGE, (draft.up(), draft.down()), draft.new)
    kept = recorded(MigrationFile.at(path))
    assert kept == draft.new
    assert not replace(draft, old=kept, renames=Renames()).is_needed
    count("migrations", "pairs of models compared", 2)


@pytest.mark.parametrize("dialect", BOTH)
def test_a_value_that_nobody_said_is_asked_for(dialect: Dialect) -> None:
    case = BY_NAME["add_notnull_nodefault"]
    old, new = schemas_of(case, dialect)
    with pytest.raises(MissingFiller, match=r"things\.x"):
        plan(old, new, dialect)


@pytest.mark.parametrize(
    ("fault", "dialect"),
    [pytest.param(fault, dialect, id=f"{fault.name}-{dialect}") for fault in FAULTS for dialect in fault.dialects],
)
async def test_planted_faults_are_caught(fault: Fault, dialect: Dialect, database: Database, tmp_path: Path) -> None:
    """What a generator might do wrong."""
    trial = Trial(BY_NAME[fault.case], database, tmp_path / "migrations")
    fault.plant(trial.plans, dialect)
    with pytest.raises((AssertionError, MigrationFailed), match=fault.seen):
        await trial.run()
    count("migrations", "planted faults caught")
