"""Python as text, in the form that formatters leave as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

__all__ = ["call", "comment", "docstring", "literal", "sentence"]

WIDTH = 120
INDENT = "    "


def literal(text: str) -> str:
    """Returns a text as a literal, in double quotes where that needs no backslash more."""
    said = repr(text)
    return f'"{said[1:-1]}"' if '"' not in text and said[0] == "'" else said


def call(start: str, arguments: Sequence[str], *, indent: str = INDENT, end: str = ")") -> str:
    """Returns a line such as `name = Field(a, b)`: `start` with its bracket, and over several lines if it is long."""
    whole = f"{indent}{start}{', '.join(arguments)}{end}"
    if len(whole) <= WIDTH:
        return whole
    inside = f"{indent}{INDENT}{', '.join(arguments)}"
    if len(inside) > WIDTH:
        inside = "\n".join(f"{indent}{INDENT}{each}," for each in arguments)
    return f"{indent}{start}\n{inside}\n{indent}{end}"


def comment(text: str, *, indent: str = INDENT) -> str:
    """Returns a comment, over several lines if it is long."""
    start = f"{indent}# "
    return textwrap.fill(sentence(text), WIDTH, initial_indent=start, subsequent_indent=start, break_long_words=False)


def docstring(text: str, *, indent: str = INDENT) -> str:
    """Returns a docstring; what is too long for one line goes below the first."""
    said = sentence(text).replace("\\", "/").replace('"', "'")
    if len(said) + len(indent) + 6 <= WIDTH:
        return f'{indent}"""{said}"""'
    lines = textwrap.fill(said, WIDTH - 3, initial_indent=f'{indent}"""', subsequent_indent=indent)
    return f'{lines}\n{indent}"""'


def sentence(text: str) -> str:
    """Returns a text on one line, with a full stop at its end."""
    said = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return said if said.endswith((".", "!", "?")) else f"{said}."
