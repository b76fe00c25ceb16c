"""Trusted documents: those that were agreed on before the start, in a file that the build of a client writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError

from twofold.errors import WrongSetting

__all__ = ["PREFIX", "hash_of", "trusted_documents"]

SETTING = "TWOFOLD_TRUSTED_DOCUMENTS"
PREFIX = "sha256:"
"""What a hash begins with when it is the id of a document (GraphQL over HTTP, appendix on persisted documents)."""


def hash_of(document: str) -> str:
    """Returns the SHA-256 of a document's text in UTF-8, in lower-case hexadecimal."""
    return sha256(document.encode()).hexdigest()


def trusted_documents(path: Path, faults: Callable[[str], Sequence[GraphQLError]]) -> Mapping[str, str]:
    """Returns the documents in a manifest, `{id: document}`, by their ids and also by `sha256:` and their hash.

    `faults` says what is wrong with a document. The form is that of the `persisted-documents.json` of GraphQL Code
    Generator and of Relay's compiler.

    Raises:
        WrongSetting: the file cannot be read, or is of another form, or one of its documents is not valid.
    """
    found: dict[str, str] = {}
    for name, document in _manifest(path).items():
        if not isinstance(document, str):
            raise WrongSetting(f"{SETTING}: in {path}, the document '{name}' must be a text.")
        if wrong := faults(document):
            raise WrongSetting(f"{SETTING}: in {path}, the document '{name}' is not valid: {_said(wrong[0])}")
        identifier = PREFIX + hash_of(document)
        if name.startswith(PREFIX) and name != identifier:
            raise WrongSetting(f"{SETTING}: in {path}, '{name}' is not the hash of its document: {identifier} is.")
        found[name] = found[identifier] = document
    return found


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = orjson.loads(path.read_bytes())
    except OSError as error:
        raise WrongSetting(f"{SETTING}: {path} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise WrongSetting(f"{SETTING}: {path} is not JSON: {error}.") from None
    if not isinstance(manifest, dict):
        raise WrongSetting(f"{SETTING}: {path} must be a JSON object with documents by their ids.")
    return manifest


def _said(fault: GraphQLError) -> str:
    places = [f" (line {each.line}, column {each.column})" for each in fault.locations or ()][:1]
    return "".join([fault.message.rstrip("."), *places, "."])
