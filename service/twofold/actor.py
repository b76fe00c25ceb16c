"""Who asks."""

from dataclasses import dataclass, field
from uuid import UUID

__all__ = ["ANONYMOUS", "Actor"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """On whose behalf a request is made: the same from a token or a key, on every face.

    `scopes` is None for a person's own session, which may do all that the person may; a key or client
    holds a subset, as `resource:action` words.
    """

    user_id: UUID | None = None
    role: str | None = None
    scopes: frozenset[str] | None = None
    _hash: int = field(init=False, repr=False, compare=False)
    """Policies are looked up by actors, for each request."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.user_id, self.role, self.scopes)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def is_anonymous(self) -> bool:
        """True for a visitor who has not signed in."""
        return self.user_id is None

    def has_role(self, *roles: str) -> bool:
        """Returns whether the actor has one of `roles`."""
        return self.role in roles

    def allows(self, scope: str) -> bool:
        """Returns whether the credential covers `scope`, a word like `products:read`."""
        return self.scopes is None or scope in self.scopes


ANONYMOUS = Actor()
