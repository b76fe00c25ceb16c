"""What the command takes and refuses, and how it maps what it finds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from support.adopted.project import make, run
from support.databases import new_empty
from support.postgres import execute
from twofold.adopt import AdoptFailed, adopt
from twofold.adopt.names import Names, class_name, plural, singular, snake
from twofold.migrate.files import MigrationFile

pytestmark = pytest.mark.adopt


def file_with(folder: Path, sql: str, name: str = "shop.db") -> str:
    path = folder / name
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    connection.close()
    return f"sqlite://{path}"


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


async def models_of(folder: Path, sql: str) -> str:
    made = await adopt(file_with(folder, sql), folder / "made")
    return (made.folder / "made" / "models.py").read_text()


async def test_the_file_is_left_as_it_was(tmp_path: Path) -> None:
    url = file_with(tmp_path, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
    before = files_in(tmp_path)
    await adopt(url, tmp_path / "made")
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(("url", "said"), [
    ("sqlite://nowhere.db", "there is no file nowhere.db"),
    ("mysql://root:secret@127.0.0.1/shop", "begins neither with sqlite:// nor with postgres://"),
    ("postgres://me:sec/ret@127.0.0.1/shop", "cannot be read"),
    ("postgres://me:secret@127.0.0.1:1/shop", "the database 127.0.0.1:1/shop cannot be read"),
])  # fmt: skip
def test_a_wrong_url_is_a_sentence_without_its_password(url: str, said: str, tmp_path: Path) -> None:
    done = run("adopt", url, "made", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "sec" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    url = file_with(tmp_path, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
    (tmp_path / "made").mkdir()
    with pytest.raises(AdoptFailed, match="made is there already"):
        await adopt(url, tmp_path / "made")
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize(("sql", "said"), [
    ("CREATE TABLE twofold_users (id INTEGER PRIMARY KEY)", "the database has twofold_users already"),
    ("PRAGMA user_version = 1", "has no tables and no views"),
])  # fmt: skip
async def test_what_cannot_be_adopted(sql: str, said: str, tmp_path: Path) -> None:
    url = file_with(tmp_path, sql)
    with pytest.raises(AdoptFailed, match=said):
        await adopt(url, tmp_path / "made")
    assert not (tmp_path / "made").exists()


async def test_a_password_is_written_nowhere(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str) -> None:
    url = new_empty(request, "postgres", tmp_path)
    await make(
        ["CREATE TABLE things (id SERIAL PRIMARY KEY)", "CREATE SCHEMA other", "CREATE TABLE other.t (a INT)"], url
    )
    name = url.rpartition("/")[2]
    execute(postgres_url, f"CREATE ROLE {name} LOGIN PASSWORD 'hidden/word' IN ROLE pg_read_all_data")
    place = url.partition("@")[2]
    try:
        done = run("adopt", f"postgres://{name}:hidden%2Fword@{place}", "made", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    finally:
        execute(postgres_url, f"DROP ROLE {name}")
    said = done.stdout + done.stderr + text_of(tmp_path)
    assert "hidden" not in said
    assert "export TWOFOLD_DATABASE_URL=" in said
    assert "The schema `other`, with 1 tables, is not the current one." in said
    assert "class Things(" in said


async def test_sqlite_s_values_say_what_its_types_do_not(tmp_path: Path) -> None:
    models = await models_of(tmp_path, """
        CREATE TABLE t (
            id INTEGER PRIMARY KEY, day DATE, odd_day DATE, moment DATETIME, our_moment DATETIME, flag BOOLEAN,
            odd_flag BOOLEAN, price DECIMAL(10,2), fine DECIMAL(10,2),
            huge DECIMAL(30,2), mixed, small VARCHAR(3), big INT,
            data JSON, odd_data JSON, code CHAR(36), picture BLOB, at INTEGER DEFAULT 3,
            kind TEXT CHECK (kind IN ('a', 'b')),
            sort TEXT CHECK (sort IN ('a-b', 'c'))
        );
        INSERT INTO t VALUES (
            1, '2020-02-29', '29.2.2020', '2020-01-01 10:00:00', '2020-01-01T10:00:00.000000Z', 1, 7, 1.25, 1.255, 5,
            'x', 'long', 5000000000, '[1]', '{', '0190a6f2-7d0c-7c3e-8a51-0123456789ab', x'00', 1, 'a', 'c'
        ), (2, NULL, NULL, NULL, NULL, 0, 1, 2, 3, 99999999999999.99, 5, NULL, NULL, NULL, NULL, NULL, NULL, 2,
            NULL, NULL);
        """)  # fmt: skip
    for line in (
        "day = fields.DateField(null=True)",
        "odd_day = fields.TextField(null=True)",
        "moment = fields.TextField(null=True)",
        "our_moment = fields.DatetimeField(null=True)",
        "flag = fields.BooleanField(null=True)",
        "odd_flag = fields.IntField(null=True)",
        "price = fields.DecimalField(max_digits=10, decimal_places=2, null=True)",
        "fine = fields.FloatField(null=True)",
        "huge = fields.FloatField(null=True)",
        "small = fields.TextField(null=True)",
        "big = fields.BigIntField(null=True)",
        "data: Any = fields.JSONField(null=True)",
        "odd_data = fields.TextField(null=True)",
        "code = fields.UUIDField(null=True)",
        "at = fields.IntField(null=True, default=3)",
        "kind = fields.CharEnumField(TKind, max_length=1, null=True)",
        "sort = fields.TextField(null=True)",
        "# Left out: `mixed`, a column of type ``: its rows hold numbers and text.",
        "# Left out: `picture`, a column of type `BLOB`: bytes have no form that both faces share.",
    ):
        assert f"    {line}\n" in models, line


async def test_keys_of_every_sort(tmp_path: Path) -> None:
    models = await models_of(tmp_path, """
        CREATE TABLE pairs (a INT, b TEXT, PRIMARY KEY (a, b));
        CREATE TABLE none (a INT, rowid TEXT);
        CREATE TABLE by_unique (a INT, b TEXT NOT NULL UNIQUE);
        CREATE TABLE by_text (code VARCHAR(5) PRIMARY KEY NOT NULL);
        CREATE TABLE links (pair INT REFERENCES numbered, other INT REFERENCES numbered, UNIQUE (pair, other));
        CREATE TABLE numbered (id INTEGER PRIMARY KEY);
        CREATE VIEW shown AS SELECT a AS x FROM pairs;
        """)  # fmt: skip
    for line in (
        'table = "twofold_keyed_pairs"',
        'id = fields.BigIntField(primary_key=True, source_field="_rowid_")',
        "b = fields.CharField(max_length=255, primary_key=True)",
        "code = fields.CharField(max_length=5, primary_key=True)",
        'table = "twofold_keyed_shown"',
        "numbereds_by_links: fields.ManyToManyRelation[Numbered] = fields.ManyToManyField(",
    ):
        assert line in models, line
    assert "class Link(" not in models
    made = sqlite3.connect(tmp_path / "shop.db")
    made.execute("INSERT INTO pairs VALUES (1, NULL), (1, '~'), (NULL, 'a-b')")
    (view,) = [each for each in _views(tmp_path / "made") if "pairs" in each]
    made.execute(view)
    assert [row[0] for row in made.execute("SELECT id FROM twofold_keyed_pairs")] == ["1-~", "1-~0", "~-a~1b"]
    made.close()


def _views(folder: Path) -> list[str]:
    (path,) = (folder / "migrations" / "made").glob("0_*.py")
    return [str(each) for each in MigrationFile.at(path).load().UP["sqlite"]]


async def test_a_table_of_many_columns(tmp_path: Path) -> None:
    models = await models_of(tmp_path, f"CREATE TABLE t ({', '.join(f'c{number} INT' for number in range(450))})")
    assert models.count("= fields.IntField(null=True)") == 450


def test_names() -> None:
    assert [snake(each, "column") for each in ("ArtistId", "HTTPServer", "größe (cm)", "2nd", "表", "a__b", "É-c")] == [
        "artist_id", "http_server", "grosse_cm", "column_2nd", "column", "a_b", "e_c",
    ]  # fmt: skip
    pairs = [
        ("categories", "category"),
        ("boxes", "box"),
        ("buses", "bus"),
        ("films", "film"),
        ("addresses", "address"),
    ]
    assert [singular(many) for many, _ in pairs] == [one for _, one in pairs]
    assert [plural(one) for _, one in pairs] == [many for many, _ in pairs]
    assert [singular(each) for each in ("news", "status", "address", "ties")] == ["news", "status", "address", "tie"]
    assert class_name("film_2_actor") == "Film2Actor"
    names = Names(["save"])
    assert [names.new(each) for each in ("class", "save", "a_b", "ab", "a_b")] == [
        "class_column", "save_column", "a_b", "ab_column", "a_b_2",
    ]  # fmt: skip
