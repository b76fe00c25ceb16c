"""What a request says, by whichever method: a document or the name of one, variables, the operation's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from twofold.errors import Malformed

__all__ = ["Parameters", "parameters"]


@dataclass(slots=True, kw_only=True)
class Parameters:
    """The parameters of a request, each of its type; at least one of the first three is there."""

    query: str | None
    document_id: str | None
    sha256: str | None
    """The hash in `extensions.persistedQuery`."""
    variables: Mapping[str, Any]
    operation_name: str | None

    @property
    def is_sent_to_be_kept(self) -> bool:
        """Whether the document came with its hash, because somebody did not know it by that."""
        return self.query is not None and self.sha256 is not None


def parameters(data: Any, *, from_url: bool) -> Parameters:
    """Returns the parameters in a JSON body, or in a URL, where those that are objects are JSON.

    They are those of GraphQL over HTTP, its appendix on persisted documents, and automatic persisted queries.

    Raises:
        Malformed: there is no document, or more than one, or something is of the wrong type.
    """
    if isinstance(data, list):
        raise Malformed("Send each request by itself: several in an array are not served. An operation may ask several "
                        "questions at its top.")  # fmt: skip
    if not isinstance(data, dict):
        raise Malformed("The body must be a JSON object with the member 'query'.")
    if from_url:
        data = {**data, **{name: _from_json(data, name) for name in ("variables", "extensions") if name in data}}
    query, document_id = _text(data, "query"), _text(data, "documentId")
    sha256 = _hash(_object(data, "extensions").get("persistedQuery"))
    if query is None and document_id is None and sha256 is None:
        raise Malformed("Send a GraphQL document as 'query', or the id of a trusted one as 'documentId'.")
    if document_id is not None and (query is not None or sha256 is not None):
        raise Malformed("Send 'query' or 'documentId', not both: each says which document is meant.")
    return Parameters(
        query=query,
        document_id=document_id,
        sha256=sha256,
        variables=_object(data, "variables"),
        operation_name=_text(data, "operationName"),
    )


def _from_json(data: Mapping[str, str], name: str) -> Any:
    try:
        return orjson.loads(data[name])
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise Malformed(f"The parameter '{name}' is not JSON.") from None


def _text(data: Mapping[str, Any], name: str) -> str | None:
    """Returns a member that is a text; an empty one is none."""
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"The member '{name}' must be a string.")
    return value or None


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"The member '{name}' must be an object.")
    return value


def _hash(persisted: Any) -> str | None:
    """Returns the hash that automatic persisted queries send, of which there is one version."""
    match persisted:
        case None:
            return None
        case {"version": 1, "sha256Hash": str(sha256)} if sha256:
            return sha256
        case _:
            raise Malformed("The extension 'persistedQuery' must have \"version\": 1 and the member 'sha256Hash'.")
