"""The one error tree. A face maps each code to its own form; nothing here knows of HTTP or GraphQL.

The docstring of a class is its default message.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import ClassVar, Self

__all__ = [
    "Conflict",
    "Deadlocked",
    "FieldError",
    "Forbidden",
    "Invalid",
    "InvalidToken",
    "ItemsFailed",
    "Malformed",
    "NotFound",
    "OutOfRange",
    "OutOfScope",
    "PreconditionFailed",
    "PreconditionRequired",
    "ServiceError",
    "TooCostly",
    "TooDeep",
    "TooManyRequests",
    "TooSlow",
    "Unauthenticated",
    "Unavailable",
    "WrongDeclaration",
    "WrongSetting",
]


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """What is wrong with one field of the input: where it is, a code for programs, a sentence for people."""

    path: tuple[str | int, ...]
    code: str
    message: str


class ServiceError(Exception):
    """The service refused the request."""

    code: ClassVar[str] = "service_error"

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, field_errors: Sequence[FieldError] = ()
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.hint = hint
        self.field_errors = tuple(field_errors)
        super().__init__(self.message)

    def under(self, *path: str | int) -> Self:
        """Returns the error as one of what is at `path` of a larger input."""
        told = self.field_errors or (FieldError(path=(), code=self.code, message=self.message),)
        moved = copy(self)
        moved.field_errors = tuple(replace(each, path=(*path, *each.path)) for each in told)
        return moved


class Malformed(ServiceError):
    """The request could not be understood."""

    code = "malformed"


class Invalid(ServiceError):
    """Some fields are not valid."""

    code = "invalid"


class OutOfRange(Invalid):
    """What comes out is beyond the largest number that there is; narrow the filter, so that less is added up."""


class Unauthenticated(ServiceError):
    """Sign in first: this needs a valid token or key."""

    code = "unauthenticated"


class InvalidToken(Unauthenticated):
    """The token or key is unknown, expired or revoked."""


class Forbidden(ServiceError):
    """You may see this, but not do that."""

    code = "forbidden"


class OutOfScope(Forbidden):
    """The actor might do it, but its token or key was not given the scope for it."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}, which your token or key does not have.")
        self.scope = scope


class NotFound(ServiceError):
    """There is no such thing, or you may not see it."""

    code = "not_found"


class Conflict(ServiceError):
    """The change contradicts what is stored."""

    code = "conflict"


class PreconditionFailed(ServiceError):
    """It was changed since you read it; read it again, and then decide."""

    code = "precondition_failed"


class PreconditionRequired(ServiceError):
    """Say which version you want to change, so that nobody's work is lost."""

    code = "precondition_required"


class TooCostly(ServiceError):
    """The request asks for more than one request may."""

    code = "too_costly"


class TooDeep(TooCostly):
    """The question nests deeper than this database can read in one statement; ask for the deeper part by itself."""


class TooSlow(TooCostly):
    """The database was stopped, because a statement took longer than one may."""

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"It took longer than {limit_s:g} second{'' if limit_s == 1 else 's'}; ask for less.")


class TooManyRequests(ServiceError):
    """Too many attempts; wait before the next one."""

    code = "too_many_requests"

    def __init__(self, message: str | None = None, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ItemsFailed(ServiceError):
    """Some of the items failed, so nothing was written."""

    code = "items_failed"

    def __init__(self, failed: Mapping[int, ServiceError]) -> None:
        super().__init__()
        self.failed = failed


class Unavailable(ServiceError):
    """The database cannot be reached at the moment; try again shortly."""

    code = "unavailable"


class Deadlocked(Unavailable):
    """Two changes waited for each other, and this one was undone; try again."""


class WrongDeclaration(Exception):
    """A resource is declared wrongly; raised at start, and says which class and which field."""


class WrongSetting(Exception):
    """A setting is wrong; raised at start, and says which one and why."""
