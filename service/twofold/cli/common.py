"""What commands share: the application and its database."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import typer

from twofold.application import Application
from twofold.database import Database, tortoise_config
from twofold.settings import Settings

__all__ = ["load_application", "load_asgi", "open_database"]


def load_application(settings: Settings) -> Application:
    """Returns the application that the settings name; ends the command when there is none."""
    module, _, name = settings.application.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # last, so that nothing here hides what is installed
    try:
        application = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise typer.BadParameter(f"TWOFOLD_APPLICATION={settings.application} cannot be loaded: {error}") from error
    if not isinstance(application, Application):
        raise typer.BadParameter(f"TWOFOLD_APPLICATION={settings.application} is no Application")
    return application


def load_asgi(settings: Settings | None = None) -> Any:
    """Returns the ASGI application that the application names; ends the command when there is none."""
    place = load_application(settings or Settings()).asgi
    module, _, name = place.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise typer.BadParameter(f"the ASGI application {place} cannot be loaded: {error}") from error


@asynccontextmanager
async def open_database(settings: Settings | None = None) -> AsyncIterator[Database]:
    """Gives the application's database, open within the block."""
    settings = settings or Settings()
    it = load_application(settings)
    config = tortoise_config(
        settings.database_url, it.models, settings.database_pool, settings.connecting, engine_prefix=it.engine_prefix
    )
    database = Database(config, replicas=settings.replicas, redis=settings.redis)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
