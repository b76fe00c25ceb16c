"""Where things are in the memory that the processes of one machine share, in words of 64 bits."""

__all__ = ["ANY_OPEN", "BOOT", "DEADLINES", "MASKS", "MASK_WORDS", "PLACES", "SIZE", "SLOTS", "SLOT_COUNT", "STATS",
           "STATS_PLACES", "STATS_WORDS", "WHOLE", "WRITTEN"]  # fmt: skip

WRITTEN, BOOT, WHOLE, ANY_OPEN = 1, 2, 3, 4
"""How far the primary's log is written; in which run of the machine; the version of the whole; whether any write may be
under way, so that readers need not look at all places: it lies beside the version that they look at anyway."""

PLACES = 128
"""Writes that can be under way at once."""
MASK_WORDS = 8
DEADLINES = 8
"""Until when each is under way at most, 0 where there is none."""
MASKS = DEADLINES + PLACES
"""Which tags each has opened: a bit for each of 512 parts of the slots."""

STATS = MASKS + PLACES * MASK_WORDS
STATS_PLACES, STATS_WORDS = 64, 32
"""Of each process, what its cache has done."""

SLOTS = 4096
SLOT_COUNT = 65536
"""Versions of tags. Several tags have one slot: then more is asked again than has to be."""
SIZE = SLOTS + SLOT_COUNT
