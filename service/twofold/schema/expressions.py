"""The expressions of an index that a model declares, as SQL."""

from collections.abc import Mapping
from copy import copy

from tortoise import Model
from tortoise.context import TortoiseContext, _current_context  # pyright: ignore[reportPrivateUsage]
from tortoise.indexes import Index

from twofold.database import Dialect, tortoise_config

__all__ = ["expressions_of"]

ANY_DATABASE: Mapping[Dialect, str] = {"sqlite": "sqlite://:memory:", "postgres": "postgres://localhost/none"}


def expressions_of(index: Index, model: type[Model], dialect: Dialect) -> list[str]:
    """Returns the expressions as Tortoise writes them, in brackets and with quoted names; none for an index of fields.

    It asks the current connection for its dialect, so there is one; nothing connects. It also keeps what it resolved on
    the index, which would be the first dialect's for good: hence the copy.
    """
    resolved = copy(index)
    context = TortoiseContext()
    config = tortoise_config(ANY_DATABASE[dialect], {})
    context.connections._init_config(config["connections"])  # pyright: ignore[reportPrivateUsage]
    token = _current_context.set(context)
    try:
        resolved.resolve_expressions(model)
    finally:
        _current_context.reset(token)
    return [] if resolved.fields else resolved.field_names
