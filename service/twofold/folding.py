"""What case-insensitive means: the same on every database, and in no particular language."""

__all__ = ["FUNCTION", "folded"]

FUNCTION = "twofold_folded"
"""The name of `folded` in SQL on SQLite, whose own functions know the letters of ASCII only."""


def folded(text: str | None) -> str | None:
    """Returns the text in Unicode's full lower case, and that in full upper case; two texts are equal if these are.

    So "Straße" is "STRASSE", every sigma is the same, and the Kelvin sign is K. It is Unicode's default caseless
    matching (The Unicode Standard, D144), but for the dotless i, which is an i here. Accents count.

    PostgreSQL says the same by `upper(lower(… COLLATE "und-x-icu"))`; it has no casefold before release 18. Upper case
    comes last since it knows no context, whereas the lower case of a sigma depends on the letters around it.
    """
    return None if text is None else text.lower().upper()
