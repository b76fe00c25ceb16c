"""A migration as the text of its file, in the form that formatters leave as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aerich.utils import get_formatted_compressed_data

from twofold.database import Dialect
from twofold.migrate.steps import Alone, Batches, Concurrently, Rebuild, Step
from twofold.schema import Schema
from twofold.schema.tokens import tokens

__all__ = ["rendered"]

WIDTH = 120
FILE = '''"""{title}"""

from tortoise import BaseDBAsyncClient

from twofold.migrate import {names}

RUN_IN_TRANSACTION = False

UP = {up}
DOWN = {down}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    {state}
)
SCHEMA = (
    {schema}
)
'''
Steps = Mapping[Dialect, Sequence[Step]]


def rendered(title: str, up: Steps, down: Steps, state: Mapping[str, Any], schemas: Mapping[Dialect, Schema]) -> str:
    """Returns the text of a migration file; `title` is its docstring, `state` what aerich keeps of the models."""
    used = {type(step).__name__ for steps in (*up.values(), *down.values()) for step in steps} - {"str"}
    return FILE.format(
        title=title,
        names=", ".join([*sorted(used), "run"]),
        up=_sides(up),
        down=_sides(down),
        state=get_formatted_compressed_data(dict(state)),
        schema=get_formatted_compressed_data({dialect: each.as_json() for dialect, each in schemas.items()}),
    )


def _sides(sides: Steps) -> str:
    lines = ["{"]
    for dialect, steps in sides.items():
        if not steps:
            lines.append(f'    "{dialect}": [],')
            continue
        lines.append(f'    "{dialect}": [')
        lines += [textwrap.indent(_step(step), "        ", lambda _: True) + "," for step in steps]
        lines.append("    ],")
    return "\n".join([*lines, "}"])


def _step(step: Step) -> str:
    match step:
        case str():
            return _text(step)
        case Alone(sql):
            return _call("Alone", [_text(sql)])
        case Concurrently(sql, index):
            return _call("Concurrently", [_text(sql), f"index={_text(index)}"])
        case Rebuild() | Batches():
            return _call(type(step).__name__, [*_arguments(step)], always_split=True)
        case _:
            raise TypeError(f"{step!r} is written by hand, not generated")


def _arguments(step: Rebuild | Batches) -> Iterator[str]:
    yield f"table={_text(step.table)}"
    if isinstance(step, Rebuild):
        yield f"create={_text(step.create)}"
        if step.values:
            values = "".join(f"    {_text(name)}: {_text(value)},\n" for name, value in step.values.items())
            yield f"values={{\n{values}}}"
        if step.without:
            yield f"without={step.without!r}"
        return
    yield f"sql={_text(step.sql)}"
    if step.key != "id":
        yield f"key={_text(step.key)}"
    if step.where is not None:
        yield f"where={_text(step.where)}"


def _call(name: str, arguments: Sequence[str], *, always_split: bool = False) -> str:
    whole = f"{name}({', '.join(arguments)})"
    if not always_split and len(whole) + 9 <= WIDTH and "\n" not in whole:  # with its indentation and comma
        return whole
    lines = "".join(f"{textwrap.indent(each, '    ', lambda _: True)},\n" for each in arguments)
    return f"{name}(\n{lines})"


def _text(sql: str) -> str:
    """A string: in the quotes that need no backslash, over several lines where the SQL has them.

    Lines are indented with what is around them, which a literal of several lines would not bear.
    """
    has_long_literal = any("\n" in each.text for each in tokens(sql, "postgres") if each.kind in ("string", "name"))
    if has_long_literal or "\\" in sql or '"""' in sql or not sql.replace("\n", "").isprintable():
        return _escaped(sql)
    if "\n" in sql or ('"' in sql and "'" in sql):
        return f'"""{sql}"""' if not sql.endswith('"') else f'"""{sql}\n"""'
    return f"'{sql}'" if '"' in sql else f'"{sql}"'


def _escaped(sql: str) -> str:
    """A string of one line, in the quotes that need fewer backslashes; double ones when both need as many."""
    quote = "'" if sql.count('"') > sql.count("'") else '"'
    inside = "".join(each if each.isprintable() and each != "\\" else repr(each)[1:-1] for each in sql)
    return quote + inside.replace(quote, f"\\{quote}") + quote
