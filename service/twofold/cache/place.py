"""Where answers are kept, in a sentence for operators."""

from twofold.settings import Settings

__all__ = ["said_of_place"]


def said_of_place(settings: Settings) -> str:
    """Returns where answers are kept, how much, and for how long.

    Raises:
        WrongSetting: they are to be kept in Redis, and there is none.
    """
    match settings.cache_place:
        case "off" if settings.cache == "off":
            return "nowhere (TWOFOLD_CACHE is off)"
        case "off":
            return "nowhere: other machines may write to PostgreSQL, and there is no TWOFOLD_REDIS_URL to hear of it by"
        case place:
            where = "in Redis" if place == "redis" else "in the memory of each process"
            return f"{where}, at most {settings.cache_mb} MiB in each process, for {settings.cache_ttl_s:g} s"
