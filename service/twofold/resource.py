"""Declaring a resource: one class beside its model says all that both faces serve of it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, field_validator
from tortoise import Model
from tortoise.expressions import Expression as Said
from tortoise.expressions import Q

from twofold.kinds import check_json
from twofold.rules import EVERYONE, Rule

if TYPE_CHECKING:
    from twofold.change import Change

__all__ = ["Action", "Caching", "Computed", "Expression", "Field", "Input", "Relation", "Resource", "action"]

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """A column that is served.

    `read` is who sees its value on a row they see; where the rule does not hold, the value is null.
    `write` is who may set it (`True`: who may write the row), `create` who may set it on a new row only.
    `filter` and `sort` say what lists may ask for. What they may filter by, groups may be made of, and its different
    values counted; of what they may sort by, there are sums, averages, minima and maxima, as far as its type has them.
    `validate` is a Pydantic annotation that narrows the column's own.
    """

    read: Rule = EVERYONE
    write: bool | Rule = False
    create: bool | Rule = False
    filter: bool = False
    sort: bool = False
    validate: Any = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Relation:
    """A relation of the model that is served, with its key: `vendor` brings `vendor_id`, `tags` takes `tag_ids`.

    The rows behind it are those that the actor may see. `write`, `create` and `filter` are as in Field; with `filter`,
    lists may also be sorted through a to-one relation, by the sortable fields of the other side,
    and groups made of its filterable ones.
    With `nested`, a write of this resource may bring writes of the rows behind it, each under their own rules.
    """

    write: bool | Rule = False
    create: bool | Rule = False
    filter: bool = True
    nested: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Computed:
    """A field made in Python, for many rows at once.

    `resolve` takes rows, each with the columns in `needs` as they are on the wire, and returns one value a row in
    their order. Its return annotation, `list[T]`, gives the field's type, and its docstring the description.
    Its values follow from these columns alone; where they do not, as when it looks at the clock, say `keep=False`, and
    they are made for each answer.
    """

    needs: tuple[str, ...]
    resolve: Callable[[Sequence[Mapping[str, Any]]], Sequence[Any]]
    keep: bool = True

    @property
    def type(self) -> Any:
        """The type of one value; None when `resolve` does not say it."""
        returned = get_args(get_type_hints(self.resolve).get("return"))
        return returned[0] if len(returned) == 1 else None

    @property
    def description(self) -> str:
        """What the field is, for documents."""
        return inspect.getdoc(self.resolve) or ""


@dataclass(frozen=True, eq=False)
class Expression:
    """A field that the database evaluates, said in Tortoise's expressions: `Expression(F("price") * F("quantity"))`.

    Whole numbers and amounts with `+`, `-`, `*`, null where the result has more than 64 bits; a Q over the row's own
    columns, which is true or else false; `Case(When(…, then=…), default=…)` of such; `Coalesce`; and `Count`, `Sum`,
    `Avg`, `Min` and `Max` over a relation to many, of the rows that the actor may see.
    Where the actor may not see a column that it is made of, the value is null.
    `read`, `filter` and `sort` are as in Field; nobody writes it.
    """

    said: Said | Q
    _: KW_ONLY
    description: str | None = None
    read: Rule = EVERYONE
    filter: bool = False
    sort: bool = False


@dataclass(frozen=True, kw_only=True)
class Caching:
    """How long answers about a resource are kept. All of them are right: whatever is written makes them be asked again.

    `ttl_s` is for how many seconds at most, the settings' TWOFOLD_CACHE_TTL_S by default: what bounds the life of an
    answer after somebody wrote past the service. With `shared_s`, caches in between (a CDN) may answer visitors who
    carry no credential for so many seconds without asking, and for `stale_s` more while they ask (RFC 9111 §5.2.2.10,
    RFC 5861 §3): nothing can take it back from them.
    """

    ttl_s: float | None = None
    shared_s: int | None = None
    stale_s: int = 0

    def stricter(self, other: Caching) -> Caching:
        """Returns what holds for an answer about both."""
        ttls = [each for each in (self.ttl_s, other.ttl_s) if each is not None]
        shared = None if self.shared_s is None or other.shared_s is None else min(self.shared_s, other.shared_s)
        return Caching(ttl_s=min(ttls, default=None), shared_s=shared, stale_s=min(self.stale_s, other.stale_s))


class Input(BaseModel):
    """What an action takes beside the row: subclass it. JSON types are not bent, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _is_storable(cls, value: object) -> object:
        check_json(value)
        return value


Run: TypeAlias = Callable[..., Awaitable[None]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Action:
    """Something that can be done to a row beside writing its fields; see `action`."""

    name: str
    rule: Rule
    happened: str
    run: Run
    creates: bool
    admit: Run | None = None

    @property
    def input(self) -> type[Input] | None:
        """The model of what it takes beside the row, or None."""
        parameters = list(inspect.signature(self.run).parameters)[2:]
        return get_type_hints(self.run)[parameters[0]] if parameters else None

    @property
    def description(self) -> str:
        """What it does, for documents."""
        return inspect.getdoc(self.run) or ""


def action(rule: Rule, *, happened: str, creates: bool = False, admit: Run | None = None) -> Callable[[Run], Action]:
    """Returns a decorator that makes an action of a method: `publish` of products is a mutation and a route.

    `rule` says who may do it to which rows, and `happened` what the event is called: `products.published`. The method
    takes the Change, and an Input if it has a second parameter; it sets the values of the row's columns, or raises. It
    runs within the transaction, with the row locked, in place of `before_write` and `after_write`. Rows that the action
    leaves need not be within its rule any more. With `creates` there is no row yet: the values are those of a new one,
    for which the rule must hold.

    `admit` takes an Admission, and the Input if there is one. It runs before the transaction begins, with an input that
    is valid, for an actor who may do that at all: to refuse what comes too often, and to make ready in the Input what
    takes longer than a transaction should. Of several changes, none is made when it refuses one.
    """
    return lambda run: Action(name=run.__name__, rule=rule, happened=happened, run=run, creates=creates, admit=admit)


class Resource(Generic[M]):
    """What is served of a model. Subclass it with the model as parameter: `class Products(Resource[Product])`.

    The docstring describes the resource in both faces. The class's name gives the plural, the model's the singular.
    An action whose rule is None is not offered. `ordering` is the default order of lists, `-` for descending.
    `fills` names required columns that nobody sends, because `before_write` sets them. `search` names the text fields
    that full-text search looks in, the one that counts most first; a migration makes what finds them (SearchIndex).
    `natural_key` names the fields, unique together, by which an upsert finds its row. With `soft_delete`, a column of
    moments that may be null, deleting a row sets it: nobody sees the row then, and who may delete it may restore it.
    A model with a VersionField has versions; with `require_version`, changes must say which one they are of.
    `part_of` names the to-one relation to a row that this one is a part of, as a line is of an order: that one is
    locked first, so that changes of the whole and of its parts come one after another.
    `cache` says how long answers are kept; None: not at all, as where somebody else writes into the table.
    """

    model: ClassVar[type[Model]]
    read: ClassVar[Rule]
    create: ClassVar[Rule | None] = None
    update: ClassVar[Rule | None] = None
    delete: ClassVar[Rule | None] = None
    ordering: ClassVar[tuple[str, ...]] = ()
    fills: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    natural_key: ClassVar[tuple[str, ...]] = ()
    soft_delete: ClassVar[str | None] = None
    require_version: ClassVar[bool] = False
    part_of: ClassVar[str | None] = None
    cache: ClassVar[Caching | None] = Caching()

    def __init_subclass__(cls) -> None:
        for base in getattr(cls, "__orig_bases__", ()):
            (model,) = get_args(base) or (None,)
            if isinstance(model, type) and issubclass(model, Model):
                cls.model = model

    async def before_write(self, change: Change) -> None:
        """Checks or completes a change inside its transaction, before the row is written."""

    async def after_write(self, change: Change) -> None:
        """Does what follows from a change, inside its transaction, after the row is written."""

    async def audit_columns(self, change: Change) -> dict[str, Any]:  # noqa: ARG002
        """Returns the values of the application's own columns in the audit's entry for a change, by name."""
        return {}


def hooked(resource: Resource[Any]) -> bool:
    """Returns whether a resource does anything of its own when rows are written."""
    own = type(resource)
    return own.before_write is not Resource.before_write or own.after_write is not Resource.after_write
