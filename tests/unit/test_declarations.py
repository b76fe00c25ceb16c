"""A wrong declaration stops the start with a sentence that names class and field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from types import ModuleType
from typing import Any, TypeAlias

import pytest
from pydantic import BaseModel
from tortoise import Model, fields
from tortoise.expressions import F, Q
from tortoise.functions import Coalesce, Count, Sum, Upper

from support.library.models import Author, Book, Branch, Copy, Form, Loan, Patron, Staff, Subject
from support.library.resources import LIBRARY, Authors
from twofold.application import Application
from twofold.condition import from_q
from twofold.deriving import LANGUAGE
from twofold.engine import Engine
from twofold.errors import WrongDeclaration
from twofold.fields import MoneyField, id_field
from twofold.inputs import InputForm
from twofold.resource import Action, Caching, Computed, Expression, Field, Input, Relation, Resource, action
from twofold.rules import EVERYONE, NOBODY, Rule, rule
from twofold.settings import Settings
from twofold_graphql.execute import Executing

Declaration: TypeAlias = type[Resource[Any]]
DOCUMENT = "What it is."
ALL = (Author, Book, Branch, Copy, Loan, Patron, Staff, Subject)
SETTABLE = "can be set by nobody; give it write=True or create=True, or name it in `fills` and set it in before_write"
BOOK_COLUMNS = (
    "added_at, author_id, barcode, changed_at, edition, follows_id, form, id, isbn, lendable, pages, price, published, "
    "pulped_at, rare, rating, subtitle, title, weight"
)
AUTHOR_COLUMNS = "books, born, id, name"


def declared(class_name: str, model: type[Model] | None, /, **members: Any) -> Declaration:
    """Returns a resource of `model` with these members; readable by everyone and described, unless they say no."""
    base: Any = Resource if model is None else Resource[model]
    body = {"__doc__": DOCUMENT, "read": EVERYONE, **members}
    made: Any = type(class_name, (Resource,), {"model": model, **body} if model else body)
    made.__orig_bases__ = (base,)
    return made


def started(resources: Sequence[Declaration], module: Any = "support.library.models") -> Engine:
    models = {"twofold": ["twofold.events"], "library": [module]}
    application = Application(name="x", models=models, resources=resources, asgi="", first_request="/")
    return Engine(application, Settings(database_url="sqlite://:memory:"))


def rows_of(**lookups: Any) -> Rule:
    return rule("Some.")(lambda _: Q(**lookups))


def unsaid(rows):
    """Says no type."""
    return rows


def words(rows: Any) -> list[str]:
    """Says a type."""
    return [""] * len(rows)


class Named(Input):
    """What an action may not take."""

    id: str


def acting(said: str = "Does it.", takes: Any = None) -> Action:
    async def bare(self: Any, change: Any) -> None: ...

    async def taking(self: Any, change: Any, given: Any) -> None: ...

    run = bare if takes is None else taking
    run.__doc__ = said
    if takes is not None:
        run.__annotations__["given"] = takes
    return action(EVERYONE, happened="done")(run)


class Stranger(Model):
    """A model that no module of the application has."""

    id = id_field()

    class Meta:
        app = "elsewhere"


WRONG: dict[str, tuple[list[Declaration], str]] = {
    "no model": ([declared("Books", None)], "Books: name its model: class Products(Resource[Product])"),
    "a time before now": (
        [declared("Authors", Author, cache=Caching(shared_s=60, stale_s=-1))],
        "Authors.cache: stale_s is -1; it is in seconds, 0 or more",
    ),
    "a model of elsewhere": (
        [declared("Strangers", Stranger)],
        "Strangers: the model Stranger is in none of the application's model modules",
    ),
    "unknown column": (
        [declared("Authors", Author, nam=Field())],
        "Authors.nam: the model Author has no column 'nam'; did you mean name?",
    ),
    "unknown column, nothing like it": (
        [declared("Authors", Author, colour=Field())],
        "Authors.colour: the model Author has no column 'colour'; it has born, id, name",
    ),
    "relation as field": (
        [declared("Books", Book, author=Field())],
        "Books.author: author is a relation: declare it with Relation()",
    ),
    "unknown relation": (
        [declared("Books", Book, writer=Relation()), Authors],
        "Books.writer: the model Book has no relation 'writer'; it has author, copies, followers, follows, subjects",
    ),
    "relation to what is not served": (
        [declared("Books", Book, author=Relation())],
        "Books.author: it leads to Author, which no registered resource serves; register one or remove it",
    ),
    "relation written from the wrong side": (
        [declared("Authors", Author, books=Relation(write=True)), declared("Books", Book)],
        "Authors.books: write it on books, where its key is",
    ),
    "no read rule": (
        [declared("Authors", Author, read=None)],
        "Authors.read: say who may read which rows: read = rule(...), or EVERYONE",
    ),
    "a read rule that is none": (
        [declared("Authors", Author, read=True)],
        "Authors.read: say who may read which rows: read = rule(...), or EVERYONE",
    ),
    "no docstring": (
        [declared("Authors", Author, __doc__=None)],
        "Authors: describe it in a docstring: both faces show it",
    ),
    "two of one model": (
        [declared("Authors", Author), declared("Writers", Author)],
        "Writers: the model Author is already served by Authors",
    ),
    "name of another": (
        [declared("Authors", Author), declared("Author", Book)],
        "Author: the name 'author' is taken by Authors",
    ),
    "plural as the singular": (
        [declared("Staff", Staff)],
        "Staff: call the class by its plural, not Staff as the model is called",
    ),
    "unsortable ordering": (
        [declared("Authors", Author, ordering=("-born",), name=Field(sort=True), born=Field())],
        "Authors.ordering: '-born' is not a sortable field; it has id, name",
    ),
    "ordering by what is not there": (
        [declared("Authors", Author, ordering=("nam",), name=Field(sort=True))],
        "Authors.ordering: 'nam' is not a sortable field; did you mean name?",
    ),
    "searching what is not there": (
        [declared("Authors", Author, search=("nam",), name=Field())],
        "Authors.search: 'nam' is not a text field; did you mean name?",
    ),
    "searching a date": (
        [declared("Authors", Author, search=("name", "born"), name=Field(), born=Field())],
        "Authors.search: 'born' is not a text field; it has name",
    ),
    "searching what not everyone sees": (
        [declared("Authors", Author, search=("name",), name=Field(read=NOBODY))],
        "Authors.search: 'name' has a read rule, and what is found would tell of hidden text; leave one of them out",
    ),
    "searching a field twice": (
        [declared("Authors", Author, search=("name", "name"), name=Field())],
        "Authors.search: name at most 4 fields, each once",
    ),
    "sorting JSON": (
        [declared("Books", Book, details=Field(sort=True))],
        "Books.details: a JSON column has no order to sort by",
    ),
    "computed of an unknown field": (
        [declared("Authors", Author, name=Field(), initials=Computed(needs=("nom",), resolve=words))],
        "Authors.initials: it needs 'nom', which is not a field; it has id, name",
    ),
    "computed without a type": (
        [declared("Authors", Author, initials=Computed(needs=(), resolve=unsaid))],
        "Authors.initials: annotate what its function returns as list[T]",
    ),
    "expression of an unknown column": (
        [declared("Books", Book, heft=Expression(F("paces") * 2))],
        f"Books.heft: Book has no column 'paces' for it; it has {BOOK_COLUMNS}",
    ),
    "expression named as a column": (
        [declared("Books", Book, pages=Expression(F("barcode") * 2))],
        "Books.pages: the model Book has this already; call the expression another name",
    ),
    "expression of a quotient": (
        [declared("Books", Book, heft=Expression(F("pages") / 2))],
        f"Books.heft: truediv cannot be translated; {LANGUAGE}",
    ),
    "expression of a function": (
        [declared("Books", Book, loud=Expression(Upper("title")))],
        f"Books.loud: Upper cannot be translated; {LANGUAGE}",
    ),
    "expression of amounts multiplied": (
        [declared("Books", Book, heft=Expression(F("price") * F("price")))],
        "Books.heft: an amount times an amount is no amount; multiply it by a whole number",
    ),
    "expression of floats added": (
        [declared("Books", Book, heft=Expression(F("weight") + F("rating")))],
        "Books.heft: + takes whole numbers and amounts, not number",
    ),
    "expression of two kinds": (
        [declared("Books", Book, heft=Expression(F("price") + F("pages")))],
        "Books.heft: money of 2 places and integer do not go together",
    ),
    "expression with a constant that does not fit": (
        [declared("Books", Book, heft=Expression(F("price") + Decimal("0.125")))],
        "Books.heft: the constant Decimal('0.125') does not fit what stands beside it: money of 2 places",
    ),
    "expression of a Q that leads elsewhere": (
        [declared("Books", Book, lent=Expression(Q(copies__shelf="A-1")))],
        "Books.lent: When compares the row's own columns; rows behind a relation would be looked at whoever asks",
    ),
    "expression of a Q of an unknown column": (
        [declared("Authors", Author, old=Expression(Q(age__gt=70)))],
        f"Authors.old: a rule on Author names 'age'; it has {AUTHOR_COLUMNS}",
    ),
    "expression over a relation that is not served": (
        [declared("Books", Book, copy_count=Expression(Count("copies")))],
        "Books.copy_count: count looks over a served relation to many, not 'copies'; there is none",
    ),
    "expression over a relation to one": (
        [declared("Books", Book, author=Relation(), writers=Expression(Count("author"))), Authors],
        "Books.writers: count looks over a served relation to many, not 'author'; there is none",
    ),
    "expression over a relation that adds up nothing": (
        [declared("Authors", Author, books=Relation(), all=Expression(Sum("books"))), declared("Books", Book)],
        'Authors.all: sum takes a column of the relation: "books__…"',
    ),
    "expression that adds up text": (
        [declared("Authors", Author, books=Relation(), all=Expression(Sum("books__title"))), declared("Books", Book)],
        "Authors.all: sum does not take text, which title of books is",
    ),
    "expression of different values": (
        [declared("Authors", Author, books=Relation(), all=Expression(Count("books", distinct=True))),
         declared("Books", Book)],
        'Authors.all: count takes a relation, or one of its columns, and no more: "reviews__rating"',
    ),
    "searching an expression": (
        [declared("Authors", Author, search=("said",), name=Field(), said=Expression(Coalesce("name", "nobody")))],
        "Authors.search: 'said' is not a text field; it has name",
    ),
    "create without a required column": (
        [declared("Authors", Author, create=EVERYONE)],
        f"Authors.name: create is offered, but the required column 'name' {SETTABLE}",
    ),
    "create without a required relation": (
        [declared("Copies", Copy, create=EVERYONE, number=Field(create=True))],
        f"Copies.book_id: create is offered, but the required column 'book_id' {SETTABLE}",
    ),
    "key of a relation that is taken": (
        [
            declared("Books", Book, subjects=Relation(), subject_ids=Computed(needs=(), resolve=words)),
            declared("Subjects", Subject),
        ],
        "Books.subjects: its key would be called subject_ids, as that of subject_ids",
    ),
    "read rule of an unknown path": (
        [declared("Authors", Author, read=rows_of(surname="a"))],
        f"a rule on Author names 'surname'; it has {AUTHOR_COLUMNS}",
    ),
    "update rule of an unknown path": (
        [declared("Books", Book, update=rows_of(author__surname="a"))],
        f"a rule on Author names 'surname'; it has {AUTHOR_COLUMNS}",
    ),
    "field rule of an unknown lookup": (
        [declared("Authors", Author, name=Field(read=rows_of(name__icontains="a")))],
        "a rule on authors.name uses the lookup 'icontains'; rules know not, in, lt, lte, gt, gte, isnull",
    ),
    "write rule of an unknown lookup": (
        [declared("Authors", Author, name=Field(write=rows_of(born__year__gt=1)))],
        "a rule on authors.born uses the lookup 'year__gt'; rules know not, in, lt, lte, gt, gte, isnull",
    ),
    "rule with a value that does not fit": (
        [declared("Books", Book, read=rows_of(price__lt="cheap"))],
        "a rule on books.price compares with 'cheap', which does not fit: Input should be a valid decimal",
    ),
    "action called as a route": (
        [declared("Authors", Author, update=EVERYONE, restore=acting())],
        "Authors.restore: the word is taken; call the action another name",
    ),
    "action without a word": (
        [declared("Authors", Author, praise=acting(said=""))],
        "Authors.praise: describe the action in a docstring: both faces show it",
    ),
    "action that takes a model of another kind": (
        [declared("Authors", Author, praise=acting(takes=BaseModel))],
        "Authors.praise: its input BaseModel is no Input",
    ),
    "action that takes an id": (
        [declared("Authors", Author, praise=acting(takes=Named))],
        "Authors.praise: its input may not have the field 'id', which names the row",
    ),
    "natural key of nothing": (
        [declared("Authors", Author, name=Field(write=True), natural_key=("nam",))],
        "Authors.natural_key: 'nam' is no field that can be set; did you mean name?",
    ),
    "natural key that is not unique": (
        [declared("Authors", Author, name=Field(write=True), natural_key=("name",), create=EVERYONE, update=EVERYONE)],
        "Authors.natural_key: the model does not say that name is unique",
    ),
    "natural key of what is not updated": (
        [declared("Branches", Branch, name=Field(write=True), natural_key=("name",), create=EVERYONE)],
        "Branches.natural_key: an upsert needs the rules create and update",
    ),
    "soft deletion by another column": (
        [declared("Authors", Author, delete=EVERYONE, soft_delete="born")],
        "Authors.soft_delete: 'born' is no DatetimeField(null=True) of the model",
    ),
    "soft deletion of what nobody deletes": (
        [declared("Books", Book, soft_delete="pulped_at")], "Books.soft_delete: say who may delete: delete = …",
    ),
    "version that is not there": (
        [declared("Authors", Author, require_version=True)],
        "Authors.require_version: the model Author has no VersionField",
    ),
    "part of nothing": (
        [declared("Authors", Author, books=Relation(), part_of="books"), declared("Books", Book, author=Relation())],
        "Authors.part_of: 'books' is no relation to one with its key here; it has ",
    ),
    "create rule of an unknown path": (
        [declared("Authors", Author, name=Field(create=rows_of(nobody=1)), born=Field(create=True), create=NOBODY)],
        f"a rule on Author names 'nobody'; it has {AUTHOR_COLUMNS}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_declaration_stops_the_start(case: str) -> None:
    resources, sentence = WRONG[case]
    with pytest.raises(WrongDeclaration) as wrong:
        started(resources)
    assert str(wrong.value) == sentence


def test_values_of_rules_become_those_of_the_column() -> None:
    values: list[Any] = []
    from_q(started([declared("Books", Book)]).resources[0].table, Q(price__gt=5, form__in=["paperback", None]), values)
    assert values == [Decimal(5), [Form.paperback]]


class Colour(StrEnum):
    """Members not named as their values."""

    RED = "red"


def column(field: Callable[[], Any], name: str = "price") -> ModuleType:
    """Returns a module with one model, Thing, that has one column."""
    module = ModuleType("things")
    body = {"id": id_field(), name: field(), "__module__": "things", "Meta": type("Meta", (), {"app": "library"})}
    vars(module)["Thing"] = type("Thing", (Model,), body)
    return module


def thing(field: Callable[[], Any], *names: str) -> Engine:
    module = column(field, names[0])
    return started([declared("Things", module.Thing, **{name: Field() for name in names})], module)


def test_a_decimal_column_has_at_most_15_digits() -> None:
    with pytest.raises(WrongDeclaration) as wrong:
        thing(lambda: fields.DecimalField(16, 2), "price")
    sentence = "Thing.price: a DecimalField of more than 15 digits is not exact on SQLite; give it fewer"
    assert str(wrong.value) == sentence
    assert thing(lambda: fields.DecimalField(15, 2), "price").resources[0].fields["price"].column.kind.name == "decimal"
    assert thing(MoneyField, "price").resources[0].fields["price"].column.kind.name == "money"


def test_a_column_that_nobody_can_write_is_refused_where_rows_are_created() -> None:
    module = column(fields.TimeField, "opens")
    with pytest.raises(WrongDeclaration, match=r"Things.opens: create is offered, but this required column has a type"):
        started([declared("Things", module.Thing, create=rows_of())], module)
    assert started([declared("Things", module.Thing)], module)


def test_an_application_has_the_engines_own_tables() -> None:
    application = Application(name="x", models={}, resources=[], asgi="", first_request="/")
    with pytest.raises(WrongDeclaration, match="x: its models lack the app twofold with ENGINE_MODELS"):
        Engine(application, Settings(database_url="sqlite://:memory:"))


def test_a_key_that_nothing_makes_is_refused_where_rows_are_created() -> None:
    module = column(fields.IntField, "count")
    key = fields.CharField(max_length=5, primary_key=True)
    body = {"code": key, "__module__": "things", "Meta": type("Meta", (), {"app": "library"})}
    vars(module)["Thing"] = type("Thing", (Model,), body)
    assert started([declared("Things", module.Thing)], module).resources[0].pk.name == "code"
    with pytest.raises(WrongDeclaration) as wrong:
        started([declared("Things", module.Thing, create=EVERYONE, code=Field(create=True))], module)
    assert str(wrong.value) == (
        "Things.code: create is offered, but nothing makes the primary key: it is neither a UUID nor a whole number "
        "that the database makes"
    )


def test_enum_members_are_named_as_their_values() -> None:
    engine = thing(lambda: fields.CharEnumField(Colour), "colour")
    with pytest.raises(WrongDeclaration) as wrong:
        Executing(engine)
    assert str(wrong.value) == "Things.colour: name the member RED as its value 'red'"


def test_names_that_graphql_cannot_tell_apart() -> None:
    module = column(fields.IntField, "full_name")
    made = declared("Things", module.Thing, full_name=Field(), fullName=Computed(needs=(), resolve=words))
    with pytest.raises(WrongDeclaration) as wrong:
        Executing(started([made], module))
    assert str(wrong.value) == "Things.fullName: GraphQL would call it fullName, which is also full_name's name"


def test_what_only_a_new_row_takes_is_not_nested_in_changes() -> None:
    copies = declared("Copies", Copy, create=EVERYONE, update=EVERYONE, delete=EVERYONE, number=Field(write=True),
                      branch=Relation(create=True), book=Relation(create=True))  # fmt: skip
    branches = declared("Branches", Branch, name=Field(write=True), create=EVERYONE)
    authors = declared("Authors", Author, name=Field(write=True), create=EVERYONE, update=EVERYONE)
    books = declared("Books", Book, create=EVERYONE, update=EVERYONE, title=Field(write=True), price=Field(write=True),
                     author=Relation(create=True, nested=True), follows=Relation(nested=True),
                     copies=Relation(nested=True))  # fmt: skip
    engine = started([books, authors, copies, branches])
    [spec] = [each for each in engine.resources if each.plural == "books"]
    kinds: tuple[tuple[InputForm, str], ...] = (("create", "Create"), ("patch", "Change"))
    offered = {
        (form, name): set(schema["$defs"][f"Book{kind}{name.title()}"]["properties"])
        for form, kind in kinds
        for schema in [engine.inputs.schema(engine.inputs.model(spec, form), "{model}")]
        for name in ("author", "follows", "copies")
        if f"Book{kind}{name.title()}" in schema["$defs"]
    }
    assert offered == {
        ("create", "author"): {"create", "connect"}, ("patch", "author"): {"update"}, ("patch", "follows"): {"update"},
        ("create", "copies"): {"create"}, ("patch", "copies"): {"create", "update", "delete"},
    }  # fmt: skip
    assert "input BookChangeAuthorInput {\n  update: PatchAuthorInput\n}" in str(Executing(engine).strawberry)


def test_the_library_is_declared_rightly() -> None:
    engine = started(LIBRARY.resources)
    assert [spec.plural for spec in engine.resources][:2] == ["authors", "subjects"]
    Executing(engine)
