"""A review of this repository's own migrations, and of those that the generator makes."""

from pathlib import Path

import pytest

from support.changes import altered, beyond, columns, indexes, relations
from support.changes.case import Case
from support.changes.files import CHANGE, drafted, write
from support.changes.models import APP
from support.databases import APPS, MIGRATIONS
from support.figures import count
from support.reviewing.files import codes
from twofold.migrate.files import migration_files
from twofold.migrate.review import Severity, review

pytestmark = pytest.mark.migrations

RELEASED = {
    ("twofold/1_20261121120000_write_path.py", "drops-column", "critical"),
    ("twofold/1_20261121120000_write_path.py", "empties-table", "critical"),
    ("twofold/1_20261121120000_write_path.py", "long-lock", "major"),
    ("twofold/2_20261121200000_identity.py", "index-not-concurrent", "major"),
    ("twofold/2_20261121200000_identity.py", "long-lock", "major"),
    ("twofold/2_20261121200000_identity.py", "drop-index-not-concurrent", "minor"),
    ("storefront/1_20261121120000_orders.py", "updates-whole-table", "major"),
    ("storefront/1_20261121120000_orders.py", "long-lock", "major"),
}
"""What was found to be so when they were read by hand; they are released and stay as they are."""


def test_the_released_migrations_have_these_findings_and_no_others() -> None:
    files = [file for app in APPS for file in migration_files(MIGRATIONS, app)][:3]
    files += [file for file in migration_files(MIGRATIONS, "storefront") if file.number <= 1]
    found = review(files, {file.name for file in files})
    assert {(each.file, each.code, each.severity.name) for each in found} == RELEASED
    count("migrations", "migrations reviewed", len(files))


CASES = columns.ADDED + columns.DROPPED + altered.ALTERED + indexes.INDEXED + relations.RELATED + beyond.BEYOND
CRITICAL = {"drops-table", "drops-column", "narrows-type"}
"""What the models ask for themselves when they lose a model, a column or digits."""
NEVER = {
    "format", "cannot-be-loaded", "no-way-back", "not-null-without-default", "scans-for-not-null",
    "constraint-not-split", "validates-under-lock", "never-validated", "unique-not-using-index",
    "concurrently-in-transaction",
    "updates-whole-table", "locks-table", "empties-table", "cascades", "sqlite-cannot",
}  # fmt: skip
"""What the generator is there to avoid."""
DIFFER = {"index_of_one_dialect"}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_what_the_generator_makes_is_found_good_but_for_what_was_asked(case: Case, tmp_path: Path) -> None:
    for name, draft in drafted(case).items():
        write(tmp_path, name, (draft.up(), draft.down()), draft.new)
    found = review(migration_files(tmp_path, APP), {f"{APP}/{CHANGE}"})
    assert {each.code for each in found if each.severity is Severity.critical} <= CRITICAL
    assert not NEVER & codes(found).keys()
    assert ("dialects-disagree" in codes(found)) is (case.name in DIFFER)
    count("migrations", "migrations reviewed")
