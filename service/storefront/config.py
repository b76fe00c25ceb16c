"""Which models the application has, and where their database is. aerich reads `TORTOISE`."""

from twofold.application import ENGINE_MODELS
from twofold.database import tortoise_config
from twofold.settings import Settings

__all__ = ["MODELS", "TORTOISE"]

MODELS = {"twofold": list(ENGINE_MODELS), "storefront": ["storefront.models"]}

_settings = Settings()
TORTOISE = tortoise_config(_settings.database_url, MODELS, _settings.database_pool, _settings.connecting)
