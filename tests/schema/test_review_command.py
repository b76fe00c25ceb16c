"""`migrate review` as a person or CI runs it, in a git repository of the application with planted changes."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from support.figures import count
from support.reviewing.files import CHANGE, FILE
from support.reviewing.repository import Repository

pytestmark = pytest.mark.migrations

DOWN = {"sqlite": [], "postgres": []}
MIGRATION = "20_20270102000000_change.py"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Changes of rules, fields and migrations that nobody has committed."""
    made = Repository(tmp_path_factory.mktemp("planted"))
    made.change(
        "service/storefront/products.py",
        ("    cost_price = Field(read=vendor_people, write=True,", "    cost_price = Field(write=True,"),
        ("    return Q(status=ProductStatus.published) | works_for(actor, \"vendor\")\n",
         "    return ~Q(status=ProductStatus.draft) | works_for(actor, \"vendor\")\n"),
        ("    alt = Field(write=True)\n", ""),
        ("@action(vendor_people, happened=\"archived\")", "@action(NOBODY, happened=\"archived\")"),
        ("import Rows, rule\n", "import NOBODY, Rows, rule\n"),
    )  # fmt: skip
    made.change(
        "service/storefront/reviews.py",
        ("from twofold.rules import ", "from twofold.rules import EVERYONE as ANYBODY\nfrom twofold.rules import "),
    )
    made.change(
        "service/storefront/tags.py",
        ("    create = ADMINS\n", "    create = MODERATORS\n"),
        ("import ADMINS", "import ADMINS, MODERATORS"),
        ('    natural_key = ("name",)\n', ""),
    )
    made.change("migrations/storefront/1_20261121120000_orders.py", ('"DROP TABLE payments",', '"SELECT 1",'))
    steps = {"sqlite": ["DROP TABLE tags"], "postgres": ["DROP TABLE tags"]}
    (made.folder / "migrations" / "storefront" / MIGRATION).write_text(
        FILE.format(up=steps, down=DOWN, transaction=False)
    )
    return made


@pytest.fixture(scope="module")
def said(planted: Repository) -> dict[str, Any]:
    return planted.review()


def _reasons(said: dict[str, Any], code: str) -> list[str]:
    return [each["reason"] for each in said["findings"] if each["code"] == code]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("access-gained", "Visitors may now read products.cost_price: every row"),
        ("access-gained", "People who sign in, those with the role moderator may now read products.cost_price"),
        ("access-gained", "may now read products.margin: every row"),
        (
            "access-differs",
            "Visitors may now read products: not (status = 'draft'), where it was status = 'published'.",
        ),
        ("access-gained", "Those with the role moderator may now create tags: every row, where it was nothing"),
        ("access-lost", "People who sign in, those with the role moderator may not archive products any more"),
        ("access-lost", "Nobody may read product_images.alt any more"),
        ("api-breaks", "Field ProductImage.alt was removed."),
        ("api-breaks", "ProductImage.alt was removed."),
        ("api-breaks", "PUT /api/v1/tags was removed."),
        ("api-breaks", "Field Mutation.upsertTag was removed."),
        ("changed-after-release", "It is not what it was in"),
        ("drops-table", "All rows of tags are lost"),
    ],
)
def test_planted_changes_are_named(code: str, words: str, said: dict[str, Any]) -> None:
    assert any(words in each for each in _reasons(said, code)), _reasons(said, code)
    count("migrations", "changes of the API planted and named by the review")


def test_nothing_else_is_said_of_access(said: dict[str, Any]) -> None:
    places = {each["file"] for each in said["findings"] if each["code"].startswith("access-")}
    assert places == {"products", "products.cost_price", "products.margin", "product_images.alt", "tags"}


def test_without_a_database_new_and_changed_migrations_are_reviewed(said: dict[str, Any]) -> None:
    assert said["reviewed"] == ["storefront/1_20261121120000_orders.py", f"storefront/{MIGRATION}"]
    assert "There is no database: sizes are not known, and a lock counts as major." in said["notes"]
    assert said["failed"]


def test_what_is_as_it_was_has_no_findings(tmp_path: Path) -> None:
    made = Repository(tmp_path / "same")
    made.git("tag", "v1.0")
    done = made.run("migrate", "review")
    assert done.returncode == 0
    assert "The API was compared with v1.0." in done.stdout
    assert done.stdout.endswith("Reviewed no migration.\nFound 0 critical, 0 major, 0 minor.\n")
    assert made.git("worktree", "list").count("\n") == 1


def test_people_read_it_worst_first(planted: Repository) -> None:
    done = planted.run("migrate", "review", "--no-api", "storefront/20")
    assert done.returncode == 1
    first = done.stdout.splitlines()
    assert first[0] == (
        "critical  drops-table  storefront/20_20270102000000_change.py, UP on sqlite, statement 1 (and on postgres 1)"
    )
    assert first[1].strip() == "DROP TABLE tags"
    assert "Fix: Take two releases" in done.stdout
    assert "Reviewed storefront/20_20270102000000_change.py.\n" in done.stdout
    assert CHANGE not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("storefront/77", "--fail-on", "critical"), 2),
        (("twofold/2_20261121200000_identity.py", "--fail-on", "never"), 0),
        (("storefront/20", "--fail-on", "never"), 0),
        (("--since", "HEAD"), 1),
        (("--since", "no-such-revision"), 2),
        (("--against", "--upload-pack=x"), 2),
        (("--all", "--fail-on", "major"), 1),
    ],
)
def test_the_exit_code_is_for_ci(arguments: tuple[str, ...], code: int, planted: Repository) -> None:
    done = planted.run("migrate", "review", "--no-api", *arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_of_migrations_that_is_not_there_is_said(planted: Repository) -> None:
    done = planted.run("migrate", "review", "--no-api", TWOFOLD_MIGRATIONS="nowhere")
    assert done.returncode == 2
    assert "there is no folder of" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_fault_in_the_code_is_said_without_a_trace(tmp_path: Path) -> None:
    made = Repository(tmp_path / "faulty")
    made.change("service/storefront/asgi.py", ("app = create_app(", "app = missing("))
    made.commit()
    made.git("checkout", "--quiet", "-b", "mended")
    made.change("service/storefront/asgi.py", ("app = missing(", "app = create_app("))
    done = made.run("migrate", "review")
    assert done.returncode == 0
    assert "The API was not compared: the old revision cannot tell its API: NameError: name 'missing'" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_pending_ones_are_reviewed_with_the_sizes_of_the_database(tmp_path: Path, planted: Repository) -> None:
    url = f"sqlite://{tmp_path / 'some.db'}"
    said = planted.review("--no-api", TWOFOLD_DATABASE_URL=url)
    assert "There is no database: sizes are not known, and a lock counts as major." in said["notes"]
    done = planted.run("migrate", "up", TWOFOLD_DATABASE_URL=url)
    assert "product_tags refers to table tags" in done.stderr, "the planted one fails"
    said = planted.review("--no-api", TWOFOLD_DATABASE_URL=url)
    assert (said["reviewed"], said["notes"]) == ([f"storefront/{MIGRATION}"], [])


def test_nothing_is_written_to_an_empty_database(empty_url: str, planted: Repository) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite://")).touch()
    said = planted.review("--no-api", TWOFOLD_DATABASE_URL=empty_url)
    assert len(said["reviewed"]) == len([*(planted.folder / "migrations").glob("*/*_*.py")])
    assert said["notes"] == []
    assert planted.run("migrate", "status", TWOFOLD_DATABASE_URL=empty_url).stdout.count("pending") == len(
        said["reviewed"]
    )


def test_a_folder_that_is_in_no_repository_is_reviewed_without_comparison(tmp_path: Path) -> None:
    made = Repository(tmp_path / "apart")
    shutil.rmtree(made.folder / ".git")
    done = made.run("migrate", "review", "twofold/0", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "The API was not compared: fatal: not a git repository" in done.stdout
    assert "Whether released files were changed is not known" in done.stdout


def test_a_database_that_cannot_be_reached_is_said_without_its_password(planted: Repository) -> None:
    done = planted.run(
        "migrate", "review", "--no-api", TWOFOLD_DATABASE_URL="postgres://someone:hidden-word@127.0.0.1:9/nothing"
    )
    assert "The database cannot be reached: sizes are not known" in done.stdout
    assert "hidden-word" not in done.stdout + done.stderr


def test_the_faces_documents_are_printed(planted: Repository) -> None:
    assert "type Product " in planted.run("schema").stdout
    assert planted.run("openapi").stdout.startswith('{\n  "openapi": "3.1.0"')
