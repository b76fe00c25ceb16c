"""What commands share: the application and its database."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from twofold.application import Application
from twofold.database import Database, tortoise_config
from twofold.settings import Settings

__all__ = ["load_application", "open_database"]


def load_application(settings: Settings) -> Application:
    """Returns the application that the settings name; ends the command when there is none."""
    module, _, name = settings.application.partition(":")
    try:
        application = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise typer.BadParameter(f"TWOFOLD_APPLICATION={settings.application} cannot be loaded: {error}") from error
    if not isinstance(application, Application):
        raise typer.BadParameter(f"TWOFOLD_APPLICATION={settings.application} is no Application")
    return application


@asynccontextmanager
async def open_database(settings: Settings | None = None) -> AsyncIterator[Database]:
    """Gives the application's database, open within the block."""
    settings = settings or Settings()
    models = load_application(settings).models
    config = tortoise_config(settings.database_url, models, settings.database_pool, settings.connecting)
    database = Database(config, replicas=settings.replicas, redis=settings.redis)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
