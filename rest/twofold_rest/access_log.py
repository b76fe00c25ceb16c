"""What uvicorn logs of requests, without the secrets that an address may have."""

from __future__ import annotations

import logging
import re
from typing import Final

__all__ = ["hide_secrets"]

IDENTITY: Final = ("/account", "/oauth", "/device", "/auth")
"""Where links from e-mails and answers of other providers come in: their parameters are for nobody else."""
SECRET: Final = re.compile(r"(tf[a-z]_)[A-Za-z0-9_-]{20,}")
"""Whatever begins like a token of ours: some clients send one in the address, though it is refused there."""


class _WithoutSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Cuts the address short in uvicorn's own record: client, method, address, version, status."""
        if isinstance(record.args, tuple):
            record.args = tuple(_plain(each) if isinstance(each, str) else each for each in record.args)
        return True


def hide_secrets() -> None:
    """Keeps secrets out of what uvicorn logs of requests, in this process and whatever its level."""
    access = logging.getLogger("uvicorn.access")
    if not any(isinstance(each, _WithoutSecrets) for each in access.filters):
        access.addFilter(_WithoutSecrets())


def _plain(text: str) -> str:
    path, mark, _ = text.partition("?")
    if mark and path.startswith(IDENTITY):
        return f"{path}?…"
    return SECRET.sub(r"\1…", text)
