"""The files of a project that serves an adopted database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twofold.adopt.code import sentence
from twofold.adopt.design import Design
from twofold.adopt.models import models_file
from twofold.adopt.readme import readme_file
from twofold.adopt.resources import resources_file
from twofold.application import ENGINE_MODELS, Application
from twofold.database import Dialect
from twofold.migrate.make import draft, write
from twofold.migrate.render import rendered
from twofold.migrate.wanted import Wanted
from twofold.schema import Schema
from twofold.sql.dialects import quoted

__all__ = ["PREFIX", "engine_application", "write_project"]

PREFIX = "twofold_"
"""With what the names of the engine's tables begin in a database that was there before it."""
NO_SCHEMA: Mapping[Dialect, Schema] = {"sqlite": Schema(), "postgres": Schema()}

CONFIG = '''"""Which models the application has, and where their database is. aerich reads `TORTOISE`."""

from twofold.application import ENGINE_MODELS
from twofold.database import tortoise_config
from twofold.settings import Settings

__all__ = ["ENGINE_PREFIX", "MODELS", "TORTOISE"]

ENGINE_PREFIX = "{prefix}"
"""With what the names of the engine's own tables begin."""
MODELS = {{"twofold": list(ENGINE_MODELS), "{app}": ["{app}.models"]}}

_settings = Settings()
TORTOISE = tortoise_config(
    _settings.database_url, MODELS, _settings.database_pool, _settings.connecting, engine_prefix=ENGINE_PREFIX
)
'''
APPLICATION = '''"""The application: its models and resources."""

from twofold.application import Application

from {app}.config import ENGINE_PREFIX, MODELS
from {app}.resources import RESOURCES

__all__ = ["APPLICATION"]

APPLICATION = Application(
    name="{title}",
    models=MODELS,
    resources=RESOURCES,
    asgi="{app}.asgi:app",
    first_request="/api/v1/openapi.json",
    engine_prefix=ENGINE_PREFIX,
)
'''
ASGI = '''"""Where the application meets both faces. `uvicorn {app}.asgi:app`."""

from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

from {app}.application import APPLICATION

__all__ = ["app"]

app = create_app(Engine(APPLICATION, Settings()), faces=[GraphQLFace()])
'''
PYPROJECT = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "{app}"
version = "0.1.0"
description = "The database {database}, served as GraphQL and REST."
requires-python = ">=3.11"
dependencies = ["twofold"]

[tool.hatch.build.targets.wheel]
packages = ["{app}"]

[tool.aerich]
tortoise_orm = "{app}.config.TORTOISE"
location = "./migrations"
src_folder = "./."
"""
ENV = """TWOFOLD_APPLICATION={app}.application:APPLICATION
TWOFOLD_MIGRATIONS=migrations
"""
IGNORED = "twofold.secret\nmail/\n__pycache__/\n"


def engine_application(name: str) -> Application:
    """Returns an application of the engine's own models only, under the prefix."""
    return Application(name=name, models={"twofold": list(ENGINE_MODELS)}, resources=[], asgi="", first_request="",
                       engine_prefix=PREFIX)  # fmt: skip


def write_project(folder: Path, app: str, database: str, shown_url: str | None, found: Dialect, design: Design) -> None:
    """Writes the project into `folder`, which it makes.

    `database` is what people call the database, and `shown_url` its URL if nothing in it is secret.

    Raises:
        FileExistsError: the folder is there already.
    """
    folder.mkdir(parents=True)
    title = app.replace("_", " ").capitalize()
    url = f"TWOFOLD_DATABASE_URL={shown_url}\n" if shown_url else ""
    files = {
        f"{app}/__init__.py": f'"""{title}, a database that was there before the service."""\n',
        f"{app}/models.py": models_file(app, design),
        f"{app}/resources.py": resources_file(app, design),
        f"{app}/config.py": CONFIG.format(app=app, prefix=PREFIX),
        f"{app}/application.py": APPLICATION.format(app=app, title=title),
        f"{app}/asgi.py": ASGI.format(app=app),
        "pyproject.toml": PYPROJECT.format(
            app=app, database=sentence(database)[:-1].replace("\\", "/").replace('"', "'")
        ),
        ".env": ENV.format(app=app) + url,
        ".gitignore": IGNORED,
        "README.md": readme_file(app, database, shown_url, PREFIX, design),
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    _write_migrations(folder / "migrations", app, found, design)


def _write_migrations(migrations: Path, app: str, dialect: Dialect, design: Design) -> None:
    wanted = Wanted(engine_application(app))
    write(draft(migrations, "twofold", wanted), migrations, wanted, "init")
    views = [each.key for each in design.models if each.key.view]
    up: dict[Dialect, list[str]] = {"sqlite": [], "postgres": []}
    down: dict[Dialect, list[str]] = {"sqlite": [], "postgres": []}
    up[dialect] = [str(each.statement) for each in views]
    down[dialect] = [f"DROP VIEW {quoted(str(each.view))}" for each in reversed(views)]
    text = rendered("The tables were there; views give rows a key that have none.", up, down, {}, NO_SCHEMA)
    engine_file = next((migrations / "twofold").glob("0_*.py"))
    path = migrations / app / engine_file.name.replace("_init.py", "_adopted.py")
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
