"""What a face promises to those who program against it: a document, and what a change of it does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

__all__ = ["Contract", "ContractChange", "Question", "contracts_of"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request by which any revision of the application tells its contract."""

    method: Literal["GET", "POST"]
    path: str
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class ContractChange:
    """A change that breaks programs which did nothing wrong, one that may, or another one."""

    effect: Literal["breaks", "may break", "nothing"]
    what: str


class Contract(Protocol):
    """A face's own document; the ASGI application keeps one for each face in `state.contracts`."""

    @property
    def question(self) -> Question:
        """The request for it."""
        ...

    def document(self) -> str:
        """Returns it as text, for people and tools."""
        ...

    def changes(self, old: Any, new: Any) -> Sequence[ContractChange]:
        """Returns how the answer `new` to the question differs from `old`, which another revision gave."""
        ...


def contracts_of(app: Any) -> Mapping[str, Contract]:
    """Returns the contracts of an ASGI application by name; none where it does not say."""
    return getattr(getattr(app, "state", None), "contracts", {})
