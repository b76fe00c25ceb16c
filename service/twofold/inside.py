"""The part of the filter grammar that looks inside JSON columns.

A comparison says where it looks: `{"path": ["sizes", 0, "cm"], "gte": 40}`. Text in a path is the key of an object's
member, a whole number the place in a list, from 0. Types are never changed: 1 is neither the text "1" nor true.
"""

from typing import Any, Literal

from twofold.condition import Slot, Step
from twofold.errors import TooCostly
from twofold.invalid import refused
from twofold.kinds import LISTS, TEXTUAL, check_json

__all__ = ["check_value", "parse_path"]

MAX_STEPS = 10
MAX_INDEX = 2**31 - 1

Path = tuple[str | int, ...]


def parse_path(data: object, values: list[Any], path: Path) -> tuple[Step, ...]:
    """Returns the steps of a path, or of the one step that stands for it; their keys and places join `values`.

    Raises:
        Invalid: it is not a list of keys and places.
        TooCostly: it is longer than a request may have.
    """
    if isinstance(data, str | int):
        data = [data]
    if not isinstance(data, list | tuple) or not data:
        raise refused(path, "not_a_path", 'A path is a list of keys and places, for example ["sizes", 0, "cm"].')
    if len(data) > MAX_STEPS:
        raise TooCostly(f"The path has {len(data)} steps; the limit is {MAX_STEPS}.")
    return tuple(_step(step, values, (*path, number)) for number, step in enumerate(data))


def _step(step: object, values: list[Any], path: Path) -> Step:
    if isinstance(step, bool) or not isinstance(step, str | int):
        raise refused(path, "not_a_step", "A step is a key (text) or a place in a list (0, 1, …).")
    if isinstance(step, int) and not 0 <= step <= MAX_INDEX:
        raise refused(path, "out_of_range", f"A place in a list is a whole number from 0 to {MAX_INDEX}.")
    _check(step, path)
    values.append(step)
    return Step("key" if isinstance(step, str) else "index", Slot("read", len(values) - 1))


def check_value(operator: str, value: object, path: Path) -> Literal["text", "number"] | None:
    """Returns the type that both sides must have; None where the operator compares values of any type.

    Raises:
        Invalid: the operator does not compare with such a value.
    """
    if operator in LISTS and isinstance(value, list | tuple):
        for number, item in enumerate(value):
            _check_scalar(item, (*path, number))
        return None
    _check_scalar(value, path)
    if operator in ("eq", "ne"):
        return None
    if isinstance(value, str):
        return "text"
    if operator in TEXTUAL or isinstance(value, bool):
        raise refused(
            path, "wrong_type", f"{operator!r} takes {'text' if operator in TEXTUAL else 'a number or text'}."
        )
    return "number"


def _check_scalar(value: object, path: Path) -> None:
    if not isinstance(value, str | int | float):
        raise refused(path, "wrong_type", "What is inside JSON is compared with text, a number, true or false.")
    _check(value, path)


def _check(value: object, path: Path) -> None:
    try:
        check_json(value)
    except ValueError as error:
        said = str(error)
        raise refused(path, "value_error", f"{said[:1].upper()}{said[1:]}.") from None
