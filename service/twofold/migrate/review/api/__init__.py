"""The API's own diff: what a change of the code does to clients, and who may see or do more than before."""

from twofold.migrate.review.api.diff import ApiDiff, NotTold, api_diff

__all__ = ["ApiDiff", "NotTold", "api_diff"]
