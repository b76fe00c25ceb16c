"""The Strawberry schema, made from the resources alone."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from enum import Enum
from itertools import count
from types import ModuleType
from typing import Any, TypeAlias, get_args

import strawberry
from graphql import GraphQLResolveInfo
from pydantic import TypeAdapter
from strawberry.annotation import StrawberryAnnotation
from strawberry.directive import DirectiveLocation, DirectiveValue
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from twofold.engine import Engine
from twofold.errors import WrongDeclaration
from twofold.kinds import LISTS, TEXTUAL
from twofold.resource import Action
from twofold.spec import FieldSpec, RelationSpec, ResourceSpec
from twofold.verbs import rules_of
from twofold.write import MAX_ITEMS
from twofold_graphql import resolvers, scalars
from twofold_graphql.aggregate_types import ENUMS, GROUP_ARGUMENTS, aggregate_types
from twofold_graphql.input_types import InputField, InputTypes, type_of
from twofold_graphql.names import camel
from twofold_graphql.node import NODE, is_node
from twofold_graphql.offers import Offer, offers
from twofold_graphql.scalars import SCALARS, key_of, scalar_of

__all__ = ["build_schema"]

Resolver: TypeAlias = Callable[[Any, GraphQLResolveInfo[Any]], Awaitable[Any]]

_numbers = count()

GRAPHQL_NAMES = {"str": "String", "int": "Int", "float": "Float", "bool": "Boolean"}

ENVELOPE_ARGUMENTS = (
    ("first", "int | None", "At most this many, from the beginning or after the cursor `after`; 50 by default."),
    ("after", "str | None", "Only what comes after this cursor."),
    ("last", "int | None", "At most this many, from the end or before the cursor `before`."),
    ("before", "str | None", "Only what comes before this cursor."),
    ("offset", "int | None", "Leave out this many at the beginning; with `first`, not with a cursor or `last`."),
)

SEARCH = ("Words that are all in {}, the last one perhaps as the beginning of a word; case and accents do not count. "
          "Best matches come first, unless orderBy says another order.")  # fmt: skip


@strawberry.directive(
    locations=[DirectiveLocation.MUTATION],
    description="All mutations of the operation are done, in one transaction, or none of them.",
)
def atomic(value: DirectiveValue[str]) -> str:
    """Returns the value: it is the executor that looks for the directive."""
    return value


class ServiceField(StrawberryField):
    """A field that the service resolves. It gets graphql-core's own info, and takes its arguments from there."""

    def __init__(self, annotation: str, namespace: Mapping[str, Any], *, resolve: Resolver,
                 arguments: list[StrawberryArgument], description: str, graphql_name: str) -> None:  # fmt: skip
        super().__init__(
            graphql_name=graphql_name,
            description=description,
            type_annotation=StrawberryAnnotation(annotation, namespace=dict(namespace)),
        )
        self._namespace = namespace
        self._resolve = resolve
        self.arguments = arguments

    @property
    def is_basic_field(self) -> bool:
        """False: there is something to resolve."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Awaitable[Any]:  # noqa: ARG002
        """Returns what the service answers."""
        return self._resolve(source, info._raw_info)


def build_schema(engine: Engine) -> strawberry.Schema:
    """Returns the schema of an engine's resources.

    Raises:
        WrongDeclaration: an enum's members are not named as their values, so that the faces would show other words.
    """
    return _Builder(engine).build()


class _Builder:
    """Makes Strawberry types in a module of their own, so that they can name each other before they are all there."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.module = ModuleType(f"twofold_graphql.generated_{next(_numbers)}")
        sys.modules[self.module.__name__] = self.module
        self.namespace = vars(self.module)
        self.namespace |= {"ID": strawberry.ID, **{name: getattr(scalars, name) for name in scalars.NAMES.values()
                                                   if hasattr(scalars, name)}, "BigInt": scalars.BigInt}  # fmt: skip

    def build(self) -> strawberry.Schema:
        self._common()
        for spec in self.engine.resources:
            self._enums(spec)
        for spec in self.engine.resources:
            self._filters(spec)
            self._aggregates(spec)
            self._object(spec)
            self._connection(spec)
        self._inputs()
        query = self._type("Query", self._query_fields())
        mutations = self._mutation_fields()
        return strawberry.Schema(
            query=query,
            mutation=self._type("Mutation", mutations) if mutations else None,
            directives=[atomic] if mutations else [],
            config=StrawberryConfig(default_resolver=resolvers.from_row, scalar_map=SCALARS),
        )

    # -- helpers ------------------------------------------------------------------------------------------------

    def _type(self, name: str, fields: Mapping[str, Any], description: str = "", *, kind: str = "type",
              implements: str | None = None) -> Any:  # fmt: skip
        """Makes a type of `name -> annotation`, `name -> (annotation, field)`, or `name -> ServiceField`."""
        body: dict[str, Any] = {"__annotations__": {}, "__module__": self.module.__name__}
        for field, given in fields.items():
            if isinstance(given, ServiceField):
                body[field] = given
                continue
            annotation, value = given if isinstance(given, tuple) else (given, UNSET)
            body["__annotations__"][field] = annotation
            if value is not UNSET:
                body[field] = value
        if kind == "interface":
            body["resolve_type"] = staticmethod(lambda row, _info, _type: row[resolvers.TYPE])
        if implements is not None:
            body["is_type_of"] = staticmethod(lambda _row, _info: True)
        made: Any = type(name, () if implements is None else (self.namespace[implements],), body)
        decorate: Any = {"input": strawberry.input, "interface": strawberry.interface}.get(kind, strawberry.type)
        options: dict[str, Any] = {"name": name, "description": description or None}
        if kind == "one_of":
            decorate, options["one_of"] = strawberry.input, True
        decorated = decorate(made, **options)
        self.namespace[name] = decorated
        return decorated

    def _field(self, name: str, description: str | None = None, **options: Any) -> Any:
        return strawberry.field(name=camel(name), description=description or None, **options)

    def _optional(self, name: str, description: str | None = None) -> Any:
        """An input field that may be left out, which is not the same as null."""
        return strawberry.field(name=camel(name), description=description or None, default=UNSET)

    def _service(self, name: str, annotation: str, resolve: Resolver, description: str,
                 arguments: list[tuple[str, str, str]] | None = None) -> ServiceField:  # fmt: skip
        made = [
            StrawberryArgument(
                python_name=each,
                graphql_name=camel(each),
                type_annotation=StrawberryAnnotation(type_, namespace=self.namespace),
                default=UNSET,
                description=said,
            )
            for each, type_, said in arguments or []
        ]
        return ServiceField(annotation, self.namespace, resolve=resolve, arguments=made, description=description,
                            graphql_name=camel(name))  # fmt: skip

    # -- types --------------------------------------------------------------------------------------------------

    def _common(self) -> None:
        info = {"has_next_page": "bool", "has_previous_page": "bool", "start_cursor": "str | None",
                "end_cursor": "str | None"}  # fmt: skip
        self._type("PageInfo", {name: (type_, self._field(name)) for name, type_ in info.items()},
                   "What is known of the pages before and after.")  # fmt: skip
        self._type(
            "InputError",
            {
                "code": ("str", self._field("code", "For programs.")),
                "message": ("str", self._field("message", "For people.")),
                "path": ("list[str]", self._field("path", "Which field of the input.")),
                "hint": ("str | None", self._field("hint", "What to do about it.")),
            },
            "What is wrong with the input, so that a form can show it at the field.",
        )
        if any(map(is_node, self.engine.resources)):
            self._type(NODE, {"id": ("ID", self._field("id"))}, "What has an id that nothing else has.",
                       kind="interface")  # fmt: skip
        self.namespace["SortDirection"] = strawberry.enum(resolvers.SortDirection)
        for enum in ENUMS:
            self.namespace[enum.__name__] = strawberry.enum(enum, description=enum.__doc__)

    def _enums(self, spec: ResourceSpec) -> None:
        enums = [(field.name, field.column.kind.enum) for field in spec.fields.values()]
        enums += [(name, each) for name, action in spec.actions.items() for each in _enums_of(action)]
        for name, enum in enums:
            if enum is None or enum.__name__ in self.namespace:
                continue
            for member in enum:
                if member.name != member.value:
                    place = f"{type(spec.resource).__name__}.{name}"
                    raise WrongDeclaration(f"{place}: name the member {member.name} as its value {member.value!r}")
            self.namespace[enum.__name__] = strawberry.enum(enum, description=enum.__doc__)

    def _object(self, spec: ResourceSpec) -> None:
        fields: dict[str, Any] = {}
        for field in spec.fields.values():
            annotation = scalar_of(field.column.kind) + (" | None" if field.nullable else "")
            fields[field.name] = (annotation, self._field(field.name, field.description))
        for made in spec.computed.values():
            fields[made.name] = self._service(
                made.name, _annotation_of(made.declared.type), resolvers.computed(made), made.declared.description
            )
        for relation in spec.relations.values():
            fields[relation.name] = self._relation(spec, relation)
        self._type(spec.type_name, fields, spec.description, implements=NODE if is_node(spec) else None)

    def _relation(self, spec: ResourceSpec, relation: RelationSpec) -> ServiceField:
        target = relation.target
        resolve = resolvers.related(spec, relation)
        description = relation.join.description or target.description
        if relation.join.many:
            annotation, arguments = f"{target.type_name}Connection", self._list_arguments(target)
            return self._service(relation.name, annotation, resolve, description, arguments)
        return self._service(relation.name, f"{target.type_name} | None", resolve, description)

    def _connection(self, spec: ResourceSpec) -> None:
        name = spec.type_name
        self._type(
            f"{name}Edge",
            {"node": (name, self._field("node")), "cursor": ("str", self._field("cursor"))},
        )
        self._type(
            f"{name}Connection",
            {
                "edges": (f"list[{name}Edge]", self._field("edges")),
                "nodes": (f"list[{name}]", self._field("nodes", "The same as edges, without the cursors.")),
                "page_info": ("PageInfo", self._field("page_info")),
                "total_count": ("int", self._field("total_count", "How many there are in all that you may see.")),
                "aggregates": self._service(
                    "aggregates",
                    f"{name}Aggregates",
                    resolvers.aggregate,
                    "Of all that meet the filter, not only of this page.",
                ),
                "group_by": self._service(
                    "group_by",
                    f"list[{name}Group]",
                    resolvers.aggregate,
                    "Groups of all that meet the filter, not only of this page.",
                    [(each, type_.format(name=name), said) for each, type_, said in GROUP_ARGUMENTS],
                ),
            },
            f"A page of {spec.plural.replace('_', ' ')}.",
        )

    def _aggregates(self, spec: ResourceSpec) -> None:
        for form in aggregate_types(spec):
            if form.name in self.namespace:
                continue
            fields: dict[str, Any] = {}
            for name, (annotation, said) in form.fields.items():
                is_input = form.kind != "type"
                given = self._optional(name.removesuffix("_"), said) if is_input else self._field(name, said)
                fields[name] = (f"{annotation} | None" if is_input else annotation, given)
            self._type(form.name, fields, form.description, kind=form.kind)

    # -- filters and orders -------------------------------------------------------------------------------------

    def _filters(self, spec: ResourceSpec) -> None:
        name = f"{spec.type_name}Filter"
        fields: dict[str, Any] = {}
        for field in spec.fields.values():
            if field.declared.filter:
                type_ = self._operators(field)
                type_ = f"list[{type_}]" if field.column.kind.name == "json" else type_
                fields[field.name] = (f"{type_} | None", self._optional(field.name))
        for relation in spec.relations.values():
            if relation.declared.filter:
                suffix = "ListFilter" if relation.join.many else "Filter"
                type_ = f"{relation.target.type_name}{suffix} | None"
                fields[relation.name] = (type_, self._optional(relation.name))
        for word, type_ in (("and", f"list[{name}]"), ("or", f"list[{name}]"), ("not", name)):
            fields[f"{word}_"] = (f"{type_} | None", self._optional(word))
        self._type(name, fields, "All that is given must hold.", kind="input")
        quantified = {word: (f"{name} | None", self._optional(word)) for word in ("some", "every", "none")}
        self._type(f"{spec.type_name}ListFilter", quantified, kind="input")
        sortable = {field.name: ("SortDirection | None", self._optional(field.name))
                    for field in spec.fields.values() if field.declared.sort}  # fmt: skip
        sortable |= {relation.name: (f"{relation.target.type_name}Order | None", self._optional(relation.name))
                     for relation in spec.relations.values() if relation.sortable}  # fmt: skip
        self._type(f"{spec.type_name}Order", sortable, "One field to sort by, of its own or behind a relation.",
                   kind="one_of")  # fmt: skip

    def _operators(self, field: FieldSpec) -> str:
        kind = field.column.kind
        scalar = scalar_of(kind)
        name = f"{GRAPHQL_NAMES.get(scalar, scalar)}Filter"
        if name not in self.namespace:
            operators = {f"{each}_": self._operator(each, scalar) for each in kind.operators}
            if kind.name == "json":
                said = "Where to look: keys, and places in lists from 0. Without it, only isNull."
                path = {"path_": ("list[JSON] | None", self._optional("path", said))}
                operators = path | operators | {f"{each}_": self._operator(each, "str") for each in TEXTUAL}
            self._type(name, operators, kind="input")
        return name

    def _operator(self, operator: str, scalar: str) -> tuple[str, Any]:
        type_ = "bool" if operator == "is_null" else f"list[{scalar}]" if operator in LISTS else scalar
        return f"{type_} | None", self._optional(operator)

    def _list_arguments(self, spec: ResourceSpec) -> list[tuple[str, str, str]]:
        return [
            *(
                [("search", "str | None", SEARCH.format(" or ".join(map(camel, spec.resource.search))))]
                if spec.searched
                else []
            ),
            ("filter", f"{spec.type_name}Filter | None", "Only what meets this."),
            ("order_by", f"list[{spec.type_name}Order] | None", "The order; the first counts most."),
            *ENVELOPE_ARGUMENTS,
        ]

    # -- inputs -------------------------------------------------------------------------------------------------

    def _inputs(self) -> None:
        types = InputTypes(self.engine.inputs)
        for offer in (each for spec in self.engine.resources for each in offers(spec)):
            types.add(offer)
        for made in types.made.values():
            fields = {name: self._input(name, each) for name, each in made.fields.items()}
            self._type(made.name, fields, kind="input")

    def _input(self, name: str, field: InputField) -> tuple[str, Any]:
        if field.required:
            return field.annotation, self._field(name, field.description)
        return f"{field.annotation} | None", self._optional(name, field.description)

    # -- roots --------------------------------------------------------------------------------------------------

    def _query_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for spec in self.engine.resources:
            noun, nouns = spec.singular.replace("_", " "), spec.plural.replace("_", " ")
            by_id = [("id", key_of(spec), f"The {noun}'s id.")]
            fields[spec.singular] = self._service(
                spec.singular, f"{spec.type_name} | None", resolvers.one(spec),
                f"One {noun}; null when there is none with this id that you may see.", by_id,
            )  # fmt: skip
            fields[spec.plural] = self._service(
                spec.plural, f"{spec.type_name}Connection", resolvers.many(spec),
                f"{spec.description} These are the {nouns} that you may see.", self._list_arguments(spec),
            )  # fmt: skip
        if NODE in self.namespace:
            fields["node"] = self._service(
                "node", f"{NODE} | None", resolvers.node,
                "The object with an id, of a type that a fragment names; null when there is none that you may see.",
                [("id", "ID", "Its id.")],
            )  # fmt: skip
            fields["nodes"] = self._service(
                "nodes", f"list[{NODE} | None]", resolvers.nodes,
                "Objects of types that fragments name, in the places of their ids; null where there is none.",
                [("ids", "list[ID]", "At most 200.")],
            )  # fmt: skip
        return fields

    def _mutation_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for offer in (each for spec in self.engine.resources for each in offers(spec)):
            about = f"{offer.declared.description}\n\n" if offer.declared is not None else ""
            reasons = " ".join(dict.fromkeys(rule.reason for rule in rules_of(offer.spec, offer.action)))
            fields[offer.name] = self._service(
                offer.name, self._payload(offer), resolvers.mutation(offer), f"{about}Who may: {reasons}",
                list(self._mutation_arguments(offer)),
            )  # fmt: skip
        return fields

    def _mutation_arguments(self, offer: Offer) -> Iterator[tuple[str, str, str]]:
        type_ = type_of(offer)
        if offer.many and offer.action == "delete":
            yield "ids", f"list[{key_of(offer.spec)}]", f"Which; at most {MAX_ITEMS}."
        elif type_ is not None:
            yield "input", f"list[{type_}]" if offer.many else type_, "What to write."
        if offer.many:
            yield "atomic", "bool | None", "Whether all is done or nothing, as it is by default."
        if offer.has_version:
            yield (
                "if_match",
                "str | None",
                "The version that you have seen, or its ETag; refused when it changed since.",
            )
        yield "idempotency_key", "str | None", "Of your own making: sent again, the write has one effect."

    def _payload(self, offer: Offer) -> str:
        name, spec = f"{offer.stem}Payload", offer.spec
        fields: dict[str, Any] = {
            "errors": ("list[InputError]", self._field("errors", "Empty when it was done.")),
        }
        if offer.action == "delete" and offer.many:
            said = "Of each, in the order of the ids; null where it was not done."
            fields["deleted_ids"] = (f"list[{key_of(spec)} | None]", self._field("deleted_ids", said))
        elif offer.action == "delete":
            fields["deleted_id"] = (f"{key_of(spec)} | None", self._field("deleted_id"))
        elif offer.many:
            said = "As they are now, in the order of the input; null where it was not done, or you may not see it."
            annotation = f"list[{spec.type_name} | None]"
            fields[spec.plural] = self._service(spec.plural, annotation, resolvers.all_written(spec), said)
        else:
            said = "As it is now; null when it was not done, or when you may not see it."
            annotation = f"{spec.type_name} | None"
            fields[spec.singular] = self._service(spec.singular, annotation, resolvers.written(spec), said)
        self._type(name, fields)
        return name


def _enums_of(action: Action) -> Iterator[type[Enum]]:
    """The enums in what an action takes, bare or within a list or beside null."""
    waiting = [each.annotation for each in (action.input.model_fields if action.input else {}).values()]
    while waiting:
        type_: Any = waiting.pop()
        waiting += get_args(type_)
        if isinstance(type_, type) and issubclass(type_, Enum):
            yield type_


def _annotation_of(type_: Any) -> str:
    """The type of a computed field as an annotation: a JSON type, or a list of one, or null beside it."""
    schema = TypeAdapter(type_).json_schema()
    names = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    for option in schema.get("anyOf", [schema]):
        if option.get("type") in names:
            return names[option["type"]] + (" | None" if "anyOf" in schema else "")
    return "JSON"
