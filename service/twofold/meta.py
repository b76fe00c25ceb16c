"""What models say in their Meta beside Tortoise's own options."""

from __future__ import annotations

from typing import Any

from tortoise import Model

__all__ = ["is_managed", "said", "source_of"]


def is_managed(model: type[Model]) -> bool:
    """Returns whether our migrations make the model's table; `managed = False`: others have, and look after it."""
    return bool(said(model, "managed", True))


def source_of(model: type[Model]) -> str | None:
    """Returns the table that the model shows by a view, if it says one (`source`)."""
    source: str | None = said(model, "source", None)
    return source


def said(model: type[Model], name: str, default: Any) -> Any:
    """Returns what the Meta says under a name."""
    return getattr(getattr(model, "Meta", None), name, default)
