"""What a review finds in migrations: each finding has a case of which it is told and a near miss."""

import re
from pathlib import Path
from typing import get_args

import pytest

from support.figures import count
from support.reviewing.case import Case
from support.reviewing.constraints import CONSTRAINTS
from support.reviewing.files import (
    APP,
    BASE,
    CHANGE,
    DROPS,
    ITEMS,
    PARENTS,
    TABLES,
    both,
    codes,
    files_of,
    on,
    reviewed,
    written,
)
from support.reviewing.locks import LOCKS
from support.reviewing.loss import BESIDE, BY_HAND, LOSS
from support.reviewing.rolling import ROLLING
from twofold.migrate.review import Landed, Severity, Sizes, review
from twofold.migrate.review.codes import Code
from twofold.migrate.steps import Batches, Concurrently

pytestmark = pytest.mark.migrations

CASES = [*LOSS, *LOCKS, *CONSTRAINTS, *ROLLING]
IDS = [f"{case.code}-{place}" for place, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_finding_is_told_and_its_near_miss_is_not(case: Case, tmp_path: Path) -> None:
    found = reviewed(tmp_path / "bad", on(case.dialect, *case.bad))
    assert codes(found).get(case.code) == case.severity
    told = next(each for each in found if each.code == case.code)
    assert (told.file, told.dialect, told.reason != "", told.fix != "") == (f"{APP}/{CHANGE}", case.dialect, True, True)
    assert case.code not in codes(reviewed(tmp_path / "good", on(case.dialect, *case.good)))
    count("migrations", "faults planted in migrations and found by the review")


def test_the_place_is_the_number_of_the_statement(tmp_path: Path) -> None:
    steps = ["SELECT 1", "SELECT 2; DROP TABLE items", "SELECT 3"]
    found = [each for each in reviewed(tmp_path, on("postgres", *steps)) if each.code == "drops-table"]
    assert [(each.statement, each.place) for each in found] == [(2, f"{APP}/{CHANGE}, UP on postgres, statement 2")]


def test_the_worst_comes_first(tmp_path: Path) -> None:
    steps = ["DROP INDEX ix_items_parent_id", "CREATE INDEX ix ON parents (name)", "ALTER TABLE items DROP note"]
    found = reviewed(tmp_path, on("postgres", *steps))
    severities = [each.severity for each in found]
    assert len({*severities}) == 3
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize(
    ("rows", "severity"), [(100, "minor"), (9_999, "minor"), (10_000, "major"), (10_000_000, "critical")]
)
def test_what_a_lock_costs_depends_on_the_rows(rows: int, severity: str, tmp_path: Path) -> None:
    index = on("postgres", "CREATE INDEX ix ON items (note)")
    sizes = Sizes(dialect="postgres", rows={"items": rows})
    assert codes(reviewed(tmp_path / "here", index, sizes=sizes))["index-not-concurrent"] == severity
    elsewhere = Sizes(dialect="sqlite", rows={"items": rows})
    assert codes(reviewed(tmp_path, index, sizes=elsewhere))["index-not-concurrent"] == "major"


def test_loss_does_not_depend_on_the_rows(tmp_path: Path) -> None:
    sizes = Sizes(dialect="postgres", rows={"items": 0})
    assert codes(reviewed(tmp_path, on("postgres", "DROP TABLE items"), sizes=sizes))["drops-table"] == "critical"


def test_a_way_back_may_drop_what_the_way_forward_made(tmp_path: Path) -> None:
    up = ["ALTER TABLE items ADD z INT", "CREATE TABLE more (id INT PRIMARY KEY)"]
    found = reviewed(tmp_path, both(*up), both("DROP TABLE more", "ALTER TABLE items DROP COLUMN z"))
    assert found == []
    found = reviewed(
        tmp_path, both(*up), both("DROP TABLE more", "ALTER TABLE items DROP COLUMN z", "DROP TABLE parents")
    )
    assert codes(found, "down")["drops-table"] == "critical"


@pytest.mark.parametrize(
    ("up", "down", "words", "severity"),
    [
        ("ALTER TABLE items ADD z INT", [], "DOWN is empty", "major"),
        ("ALTER TABLE items ADD z INT", ["SELECT 1"], "leaves behind the column items.z", "major"),
        ("CREATE TABLE more (id INT PRIMARY KEY)", ["SELECT 1"], "leaves behind the table more", "major"),
        ("CREATE INDEX ix ON items (note)", ["SELECT 1"], "leaves behind the index items.ix", "minor"),
        ("DROP TABLE items", ["SELECT 1"], "does not bring back the table items", "major"),
        ("ALTER TABLE items RENAME note TO remark", ["SELECT 1"], "does not bring back the column items.note", "major"),
    ],
)
def test_a_way_back_that_leads_elsewhere(up: str, down: list[str], words: str, severity: str, tmp_path: Path) -> None:
    found = [each for each in reviewed(tmp_path, both(up), both(*down)) if each.code == "no-way-back"]
    assert {(each.dialect, each.severity.name) for each in found} >= {("sqlite", severity), ("postgres", severity)}
    assert any(words in each.reason for each in found), found
    count("migrations", "faults planted in migrations and found by the review")


def test_locks_of_a_way_back_count_less(tmp_path: Path) -> None:
    index = on("postgres", "CREATE INDEX ix ON items (note)")
    assert codes(reviewed(tmp_path, both("SELECT 1"), index), "down")["index-not-concurrent"] == "minor"


@pytest.mark.parametrize(
    ("sqlite", "postgres", "missing"),
    [
        ("ALTER TABLE items ADD z INT", "ALTER TABLE items ADD zz INT", "column items.z is there on SQLite and not"),
        ("CREATE TABLE a (id INT PRIMARY KEY)", "SELECT 1", "table a is there on SQLite and not on PostgreSQL"),
        ("SELECT 1", "CREATE INDEX ix ON items (note)", "index items.ix is there on PostgreSQL and not on SQLite"),
        ("SELECT 1", "ALTER TABLE items ALTER note SET NOT NULL", "NOT NULL of items.note is there on PostgreSQL"),
        (
            "SELECT 1",
            "ALTER TABLE items DROP CONSTRAINT uq_items_name",
            "unique items.uq_items_name is there on SQLite",
        ),
    ],
)
def test_databases_that_would_differ(sqlite: str, postgres: str, missing: str, tmp_path: Path) -> None:
    found = reviewed(tmp_path, {"sqlite": [sqlite], "postgres": [postgres]})
    told = [each.reason for each in found if each.code == "dialects-disagree"]
    assert any(missing in each for each in told), told
    count("migrations", "faults planted in migrations and found by the review")


def test_databases_that_come_to_the_same(tmp_path: Path) -> None:
    up = {
        "sqlite": ['CREATE TABLE [more] (a INT NOT NULL PRIMARY KEY, "Name" TEXT, CONSTRAINT uq UNIQUE (Name))'],
        "postgres": ["CREATE TABLE more (a INT, name TEXT)", "ALTER TABLE more ADD CONSTRAINT uq UNIQUE (name)",
                     "ALTER TABLE more ADD PRIMARY KEY (a), ALTER a SET NOT NULL"],
    }  # fmt: skip
    assert "dialects-disagree" not in codes(reviewed(tmp_path, up))


def test_what_later_migrations_do_not_change_is_not_told_again(tmp_path: Path) -> None:
    written(tmp_path, BASE, {"sqlite": [PARENTS], "postgres": [PARENTS, ITEMS]}, both(*DROPS))
    written(tmp_path, CHANGE, both("ALTER TABLE parents ADD z INT"), both("ALTER TABLE parents DROP z"))
    assert review(files_of(tmp_path), {f"{APP}/{CHANGE}"}) == []
    assert "dialects-disagree" in codes(review(files_of(tmp_path), {f"{APP}/{BASE}"}))


@pytest.mark.parametrize(
    ("line", "code", "severity"),
    [
        ("UP = None", "format", "major"),
        ("UP = {'sqlite': []}", "format", "critical"),
        ("1 / 0", "cannot-be-loaded", "critical"),
        ("del MODELS_STATE", "cannot-be-loaded", "critical"),
    ],
)
def test_files_in_another_form(line: str, code: str, severity: str, tmp_path: Path) -> None:
    written(tmp_path, BASE, both(*TABLES), both(*DROPS))
    path = written(tmp_path, CHANGE, both("SELECT 1"), both("SELECT 1"))
    path.write_text(f"{path.read_text()}\n{line}\n")
    assert codes(review(files_of(tmp_path), {f"{APP}/{CHANGE}"}))[code] == severity
    count("migrations", "faults planted in migrations and found by the review")


def test_a_transaction_around_everything_is_told(tmp_path: Path) -> None:
    assert codes(reviewed(tmp_path / "bad", both("SELECT 1"), transaction=True))["format"] == "major"
    assert "format" not in codes(reviewed(tmp_path, both("SELECT 1")))


def test_concurrently_needs_that_no_transaction_is_open(tmp_path: Path) -> None:
    index = on("postgres", Concurrently("CREATE INDEX CONCURRENTLY ix ON items (note)", index="ix"))
    found = codes(reviewed(tmp_path / "bad", index, transaction=True))
    assert found["concurrently-in-transaction"] == "critical"
    assert "concurrently-in-transaction" not in codes(reviewed(tmp_path / "good", index))


def test_a_table_that_is_made_anew_by_hand_keeps_its_name(tmp_path: Path) -> None:
    assert "renames" not in codes(reviewed(tmp_path / "by hand", on("sqlite", *BY_HAND)))
    assert "renames" not in codes(reviewed(tmp_path / "beside", on("sqlite", *BESIDE)))


def test_numbers_that_are_missing_or_there_twice(tmp_path: Path) -> None:
    reviewed(tmp_path, both("SELECT 1"))
    written(tmp_path, "1_20270103000000_other.py", both("SELECT 1"), both("SELECT 1"))
    written(tmp_path, "3_20270103000000_gap.py", both("SELECT 1"), both("SELECT 1"))
    found = review(files_of(tmp_path), {file.name for file in files_of(tmp_path)})
    told = {(each.file.rpartition("_")[2], each.severity.name) for each in found if each.code == "numbering"}
    assert told == {("change.py", "major"), ("other.py", "major"), ("gap.py", "minor")}


def test_a_released_file_that_changed_is_told_though_nobody_asks_for_it(tmp_path: Path) -> None:
    landed = Landed(revision="v1", changed=frozenset({f"{APP}/{BASE}", f"{APP}/9_gone.py"}))
    found = [
        each for each in reviewed(tmp_path, both("SELECT 1"), landed=landed) if each.code == "changed-after-release"
    ]
    assert {(each.file, each.severity) for each in found} == {
        (f"{APP}/{BASE}", Severity.critical), (f"{APP}/9_gone.py", Severity.critical),
    }  # fmt: skip


def test_python_steps_are_said_to_be_unread(tmp_path: Path) -> None:
    path = written(tmp_path, CHANGE, both("SELECT 1"), both("SELECT 1"))
    path.write_text(path.read_text() + "\nUP['postgres'].append(Python(hidden))\n")
    [told] = [each for each in review(files_of(tmp_path), {f"{APP}/{CHANGE}"}) if each.code == "unread"]
    assert "the Python function hidden" in told.reason


def test_batches_end_a_transaction(tmp_path: Path) -> None:
    fill = Batches(table="items", sql="UPDATE items SET note = '' WHERE id IN ({keys})")
    steps = ["ALTER TABLE parents ADD z INT", fill, "UPDATE items SET note = '' WHERE amount = 1"]
    assert "long-lock" not in codes(reviewed(tmp_path / "good", on("postgres", *steps)))
    assert "long-lock" in codes(reviewed(tmp_path, on("postgres", steps[0], steps[2])))


def test_every_finding_is_in_the_documents_and_can_be_found() -> None:
    root = Path(__file__).parents[2]
    documented = re.findall(r"^\| `([a-z-]+)` \|", (root / "docs" / "migrations-review.md").read_text(), re.M)
    assert sorted(documented) == sorted(get_args(Code))
    folder = root / "service" / "twofold" / "migrate" / "review"
    source = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "codes.py")
    assert [code for code in documented if f'"{code}"' not in source] == []
