"""Which document a request means: the one it sends, a trusted one, or one that was sent before."""

from __future__ import annotations

import re
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
SHARED_NAME = "document:"
SHARED_S = 7 * 86400
HASH = re.compile("[0-9a-f]{64}")


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
            self._trusted = trusted_documents(settings.trusted_documents, executing.parser.faults)
        elif self._only_trusted:
            raise WrongSetting(
                "TWOFOLD_ONLY_TRUSTED_DOCUMENTS leaves no document to execute: name those that are trusted by "
                "TWOFOLD_TRUSTED_DOCUMENTS."
            )
        self._texts = frozenset(self._trusted.values())
        self._persisted: Kept[str, str] = Kept(MAX_PERSISTED)
        self._shared = executing.engine.database.shared

    async def text(self, asked: Parameters) -> str:
        """Returns the text of the document that a request means.

        Raises:
            Forbidden: only trusted documents are executed, and this is none.
            Malformed: the hash is not that of the document.
            NotFound: there is no trusted document with the id.
            PersistedQueryNotFound: no document with the hash was sent to this process, or another that it shares with,
                or not of late.
        """
        if asked.document_id is not None:
            return self._by_id(asked.document_id)
        if asked.query is None:
            return await self._by_hash(asked.sha256 or "")
        if self._only_trusted and asked.query not in self._texts:
            raise _untrusted()
        if asked.sha256 is not None:
            await self._persist(asked.query, asked.sha256)
        return asked.query

    def _by_id(self, name: str) -> str:
        text = self._trusted.get(name)
        if text is None:
            raise NotFound("There is no trusted document with this id.")
        return text

    async def _by_hash(self, sha256: str) -> str:
        """Returns the document that an automatic persisted query names; its hash may be the id of a trusted one."""
        text = self._trusted.get(PREFIX + sha256) or self._trusted.get(sha256) or self._persisted.get(sha256)
        if text is not None:
            return text
        if self._only_trusted:
            raise _untrusted()
        return await self._sent_to_another(sha256)

    async def _sent_to_another(self, sha256: str) -> str:
        """Returns what another process was sent; who can write there cannot say what a hash is of."""
        found = await self._shared.get(SHARED_NAME + sha256) if HASH.fullmatch(sha256) else None
        text = "" if found is None else found.decode(errors="replace")
        if not text or hash_of(text) != sha256:
            raise PersistedQueryNotFound
        self._persisted[sha256] = text
        return text

    async def _persist(self, query: str, sha256: str) -> None:
        """Keeps a document for who sends its hash next, unless nothing can come of it."""
        if hash_of(query) != sha256:
            raise Malformed("The 'sha256Hash' is not the SHA-256 of 'query' in lower-case hexadecimal.")
        if self._persisted.get(sha256) is not None:
            return
        encoded = query.encode()
        if len(encoded) <= MAX_PERSISTED_BYTES and not self._executing.parser.faults(query):
            self._persisted[sha256] = query
            await self._shared.put(SHARED_NAME + sha256, encoded, SHARED_S)


def _untrusted() -> Forbidden:
    return Forbidden("Only trusted documents are executed here, and this is none of them; name one by 'documentId'.")
