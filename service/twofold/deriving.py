"""From Tortoise's expressions, in which fields that the database evaluates are declared, to values.

Everything that can be wrong in one is found here, at start, and said in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from pydantic import ValidationError
from tortoise import functions
from tortoise.expressions import Aggregate, Case, CombinedExpression, Connector, Expression, F, Function, Q, When
from tortoise.expressions import Value as Constant

from twofold.condition import ALWAYS, Condition, Slot, from_q, is_related
from twofold.errors import WrongDeclaration
from twofold.expression import Arithmetic, Chosen, Computation, FirstKnown, Given, Over, Own, Sign, Value
from twofold.kinds import Kind, amount_kind, kind_of_value, number_kind, whole_kind
from twofold.tables import Column, Join, Table

__all__ = ["Typed", "typed"]

SIGNS: Mapping[Connector, Sign] = {Connector.add: "+", Connector.sub: "-", Connector.mul: "*"}
COMPUTATIONS: Mapping[type[Aggregate], Computation] = {
    functions.Count: "count", functions.Sum: "sum", functions.Avg: "avg", functions.Min: "min", functions.Max: "max",
}  # fmt: skip
LANGUAGE = "say it with F, Q, Value, +, -, *, Case, Coalesce, and Count, Sum, Avg, Min or Max over a relation to many"
WHOLE = ("integer", "money")
ORDERED = ("integer", "number", "money", "text", "datetime", "date")
BITS = 63
"""What a signed whole number of both databases holds."""
BITS_OF_AMOUNT = 50
"""What 15 digits need, the most that an amount has."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A value, its kind, whether it may be null, and how many bits a whole number takes at most."""

    value: Value
    kind: Kind
    nullable: bool
    bits: int


def typed(table: Table, joins: Mapping[str, Join], said: Expression | Q, constants: list[Any]) -> Typed:
    """Returns what an expression on rows of `table` says, or whether a Q holds on them; its constants join `constants`.

    `joins` are the relations that may be looked over: those that are served, under the actor's rules.

    Raises:
        WrongDeclaration: it is not in the language of such fields, or names what is not there; without class and field.
    """
    return _Reader(table, joins, constants).typed(said)


@dataclass(frozen=True)
class _Unsaid:
    """A constant, whose kind is that of what stands beside it."""

    value: Any


@dataclass
class _Reader:
    table: Table
    joins: Mapping[str, Join]
    constants: list[Any] = field(repr=False)

    def typed(self, said: object) -> Typed:
        return self._alike([self._read(said)])[0]

    def _read(self, said: object) -> Typed | _Unsaid:
        match said:
            case Q():
                return self._chosen(Case(When(said, then=cast("F", True)), default=cast("F", False)))
            case Constant():
                return _Unsaid(said.value)
            case F():
                return self._own(said.name)
            case CombinedExpression():
                return self._arithmetic(said)
            case Case():
                return self._chosen(said)
            case functions.Coalesce():
                return self._first_known(said)
            case Aggregate() if type(said) in COMPUTATIONS:
                return self._over(said, COMPUTATIONS[type(said)])
            case Expression():
                raise WrongDeclaration(f"{type(said).__name__} cannot be translated; {LANGUAGE}")
            case _:
                return _Unsaid(said)

    def _own(self, name: str) -> Typed:
        column = _column(self.table, name)
        kind = _in_units(column.kind)
        return Typed(value=Own(column), kind=kind, nullable=column.nullable, bits=_bits(kind))

    # -- arithmetic ---------------------------------------------------------------------------------------------

    def _arithmetic(self, said: CombinedExpression) -> Typed:
        sign = SIGNS.get(said.connector)
        if sign is None:
            raise WrongDeclaration(f"{said.connector.value} cannot be translated; {LANGUAGE}")
        read = [self._read(said.left), self._read(said.right)]
        left, right = self._factors(read) if sign == "*" else self._alike(read)
        for each in (left, right):
            if each.kind.name not in WHOLE:
                raise WrongDeclaration(f"{sign} takes whole numbers and amounts, not {each.kind.name}")
        bits = left.bits + right.bits if sign == "*" else max(left.bits, right.bits) + 1
        places = max(left.kind.decimal_places, right.kind.decimal_places)
        is_amount = "money" in (left.kind.name, right.kind.name)
        return Typed(
            value=Arithmetic(sign, left.value, right.value),
            kind=amount_kind(places, digits=18) if is_amount else whole_kind(64),
            nullable=left.nullable or right.nullable or bits > BITS,
            bits=min(bits, BITS),
        )

    def _factors(self, read: Sequence[Typed | _Unsaid]) -> list[Typed]:
        factors = [self._given(each.value) if isinstance(each, _Unsaid) else each for each in read]
        if [each.kind.name for each in factors] == ["money", "money"]:
            raise WrongDeclaration("an amount times an amount is no amount; multiply it by a whole number")
        return factors

    def _alike(self, read: Sequence[Typed | _Unsaid]) -> list[Typed]:
        """What stands beside each other as values of one kind, that constants take on."""
        kinds = [each.kind for each in read if isinstance(each, Typed)]
        if not kinds or kinds[0].name == "integer":
            kinds += [
                kind_of_value(each.value) for each in read if isinstance(each, _Unsaid) and each.value is not None
            ]
        if not kinds:
            raise WrongDeclaration(f"nothing says what kind of value it is; {LANGUAGE}")
        kind = _widest(kinds)
        for each in kinds:
            if (each.name, each.decimal_places, each.enum) != (kind.name, kind.decimal_places, kind.enum):
                raise WrongDeclaration(f"{_said(kind)} and {_said(each)} do not go together")
        return [self._given(each.value, kind) if isinstance(each, _Unsaid) else each for each in read]

    def _given(self, value: Any, kind: Kind | None = None) -> Typed:
        kind = kind or kind_of_value(value)
        fitting = None if value is None else _fitting(kind, value)
        self.constants.append(fitting)
        slot = Slot("policy", len(self.constants) - 1)
        return Typed(value=Given(slot, kind), kind=kind, nullable=value is None, bits=_bits_of(fitting, kind))

    # -- choices ------------------------------------------------------------------------------------------------

    def _chosen(self, said: Case) -> Typed:
        conditions = [self._condition(each) for each in said.args]
        read = [self._read(each) for each in (*(case.then for case in said.args), said.default)]
        values = self._alike(read)
        cases = tuple(zip(conditions, (each.value for each in values), strict=False))
        return self._one_of(Chosen(cases, values[-1].value), values, nullable=any(each.nullable for each in values))

    def _condition(self, when: object) -> Condition:
        if not isinstance(when, When):
            raise WrongDeclaration("Case takes When(…, then=…) and default")
        said = Q(*when.args, **when.kwargs)
        condition = from_q(self.table, ~said if when.negate else said, self.constants)
        if is_related(condition):
            raise WrongDeclaration(
                "When compares the row's own columns; rows behind a relation would be looked at whoever asks"
            )
        return condition

    def _first_known(self, said: Function) -> Typed:
        first = F(said.field) if isinstance(said.field, str) else said.field
        values = self._alike([self._read(each) for each in (first, *said.default_values)])
        value = FirstKnown(tuple(each.value for each in values))
        return self._one_of(value, values, nullable=all(each.nullable for each in values))

    def _one_of(self, value: Value, values: Sequence[Typed], *, nullable: bool) -> Typed:
        return Typed(
            value=value,
            kind=_widest([each.kind for each in values]),
            nullable=nullable,
            bits=max(each.bits for each in values),
        )

    # -- relations ----------------------------------------------------------------------------------------------

    def _over(self, said: Aggregate, name: Computation) -> Typed:
        if said.distinct or said.filter is not None or said.default_values or not isinstance(said.field, str):
            raise WrongDeclaration(f'{name} takes a relation, or one of its columns, and no more: "reviews__rating"')
        first, _, rest = said.field.partition("__")
        join = self.joins.get(first)
        if join is None or not join.many:
            many = ", ".join(sorted(each.name for each in self.joins.values() if each.many)) or "none"
            raise WrongDeclaration(f"{name} looks over a served relation to many, not {first!r}; there is {many}")
        column = _column(join.target, rest) if rest else None
        if column is None and name != "count":
            raise WrongDeclaration(f'{name} takes a column of the relation: "{first}__…"')
        over = Over(name, join, column, ALWAYS)
        kind = _kind_over(name, column)
        return Typed(value=over, kind=kind, nullable=name != "count", bits=_bits(kind))


def _kind_over(name: Computation, column: Column | None) -> Kind:
    if name == "count" or column is None:
        return whole_kind(32)
    kind = _in_units(column.kind)
    if kind.name not in (ORDERED if name in ("min", "max") else WHOLE):
        raise WrongDeclaration(f"{name} does not take {kind.name}, which {column.name} of {column.table} is")
    match name, kind.name:
        case "sum", "money":
            return amount_kind(kind.decimal_places, digits=18)
        case "sum", _:
            return whole_kind(64)
        case "avg", "integer":
            return number_kind()
        case _:
            return kind


def _column(table: Table, name: str) -> Column:
    column = table.columns.get(table.pk.name if name == "pk" else name)
    if column is None or column.kind.name == "json":
        known = ", ".join(sorted(each.name for each in table.columns.values() if each.kind.name != "json"))
        raise WrongDeclaration(f"{table.model.__name__} has no column {name!r} for it; it has {known}")
    return column


def _in_units(kind: Kind) -> Kind:
    """The kind of a column within an expression, where every amount is a whole number of its smallest unit."""
    return amount_kind(kind.decimal_places) if kind.name == "decimal" else kind


def _widest(kinds: Sequence[Kind]) -> Kind:
    return max(kinds, key=_bits)


def _bits(kind: Kind) -> int:
    if kind.name == "money":
        return BITS_OF_AMOUNT
    return {"smallint": 15, "int": 31}.get(kind.element_type, BITS)


def _bits_of(value: Any, kind: Kind) -> int:
    if value is None or kind.name not in WHOLE:
        return _bits(kind)
    return int(value.scaleb(kind.decimal_places) if isinstance(value, Decimal) else value).bit_length()


def _said(kind: Kind) -> str:
    return f"{kind.name} of {kind.decimal_places} places" if kind.name == "money" else kind.name


def _fitting(kind: Kind, value: Any) -> Any:
    try:
        return kind.adapter.validate_python(value, strict=isinstance(value, bool))
    except ValidationError:
        raise WrongDeclaration(f"the constant {value!r} does not fit what stands beside it: {_said(kind)}") from None
