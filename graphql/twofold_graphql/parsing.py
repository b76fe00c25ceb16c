"""Documents parsed and validated once, and the operations that requests name in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, Executor, GraphQLError, GraphQLSchema, parse, specified_rules
from strawberry.schema.schema import validate_document

from twofold.errors import ServiceError
from twofold.kept import Kept
from twofold_graphql.limits import MAX_TOKENS, check_document, check_length
from twofold_graphql.operations import Operation, prepare

__all__ = ["MAX_KEPT_CHARACTERS", "Parser"]

TOO_MANY_TOKENS = f"more than {MAX_TOKENS} tokens"
"""What graphql-core's parser says when it stops."""
TOO_LONG = f"The document has {TOO_MANY_TOKENS}, which is the limit; send what changes in variables."
MAX_KEPT_CHARACTERS = 16_384
"""Longer documents are not kept, nor what they ask, so that what is kept has a bound in bytes too."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed document and what is wrong with it."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    code: str = "invalid"
    operations: dict[str | None, Operation] = field(default_factory=dict)
    """Those that were asked for, by the name that the request gave."""


class Parser:
    """Parses documents for one schema, and keeps what was parsed."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._documents: Kept[str, Document] = Kept(512)

    def document(self, text: str) -> Document:
        """Returns what a text says, and what is wrong with it."""
        known = self._documents.get(text)
        if known is None:
            known = self._parse(text)
            if len(text) <= MAX_KEPT_CHARACTERS:
                self._documents[text] = known
        return known

    def operation(self, known: Document, name: str | None, variables: Mapping[str, Any]
                  ) -> Operation | list[GraphQLError]:  # fmt: skip
        """Returns the operation that a request names, or what is wrong with that name."""
        operation = known.operations.get(name)
        if operation is None:
            assert known.document is not None  # noqa: S101  # a document that cannot be parsed was refused
            built = Executor.build(self._schema, known.document, raw_variable_values=dict(variables),
                                   operation_name=name)  # fmt: skip
            if isinstance(built, list):
                return built
            operation = prepare(self._schema, known.document, built.operation, built.fragments)
            known.operations[name] = operation
        return operation

    def faults(self, text: str) -> Sequence[GraphQLError]:
        """Returns what is wrong with a document, whatever its variables are."""
        return self.document(text).errors

    def _parse(self, text: str) -> Document:
        try:
            check_length(text)
            document = parse(text, max_tokens=MAX_TOKENS)
            check_document(document)
        except ServiceError as error:
            return Document(document=None, errors=(GraphQLError(error.message, original_error=error),))
        except GraphQLError as error:
            if TOO_MANY_TOKENS not in error.message:
                return Document(document=None, errors=(error,), code="malformed")
            return Document(document=None, errors=(GraphQLError(TOO_LONG),), code="too_costly")
        return Document(
            document=document, errors=tuple(validate_document(self._schema, document, tuple(specified_rules)))
        )
