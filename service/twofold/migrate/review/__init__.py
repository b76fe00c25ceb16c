"""Reading migrations as a senior reviewer would, before they run: what is lost, who waits, what breaks.

A migration's steps are read as SQL, on both dialects and in both directions, and every check says what it finds.
"""

from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.review import Landed, review
from twofold.migrate.review.sizes import Sizes, sizes_of

__all__ = ["Finding", "Landed", "Severity", "Sizes", "review", "sizes_of"]
