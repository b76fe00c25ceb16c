"""An adoption, as a test looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from support.adopted.project import Project
from twofold.schema import Schema

__all__ = ["Adoption"]


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """An adopted database: what it was before, and what both faces answered while all was closed."""

    project: Project
    before: Schema
    after: Schema
    """When the command had run, and nothing else."""
    closed: Mapping[str, tuple[str, str]]
    """By resource, the codes with which REST and GraphQL refused."""
