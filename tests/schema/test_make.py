"""`twofold migrate make` and `check`, on an application in files of its own whose models change."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storefront.application import STOREFRONT
from support.bookshop import Bookshop
from support.databases import MIGRATIONS, open_database
from support.figures import count
from twofold.database import Database
from twofold.migrate.check import check_database, check_files
from twofold.migrate.wanted import Wanted

pytestmark = pytest.mark.migrations

TITLE = "title = fields.CharField(max_length=200)"


@pytest.fixture
def bookshop(tmp_path: Path, empty_url: str) -> Bookshop:
    return Bookshop(tmp_path, empty_url)


def formatted(folder: Path) -> None:
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    for command in (["format", "--check"], ["check", "--select", "E,F,I", "--ignore", "E501"]):
        done = subprocess.run(
            [*ruff, *command, "--no-cache", "--line-length", "120", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


async def fetch(url: str, sql: str) -> list[tuple[object, ...]]:
    database = open_database(url)
    await database.open()
    try:
        return [tuple(row) for row in await database.fetch(sql)]
    finally:
        await database.close()


async def test_from_nothing_to_a_changed_model_and_back(bookshop: Bookshop) -> None:
    assert bookshop.says("make", "first").count("Wrote") == 2
    assert "ask for nothing new" in bookshop.says("make")
    assert bookshop.says("up").count("Applied") == 2
    assert "say the same" in bookshop.says("check")
    await fetch(bookshop.url, "INSERT INTO authors (id, name) VALUES ('01955de4-c81d-7975-8000-0195c0868c91', 'Ann')")
    row = "'01955de4-c81d-7975-8000-0195c0868c92', '01955de4-c81d-7975-8000-0195c0868c91', 'One', 5, 1"
    await fetch(bookshop.url, f"INSERT INTO books (id, author_id, title, price, version) VALUES ({row})")

    bookshop.change(TITLE, "name = fields.CharField(max_length=300)\n    pages = fields.IntField()")
    (bookshop.folder / "bookshop.py").write_text(
        (bookshop.folder / "bookshop.py")
        .read_text()
        .replace("title = Field()", "name = Field()")
        .replace('("title",)', '("name",)')
    )
    assert "run `twofold migrate make`" in bookshop.refuses("check", "--files-only")
    assert "--fill books.pages=SQL" in bookshop.refuses("make", "--rename", "books.title=name")
    made = bookshop.says("make", "pages", "--rename", "books.title=name", "--fill", "books.pages=price + 7")
    assert "1_" in made
    formatted(bookshop.migrations)
    assert "Applied bookshop/1_" in bookshop.says("up")
    assert "say the same" in bookshop.says("check")
    assert await fetch(bookshop.url, "SELECT name, pages, price FROM books") == [("One", 12, 5)]
    assert "Undid bookshop/1_" in bookshop.says("down", "bookshop")
    assert await fetch(bookshop.url, "SELECT title, price FROM books") == [("One", 5)]


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_renames_are_asked_for_or_declared(bookshop: Bookshop) -> None:
    bookshop.says("make", "first")
    bookshop.change("price = fields.IntField", "cents = fields.IntField")
    bookshop.change('price="price >= 0"', 'cents="cents >= 0"')
    said = bookshop.refuses("make")
    assert "books.price goes and books.cents comes" in said
    assert "--rename books.price=cents" in said
    bookshop.change('table = "books"', 'table = "books"\n        renamed_columns = {"cents": "price"}')
    bookshop.says("make", "cents")
    (file,) = (bookshop.migrations / "bookshop").glob("1_*.py")
    assert '"ALTER TABLE books RENAME COLUMN price TO cents"' in file.read_text()
    assert '"ALTER TABLE books RENAME COLUMN cents TO price"' in file.read_text()
    assert "ask for nothing new" in bookshop.says("make")  # what is declared has happened

    bookshop.change('table = "books"', 'table = "volumes"\n        renamed_from = "books"')
    bookshop.says("make", "volumes")
    (file,) = (bookshop.migrations / "bookshop").glob("2_*.py")
    assert file.read_text().count('"ALTER TABLE books RENAME TO volumes"') == 2


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_what_is_no_rename_is_dropped_and_added(bookshop: Bookshop) -> None:
    bookshop.says("make", "first")
    bookshop.change("price = fields.IntField(default=0", "stock = fields.IntField(default=0")
    bookshop.change('price="price >= 0"', 'stock="stock >= 0"')
    bookshop.says("make", "stock", "--no-renames")
    (file,) = (bookshop.migrations / "bookshop").glob("1_*.py")
    assert '"ALTER TABLE books DROP COLUMN price"' in file.read_text()


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_wrong_words_are_refused(bookshop: Bookshop) -> None:
    assert "lower-case" in bookshop.refuses("make", "Not A Name")
    assert "there is no app nothing" in bookshop.refuses("make", "--app", "nothing")
    assert "--app" in bookshop.refuses("make", "--empty")
    bookshop.says("make", "first")
    bookshop.change(TITLE, f"{TITLE}\n    pages = fields.IntField()")
    assert "there is no table things" in bookshop.refuses("make", "--rename", "things.x=y")
    assert "books had no column typo" in bookshop.refuses("make", "--rename", "books.typo=pages")
    assert "books has no column typo now" in bookshop.refuses("make", "--rename", "books.title=typo")
    assert "there is no table typo now" in bookshop.refuses("make", "--rename", "books=typo")
    assert "books has no column typo" in bookshop.refuses("make", "--fill", "books.typo=1")
    assert "books.price is there already" in bookshop.refuses("make", "--rename", "books.title=price")
    assert "the table authors is there already" in bookshop.refuses("make", "--rename", "books=authors")
    twice = ("--rename", "books.title=pages", "--rename", "books.price=pages")
    assert "renamed to the same name" in bookshop.refuses("make", *twice)
    assert list((bookshop.migrations / "bookshop").glob("1_*.py")) == []


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_migration_for_data_and_a_baseline(bookshop: Bookshop) -> None:
    bookshop.says("make", "first")
    assert "1_" in bookshop.says("make", "fill_in", "--app", "bookshop", "--empty")
    (data,) = (bookshop.migrations / "bookshop").glob("1_*.py")
    formatted(bookshop.migrations)
    bookshop.says("up")
    bookshop.change("price = fields.IntField(default=0", "price = fields.IntField(default=1")  # no schema has that
    assert "ask for nothing new" in bookshop.says("make")
    bookshop.change("max_length=200", "max_length=250")
    assert "make that migration first" in bookshop.refuses("make", "more", "--app", "bookshop", "--empty")

    text = data.read_text()
    data.write_text(text[: text.index("SCHEMA = (")])  # as a file of aerich's own making
    assert "--baseline" in bookshop.refuses("make", "--app", "bookshop")
    assert "2_" in bookshop.says("make", "baseline", "--app", "bookshop", "--baseline")
    bookshop.says("up")
    assert "books.title: type is" in bookshop.refuses("check")


NOTES = """
from tortoise import Model, fields


class Note(Model):
    id = fields.IntField(primary_key=True)
    text = fields.TextField()

    class Meta:
        app = "{app}"
        table = "notes"
"""
OTHERS = NOTES.replace("notes", "others").replace("Note", "Other")


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
async def test_a_table_that_goes_to_another_app_keeps_its_rows(bookshop: Bookshop) -> None:
    application = bookshop.folder / "bookshop.py"
    apps = '"bookshop": ["bookmodels", "notes"], "other": ["others"]'
    application.write_text(application.read_text().replace('"bookshop": ["bookmodels"]', apps))
    notes, others = bookshop.folder / "notes.py", bookshop.folder / "others.py"
    notes.write_text(NOTES.format(app="bookshop"))
    others.write_text(OTHERS.format(app="other"))
    bookshop.says("make", "first")
    bookshop.says("up")
    await fetch(bookshop.url, "INSERT INTO notes (text) VALUES ('kept')")

    notes.write_text("")
    others.write_text(OTHERS.format(app="other") + NOTES.format(app="other"))
    for only in ((), ("--app", "bookshop")):
        assert "notes goes from the app bookshop to other" in bookshop.refuses("make", "moved", *only)
    assert len(list(bookshop.migrations.glob("*/1_*.py"))) == 0
    for app in ("bookshop", "other"):
        bookshop.says("make", "moved", "--baseline", "--app", app)
    assert bookshop.says("up").count("Applied") == 2
    assert "say the same" in bookshop.says("check")
    assert await fetch(bookshop.url, "SELECT text FROM notes") == [("kept",)]


async def test_the_storefronts_own_database_has_not_drifted(database: Database) -> None:
    wanted = Wanted(STOREFRONT)
    assert check_files(MIGRATIONS, wanted) == []
    assert await check_database(database, MIGRATIONS, wanted) == []


PLANTED = {
    "an index is gone": ("DROP INDEX ix_products_vendor_id", "ix_products_vendor_id"),
    "a table is gone": ("DROP TABLE product_images", "product_images: there is no such table"),
    "a table by hand": ("CREATE TABLE notes (id INT)", "notes: no model has this table"),
    "a column by hand": ("ALTER TABLE products ADD COLUMN note TEXT", "products.note: no model has this column"),
    "an index by hand": ("CREATE UNIQUE INDEX by_hand ON products (stock) WHERE stock > 7", "by_hand"),
    "a column of another name": ("ALTER TABLE tags RENAME COLUMN name TO word", "tags.name: there is no such column"),
    "the search is gone": ("{search_down}", "products: search looks in ()"),
}
CASCADING = "CONSTRAINT fk_orders_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE CASCADE"
ON_POSTGRES = {
    "a check is gone": ("ALTER TABLE products DROP CONSTRAINT ck_products_price", "ck_products_price"),
    "a check is looser": (
        "ALTER TABLE reviews DROP CONSTRAINT ck_reviews_rating, ADD CONSTRAINT ck_reviews_rating CHECK (rating < 6)",
        "ck_reviews_rating",
    ),
    "a key cascades": (
        f"ALTER TABLE orders DROP CONSTRAINT fk_orders_buyer_id, ADD {CASCADING}",
        "fk_orders_buyer_id",
    ),
    "a default": ("ALTER TABLE products ALTER COLUMN stock SET DEFAULT 9", "products.stock: default is '9'"),
    "null is let in": ("ALTER TABLE products ALTER COLUMN stock DROP NOT NULL", "products.stock: nullable is True"),
    "another type": ("ALTER TABLE tags ALTER COLUMN name TYPE TEXT", "tags.name: type is 'text'"),
    "another comment": ("COMMENT ON COLUMN products.currency IS 'Money.'", "products.currency: comment is 'Money.'"),
}
SEARCH_DOWN = {
    "sqlite": "DROP TRIGGER products_search_insert; DROP TRIGGER products_search_update;"
    "DROP TRIGGER products_search_delete; DROP TABLE products_search; DROP TABLE products_search_keys",
    "postgres": "ALTER TABLE products DROP COLUMN twofold_search",
}


async def test_planted_drift_is_told(database: Database, database_url: str, tmp_path: Path) -> None:
    wanted = Wanted(STOREFRONT)
    planted = PLANTED if database.dialect == "sqlite" else PLANTED | ON_POSTGRES
    for name, (statement, told) in planted.items():
        text = statement.format(search_down=SEARCH_DOWN[database.dialect])
        if database.dialect == "sqlite":
            path = tmp_path / f"{name}.sqlite3"
            shutil.copyfile(database_url.removeprefix("sqlite://"), path)
            found = await drift_after(open_database(f"sqlite://{path}"), text, wanted)
        else:
            found = await drift_within(database, text, wanted)
        assert any(told in each for each in found), (name, found)
        count("migrations", "drifts planted")
        count("migrations", "drifts told")
    assert await check_database(database, MIGRATIONS, wanted) == []


async def drift_after(database: Database, statements: str, wanted: Wanted) -> list[str]:
    await database.open()
    try:
        await database.connection.execute_script(f"PRAGMA foreign_keys = OFF; {statements}")
        return await check_database(database, MIGRATIONS, wanted)
    finally:
        await database.close()


async def drift_within(database: Database, statement: str, wanted: Wanted) -> list[str]:
    """In a transaction that is rolled back."""
    async with database.transaction() as connection:
        await database.fetch(statement)
        found = await check_database(database, MIGRATIONS, wanted)
        await connection.rollback()
    return found
