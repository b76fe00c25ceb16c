"""The command line, as a person types it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from support import server
from support.migrations import ALL

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).parent / "twofold")


def run(*arguments: str, database: Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TWOFOLD_DATABASE_URL": f"sqlite://{database}", **settings}
    return subprocess.run(
        [COMMAND, *arguments], cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "twofold.db"
    assert run("migrate", "up", database=path).returncode == 0
    return path


def test_migrations_are_applied_once_and_can_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "twofold.db"
    assert "pending" in run("migrate", "status", database=path).stdout
    assert run("migrate", "up", database=path).stdout.count("Applied") == len(ALL)
    assert run("migrate", "up", database=path).stdout == "Nothing to do.\n"
    assert "Undid storefront" in run("migrate", "down", "storefront", database=path).stdout
    assert re.findall("^applied|^pending", run("migrate", "status", database=path).stdout, re.M) == [
        *["applied"] * (len(ALL) - 1),
        "pending",
    ]


def test_seed_fills_an_empty_database_only(database: Path) -> None:
    assert "6978 rows in 14 tables" in run("seed", database=database).stdout
    again = run("seed", database=database)
    assert again.returncode == 1
    assert "nothing was written" in again.stderr


def test_an_account_and_a_key_made_here_work_on_both_faces(database: Path) -> None:
    made = run(
        "users", "create", "partner@example.com", "--name", "Partner", database=database, stdin="a long password\n"
    )
    assert made.returncode == 0, made.stderr
    assert "partner@example.com" in run("users", "list", database=database).stdout
    issued = run(
        "keys", "create", "partner@example.com", "--name", "sync", "--scope", "products:read", database=database
    )
    key = re.search(r"tfk_[\w-]+", issued.stdout)
    assert key is not None, issued.stderr
    headers = {"X-API-Key": key[0]}
    with server.serving(database) as url:
        assert httpx.get(f"{url}/api/v1/products", headers=headers).status_code == 200
        assert httpx.get(f"{url}/api/v1/orders", headers=headers).json()["error_code"] == "forbidden"
        answer = httpx.post(f"{url}/graphql", headers=headers, json={"query": "{ orders { totalCount } }"}).json()
        assert answer["errors"][0]["extensions"]["code"] == "forbidden"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"TWOFOLD_DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing"}, "The database cannot be reached"),
        ({"TWOFOLD_DATABASE_URL": "mysql://localhost/shop"}, "use sqlite:// or"),
        ({"TWOFOLD_DATABASE_POOL": "none"}, "TWOFOLD_DATABASE_POOL: Input should be a valid integer"),
        ({"TWOFOLD_APPLICATION": "no.such:THING"}, "cannot be loaded"),
    ],
)
def test_wrong_settings_are_said_in_a_sentence(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    failed = run("migrate", "status", database=tmp_path / "twofold.db", **settings)
    assert failed.returncode != 0
    assert said in failed.stderr.replace("\n", " ")
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_wrong_trusted_document_stops_the_start(database: Path, tmp_path: Path, workers: str) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text('{"mine": "{ colours }"}')
    failed = run("serve", "--no-demo", "--workers", workers, "--port", str(server.free_port()), database=database,
                 TWOFOLD_TRUSTED_DOCUMENTS=str(manifest))  # fmt: skip
    assert failed.returncode == 1
    assert f"in {manifest}, the document 'mine' is not valid" in failed.stderr
    assert "is served" not in failed.stdout
    assert "Traceback" not in failed.stderr


def test_a_taken_port_is_said_in_a_sentence(database: Path) -> None:
    with server.serving(database) as url:
        second = run("serve", "--port", url.rpartition(":")[2], database=database)
    assert second.returncode != 0
    assert "address already in use" in second.stderr
    assert "is served" not in second.stdout
    assert "Traceback" not in second.stderr


SAYS_ITS_NAME = """
import os, uvicorn
from twofold.cli import main
uvicorn.Server.run = lambda *_: print("named", os.environ.get("TWOFOLD_PUBLIC_URL"))
main()
"""


@pytest.mark.parametrize(
    ("options", "settings", "name"),
    [
        (["--port", "4321"], {}, "http://127.0.0.1:4321"),
        (["--port", "4321", "--host", "::1"], {}, "http://[::1]:4321"),
        (["--port", "4321", "--host", "0.0.0.0"], {}, "http://127.0.0.1:4321"),  # noqa: S104
        (["--port", "4321"], {"TWOFOLD_PUBLIC_URL": "https://shop.example"}, "https://shop.example"),
    ],
)
def test_a_server_knows_where_it_is_reached(
    database: Path, options: list[str], settings: dict[str, str], name: str
) -> None:
    environment = {**os.environ, "TWOFOLD_DATABASE_URL": f"sqlite://{database}", **settings}
    command = [sys.executable, "-c", SAYS_ITS_NAME, "serve", "--no-demo", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert f"named {name}\n" in done.stdout


def test_an_application_is_registered_listed_and_deleted(database: Path) -> None:
    uri = "https://notes.example/cb"
    made = run("clients", "create", "Notes", "--redirect-uri", uri, database=database)
    assert made.returncode == 0, made.stderr
    client_id, secret = made.stdout.split()
    assert secret.startswith("tfx_")
    assert (
        f"{client_id}\tsecret\t-\tauthorization_code,refresh_token\tNotes"
        in run("clients", "list", database=database).stdout
    )
    wrong = run("clients", "create", "Notes", "--redirect-uri", "http://notes.example", "--public", database=database)
    assert (wrong.returncode, "redirect_uris.0" in wrong.stderr) == (1, True)
    assert run("clients", "delete", client_id, database=database).returncode == 0
    assert client_id not in run("clients", "list", database=database).stdout
    assert run("clients", "delete", client_id, database=database).returncode == 1


def test_signing_keys_are_rotated(database: Path, tmp_path: Path) -> None:
    secret = {"TWOFOLD_SECRET_FILE": str(tmp_path / "secret")}
    assert run("signing", "rotate", "--algorithm", "ES256", database=database, **secret).returncode == 0
    rows = [line.split("\t") for line in run("signing", "list", database=database, **secret).stdout.splitlines()]
    assert sorted((row[1], row[2]) for row in rows) == [
        ("ES256", "active"), ("ES256", "next"), ("ES256", "retired"), ("RS256", "active"), ("RS256", "next"),
    ]  # fmt: skip
