"""What the processes that serve one database know together."""

from collections.abc import Mapping
from typing import Any

from twofold.shared.mapped import MappedFile
from twofold.shared.shared import Shared

__all__ = ["MappedFile", "Shared", "shared_by"]


def shared_by(engine: str, credentials: Mapping[str, Any], redis: str | None) -> Shared:
    """Returns what processes share: in the Redis of that URL, or else in a file that is the database's."""
    if redis is None:
        return MappedFile(engine, credentials)
    from twofold.shared.on_redis import OnRedis  # noqa: PLC0415  # who has no Redis does without its client's 6 MB

    return OnRedis(redis)
