"""What the processes that serve one database know together."""

from twofold.shared.mapped import MappedFile
from twofold.shared.on_redis import OnRedis
from twofold.shared.shared import Shared

__all__ = ["MappedFile", "OnRedis", "Shared"]
