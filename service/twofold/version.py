"""Versions: a change says which state of a row it is of, so that nobody's work is lost (RFC 9110 §13.1.1)."""

from __future__ import annotations

import re
from typing import Any

from twofold.errors import Invalid, PreconditionFailed, PreconditionRequired
from twofold.spec import ResourceSpec

__all__ = ["check_absent", "check_version"]

MAX_CHARACTERS = 1000

TAG = re.compile(r'(W/)?"([^"]*)"|([0-9]+)')
"""An entity tag; or a bare version, as a client has it from the field."""


def check_version(spec: ResourceSpec, row: Any, expected: str | None) -> None:
    """Checks that a change is of the row as it is now.

    `expected` is as in `If-Match`: entity tags of which one must be the row's, or `*`; of a tag, only the version
    counts, because what else an answer showed is not what is changed.

    Raises:
        PreconditionFailed: it is of another version.
        PreconditionRequired: it does not say of which, but must.
        Invalid: rows of the resource have no versions.
    """
    version = spec.table.version
    if expected is None:
        if spec.resource.require_version:
            raise PreconditionRequired(hint="Send the ETag that you read as If-Match; in GraphQL, version as ifMatch.")
        return
    if expected.strip() == "*":
        return
    if version is None:
        raise _unversioned(spec)
    if getattr(row, version.name) not in _versions(expected):
        raise PreconditionFailed


def check_absent(spec: ResourceSpec, expected: str | None) -> None:
    """Checks that nobody expects some version of a row that is not there.

    Raises:
        PreconditionFailed: somebody does.
        Invalid: rows of the resource have no versions.
    """
    if expected is not None and spec.table.version is None:
        raise _unversioned(spec)
    if expected is not None:
        raise PreconditionFailed(f"There is no such {spec.noun} that could be of a version.")


def _unversioned(spec: ResourceSpec) -> Invalid:
    return Invalid(f"{spec.nouns.capitalize()} have no version; leave If-Match out.")


def _versions(expected: str) -> set[int]:
    """The versions named; a weak tag names none (RFC 9110 §13.1.1: the comparison is strong)."""
    if len(expected) > MAX_CHARACTERS:
        raise Invalid(f"If-Match has more than {MAX_CHARACTERS} characters; name the version that you have seen.")
    tags = [TAG.fullmatch(each.strip()) for each in expected.split(",")]
    numbers = [(each[2] or each[3] or "").partition("-")[0] for each in tags if each and not each[1]]
    return {int(each) for each in numbers if each.isdecimal() and len(each) < 19}
