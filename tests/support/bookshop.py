"""A small application in files of its own, whose models a test changes, and the command line run on it."""

import os
import subprocess
import sys
from pathlib import Path

MODELS = '''
from tortoise import Model, fields

from twofold.fields import VersionField, checks, id_field


class Author(Model):
    id = id_field()
    name = fields.CharField(max_length=100, unique=True)

    class Meta:
        app = "bookshop"
        table = "authors"


class Book(Model):
    """A book that is sold."""

    id = id_field()
    author = fields.ForeignKeyField("bookshop.Author", on_delete=fields.CASCADE, db_index=True)
    title = fields.CharField(max_length=200)
    price = fields.IntField(default=0, description="In cents.")
    version = VersionField()

    class Meta:
        app = "bookshop"
        table = "books"
        constraints = checks("books", price="price >= 0")
'''

APPLICATION = '''
import bookmodels
from twofold.application import ENGINE_MODELS, Application
from twofold.resource import Field, Resource
from twofold.rules import EVERYONE


class Books(Resource[bookmodels.Book]):
    """Books."""

    read = EVERYONE
    title = Field()
    search = ("title",)


APP = Application(
    name="Bookshop",
    models={"twofold": list(ENGINE_MODELS), "bookshop": ["bookmodels"]},
    resources=[Books],
    asgi="bookshop:app",
    first_request="/api/v1/books",
)
'''


class Bookshop:
    """The application in `folder`, with a database at `url`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.models = MODELS
        (folder / "bookshop.py").write_text(APPLICATION)
        self.change("", "")

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"

    def change(self, before: str, after: str) -> None:
        """Puts some other text into the models."""
        assert before in self.models, before
        self.models = self.models.replace(before, after, 1) if before else self.models
        (self.folder / "bookmodels.py").write_text(self.models)

    def run(self, *arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
        """Runs `twofold migrate`; nobody sits at a terminal."""
        environment = os.environ | {
            "TWOFOLD_DATABASE_URL": self.url,
            "TWOFOLD_APPLICATION": "bookshop:APP",
            "PYTHONPATH": os.pathsep.join([str(self.folder), *sys.path]),
            "PYTHONDONTWRITEBYTECODE": "1",  # or a file that changes twice in a second is not read again
        }
        command = [sys.executable, "-c", "from twofold.cli import main; main()", "migrate", *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            input=told,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def says(self, *arguments: str) -> str:
        """Returns what a command says that succeeds."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *arguments: str) -> str:
        """Returns what a command says that fails: a sentence, and no stack trace."""
        done = self.run(*arguments)
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr
