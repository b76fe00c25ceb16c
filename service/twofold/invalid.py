"""Errors of the input's fields: one form for inputs, filters and whatever else is validated."""

from pydantic import ValidationError

from twofold.errors import FieldError, Invalid

__all__ = ["invalid", "refused"]


def invalid(error: ValidationError, path: tuple[str | int, ...] = ()) -> Invalid:
    """Returns the error to raise: one field error for each of Pydantic's, under `path`."""
    return Invalid(
        field_errors=[
            FieldError(path=(*path, *each["loc"]), code=each["type"], message=_sentence(each["msg"]))
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    )


def refused(path: tuple[str | int, ...], code: str, message: str) -> Invalid:
    """Returns the error to raise for the one thing that is wrong at `path`."""
    return Invalid(field_errors=[FieldError(path=path, code=code, message=message)])


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ").rstrip(".")
    return message[:1].upper() + message[1:] + "."
