"""What the processes that serve one database know together."""

from collections.abc import Mapping
from typing import Any

from twofold.shared.mapped import MappedFile
from twofold.shared.on_redis import OnRedis
from twofold.shared.shared import Shared
from twofold.shared.versions import Mark, Seen, Versions

__all__ = ["MappedFile", "Mark", "Seen", "Shared", "Versions", "shared_by"]


def shared_by(engine: str, credentials: Mapping[str, Any], redis: str | None, *, alone: bool = False) -> Shared:
    """Returns what processes share: in the Redis of that URL, or else in a file that is the database's."""
    if redis is None:
        return MappedFile(engine, credentials, alone=alone)
    return OnRedis(redis)
