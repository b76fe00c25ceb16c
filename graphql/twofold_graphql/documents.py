"""Which document a request means: the one it sends, a trusted one, or one that was sent before."""

from __future__ import annotations

from collections.abc import Mapping

from twofold.errors import Forbidden, Malformed, NotFound, WrongSetting
from twofold.kept import Kept
from twofold.settings import Settings
from twofold_graphql.execute import Executing
from twofold_graphql.parameters import Parameters
from twofold_graphql.trusted import PREFIX, hash_of, trusted_documents

__all__ = ["Documents", "PersistedQueryNotFound"]

MAX_PERSISTED = 512
"""Documents that clients have sent with their hashes; with the next bound, 8 MiB in each process."""
MAX_PERSISTED_BYTES = 16_384
"""Longer documents are executed, but not kept."""


class PersistedQueryNotFound(NotFound):
    """PersistedQueryNotFound"""  # clients look for this message, and for the code

    code = "PERSISTED_QUERY_NOT_FOUND"


class Documents:
    """Finds the documents that requests mean.

    Raises:
        WrongSetting: a setting, or the manifest of trusted documents, is wrong.
    """

    def __init__(self, executing: Executing, settings: Settings) -> None:
        self._executing = executing
        self._only_trusted = settings.only_trusted_documents
        self._trusted: Mapping[str, str] = {}
        if settings.trusted_documents is not None:
            self._trusted = trusted_documents(settings.trusted_documents, executing.faults)
        elif self._only_trusted:
            raise WrongSetting(
                "TWOFOLD_ONLY_TRUSTED_DOCUMENTS leaves no document to execute: name those that are trusted by "
                "TWOFOLD_TRUSTED_DOCUMENTS."
            )
        self._texts = frozenset(self._trusted.values())
        self._persisted: Kept[str, str] = Kept(MAX_PERSISTED)

    def text(self, asked: Parameters) -> str:
        """Returns the text of the document that a request means.

        Raises:
            Forbidden: only trusted documents are executed, and this is none.
            Malformed: the hash is not that of the document.
            NotFound: there is no trusted document with the id.
            PersistedQueryNotFound: no document with the hash was sent to this process, or not of late.
        """
        if asked.document_id is not None:
            return self._by_id(asked.document_id)
        if asked.query is None:
            return self._by_hash(asked.sha256 or "")
        if self._only_trusted and asked.query not in self._texts:
            raise _untrusted()
        if asked.sha256 is not None:
            self._persist(asked.query, asked.sha256)
        return asked.query

    def _by_id(self, name: str) -> str:
        text = self._trusted.get(name)
        if text is None:
            raise NotFound("There is no trusted document with this id.")
        return text

    def _by_hash(self, sha256: str) -> str:
        """Returns the document that an automatic persisted query names; its hash may be the id of a trusted one."""
        text = self._trusted.get(PREFIX + sha256) or self._trusted.get(sha256) or self._persisted.get(sha256)
        if text is not None:
            return text
        raise _untrusted() if self._only_trusted else PersistedQueryNotFound()

    def _persist(self, query: str, sha256: str) -> None:
        """Keeps a document for who sends its hash next, unless nothing can come of it."""
        if hash_of(query) != sha256:
            raise Malformed("The 'sha256Hash' is not the SHA-256 of 'query' in lower-case hexadecimal.")
        if len(query.encode()) <= MAX_PERSISTED_BYTES and not self._executing.faults(query):
            self._persisted[sha256] = query


def _untrusted() -> Forbidden:
    return Forbidden("Only trusted documents are executed here, and this is none of them; name one by 'documentId'.")
