"""What a browser sends when somebody presses a button."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

from twofold.errors import Malformed

__all__ = ["Form", "read_form"]

MAX_BYTES = 65_536
MAX_FIELDS = 500


class Form:
    """The fields of a form."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name, []).append(value)

    def one(self, name: str) -> str:
        """Returns the value of a field; empty when there is none.

        Raises:
            Malformed: there are several.
        """
        values = self._fields.get(name, [""])
        if len(values) > 1:
            raise Malformed("A field of the form was sent twice.")
        return values[0]

    def pairs(self) -> list[tuple[str, str]]:
        """Returns all fields with their values."""
        return [(name, value) for name, values in self._fields.items() for value in values]

    def all(self, name: str) -> list[str]:
        """Returns the values of a field that may have many, such as ticked boxes."""
        return self._fields.get(name, [])


async def read_form(request: Request) -> Form:
    """Returns the form in the body of a request.

    Raises:
        HTTPException: it is of another media type (415), or has more than MAX_BYTES (413).
        Malformed: it is not such a form in UTF-8, or has more than MAX_FIELDS.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Send the form as application/x-www-form-urlencoded")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(413, f"A form may have at most {MAX_BYTES} bytes")
    try:
        text = body.decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise Malformed("The form could not be read.") from error
    return Form(fields)
