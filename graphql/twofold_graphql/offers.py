"""Which mutations a resource has: made from its declaration, as REST's routes are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twofold.inputs import InputForm
from twofold.resource import Action
from twofold.spec import ResourceSpec
from twofold.verbs import rules_of

__all__ = ["Offer", "offers"]

WORDS = {"create": "create", "update": "patch", "upsert": "upsert", "delete": "delete", "restore": "restore"}
"""What a mutation begins with, and what it asks of the service; an update names what changes."""
FORMS: dict[str, InputForm] = {"create": "create", "upsert": "create", "patch": "change"}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A mutation: what it does to one row, or to several."""

    spec: ResourceSpec
    word: str
    action: str
    """What it asks of the service."""
    declared: Action | None = None
    many: bool = False

    @property
    def name(self) -> str:
        """Its name, in the service's spelling: `create_product`, `publish_product`, `create_products`."""
        return f"{self.word}_{self.spec.plural if self.many else self.spec.singular}"

    @property
    def stem(self) -> str:
        """What the names of its types begin with: `CreateProduct`, `CreateProducts`."""
        word = self.word.title().replace("_", "")
        return word + (self.spec.plural.title().replace("_", "") if self.many else self.spec.type_name)

    @property
    def form(self) -> InputForm | None:
        """The form of its input, where it is the row itself."""
        return FORMS.get(self.action) if self.declared is None else None

    @property
    def creates(self) -> bool:
        """Whether there is no row before."""
        return self.declared.creates if self.declared is not None else self.action == "create"

    @property
    def has_version(self) -> bool:
        """Whether it may say which version it is of."""
        return not self.creates and not self.many


def offers(spec: ResourceSpec) -> Iterator[Offer]:
    """Returns the mutations of a resource, in the order in which the schema has them."""
    for word, action in WORDS.items():
        if rules_of(spec, action):
            yield Offer(spec=spec, word=word, action=action)
            if word != "restore":
                yield Offer(spec=spec, word=word, action=action, many=True)
    for name, declared in spec.actions.items():
        yield Offer(spec=spec, word=name, action=name, declared=declared)
