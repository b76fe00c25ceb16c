"""Writes of more than one row: versions, upserts, soft deletion, nested rows, several at once, declared actions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from support.library.asking import BORROWER, CLERK, HEAD, OTHER_HEAD, STRANGER, VISITOR, answer, asked, spec_of
from support.library.models import Author, Book, Copy, Loan, Subject
from support.library.resources import LIBRARY
from support.library.rows import ROWS, Record, key
from twofold.actor import Actor
from twofold.change import Change
from twofold.engine import Engine
from twofold.errors import (
    Conflict,
    Deadlocked,
    Forbidden,
    Invalid,
    ItemsFailed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    ServiceError,
    TooCostly,
    Unauthenticated,
)
from twofold.events import Event
from twofold.perform import perform
from twofold.resource import Field, Relation, Resource
from twofold.rules import EVERYONE, NOBODY
from twofold.settings import Settings
from twofold.write import MAX_ITEMS, Write, Written

pytest_plugins = ("support.library.fixtures",)

NORTH, SOUTH = key(4, 0), key(4, 1)
NOWHERE = str(UUID(int=0))
BOOK = next(row for row in ROWS["books"] if not row["rare"] and row["isbn"])
HIDDEN = next(row for row in ROWS["books"] if row["rare"] and row["isbn"])
LIBRARIAN = Actor(user_id=CLERK.user_id, role="librarian")


def change_of(engine: Engine, resource: str, action: str, id_: Any = None, **values: Any) -> Write:
    if_match = values.pop("if_match", None)
    key_ = None if id_ is None else str(id_)
    return Write(resource=spec_of(engine, resource), action=action, id=key_, input=values, if_match=if_match)


async def write(engine: Engine, actor: Actor, resource: str, action: str, id_: Any = None, **values: Any) -> Written:
    return await engine.write(actor, change_of(engine, resource, action, id_, **values))


async def row_of(engine: Engine, model: Any, id_: Any) -> Any:
    with engine.database.use():
        return await model.get(id=id_)


async def count(engine: Engine, model: Any, **filters: Any) -> int:
    with engine.database.use():
        found: int = await model.filter(**filters).count()
        return found


def errors(refused: pytest.ExceptionInfo[ServiceError]) -> list[tuple[tuple[str | int, ...], str]]:
    return [(each.path, each.code) for each in refused.value.field_errors]


def new_book(**values: Any) -> Record:
    return {"author_id": str(key(1, 0)), "title": "New", "price": "1.00", **values}


def new_copy(number: int, **values: Any) -> Record:
    return {"branch_id": str(NORTH), "number": number, **values}


# -- versions ---------------------------------------------------------------------------------------------------


async def test_a_version_counts_changes_and_nothing_else(own_library: Engine) -> None:
    book = (await write(own_library, HEAD, "books", "create", **new_book())).key
    assert (await row_of(own_library, Book, book)).edition == 1
    await write(own_library, HEAD, "books", "patch", book, title="Newer")
    await write(own_library, HEAD, "books", "patch", book, title="Newer")
    await write(own_library, HEAD, "books", "patch", book, subject_ids=[str(key(2, 1))])
    assert (await row_of(own_library, Book, book)).edition == 3


@pytest.mark.parametrize(
    ("if_match", "fits"),
    [("1", True), ('"1"', True), ('"1-abcdef"', True), ('"7", "1-a"', True), ("*", True), ("2", False), ('"2"', False),
     ('W/"1"', False), ("", False), ("x1", False), ('"1', False), ("1" * 400, False), ("²", False)],
)  # fmt: skip
async def test_a_change_of_another_version_is_refused(own_library: Engine, if_match: str, fits: bool) -> None:
    if fits:
        await write(own_library, HEAD, "books", "patch", BOOK["id"], title="Mine", if_match=if_match)
        return
    for action, values in (
        ("patch", {"title": "Mine"}),
        ("delete", {}),
        ("replace", {"author_id": str(key(1, 0)), "title": "x"}),
    ):
        with pytest.raises(PreconditionFailed):
            await write(own_library, HEAD, "books", action, BOOK["id"], **values, if_match=if_match)
    assert (await row_of(own_library, Book, BOOK["id"])).title == BOOK["title"]


async def test_a_resource_may_require_the_version(own_library: Engine) -> None:
    with pytest.raises(PreconditionRequired):
        await write(own_library, HEAD, "branches", "patch", NORTH, name="East")
    await write(own_library, HEAD, "branches", "patch", NORTH, name="East", if_match="1")
    with pytest.raises(PreconditionFailed):
        await write(own_library, HEAD, "branches", "patch", NORTH, name="West", if_match="1")


async def test_rules_come_before_versions(own_library: Engine) -> None:
    with pytest.raises(Forbidden):
        await write(own_library, OTHER_HEAD, "branches", "patch", NORTH, name="East", if_match="9")
    with pytest.raises(NotFound):
        await write(own_library, Actor(user_id=UUID(int=9), role="librarian"), "books", "patch", NOWHERE, if_match="9")


async def test_what_has_no_version_takes_none(own_library: Engine) -> None:
    copy = next(row for row in ROWS["copies"] if row["branch_id"] == NORTH)
    with pytest.raises(Invalid, match="no version"):
        await write(own_library, HEAD, "copies", "patch", copy["id"], wear=1, if_match="1")


# -- upserts ----------------------------------------------------------------------------------------------------


async def test_an_upsert_changes_what_is_there_and_makes_what_is_not(own_library: Engine) -> None:
    subject = ROWS["subjects"][3]
    changed = await write(own_library, LIBRARIAN, "subjects", "upsert", name=subject["name"], parent_id=None)
    assert changed == Written(key=subject["id"], created=False)
    assert (await row_of(own_library, Subject, subject["id"])).parent_id is None
    made = await write(own_library, LIBRARIAN, "subjects", "upsert", name="Gardens")
    assert made.created
    assert await write(own_library, LIBRARIAN, "subjects", "upsert", name="Gardens") == Written(key=made.key)


async def test_upserts_of_one_key_at_once_make_one_row(own_library: Engine) -> None:
    done = await asyncio.gather(
        *(write(own_library, LIBRARIAN, "subjects", "upsert", name="Gardens") for _ in range(8))
    )
    assert [each.created for each in done].count(True) == 1
    assert len({each.key for each in done}) == 1


async def test_an_upsert_does_not_reach_a_hidden_row(own_library: Engine) -> None:
    """Nor tell anything of it, but that the key is taken, which creating says as well."""
    nobody = Actor(user_id=UUID(int=9), role="nobody")
    with pytest.raises(Forbidden):
        await write(own_library, nobody, "books", "upsert", **new_book(isbn=HIDDEN["isbn"]))
    await write(own_library, LIBRARIAN, "books", "delete", BOOK["id"])
    with pytest.raises(Conflict) as refused:
        await write(own_library, LIBRARIAN, "books", "upsert", **new_book(isbn=BOOK["isbn"]))
    assert errors(refused) == [(("isbn",), "taken")]


async def test_an_upsert_leads_no_row_to_another(own_url: str) -> None:
    class Writers(Resource[Author]):
        """Authors."""

        read = EVERYONE
        create = EVERYONE
        name = Field(write=True)

    class Works(Resource[Book]):
        """Works, whose author stays."""

        read = EVERYONE
        create = EVERYONE
        update = EVERYONE
        natural_key = ("isbn",)
        isbn = Field(write=True)
        title = Field(write=True)
        price = Field(write=True)
        author = Relation(create=True, nested=True)

    engine = Engine(replace(LIBRARY, resources=[Writers, Works]), Settings(database_url=own_url, database_pool=2))
    await engine.database.open()
    try:
        work = {"isbn": BOOK["isbn"], "title": "Mine", "price": "1.00"}
        for operation, value in (("create", {"name": "Me"}), ("connect", str(key(1, 1)))):
            with pytest.raises(Invalid) as refused:
                await write(engine, HEAD, "works", "upsert", **work, author={operation: value})
            assert errors(refused) == [(("author", operation), "fixed")]
        await write(engine, HEAD, "works", "upsert", **work, author_id=str(BOOK["author_id"]))
    finally:
        await engine.database.close()


async def test_an_upsert_is_offered_where_there_is_a_natural_key(own_library: Engine) -> None:
    with pytest.raises(Forbidden, match="Nobody can upsert"):
        await write(own_library, HEAD, "authors", "upsert", name="x")
    with pytest.raises(Unauthenticated):
        await write(own_library, VISITOR, "subjects", "upsert", name="x")


# -- soft deletion ----------------------------------------------------------------------------------------------


async def _sees(engine: Engine, actor: Actor, id_: Any) -> bool:
    return bool(await answer(engine, actor, asked(engine, "books", {"id": {"eq": id_}}, [], ["id"])))


async def test_what_is_deleted_softly_is_hidden_and_may_come_back(own_library: Engine) -> None:
    assert await _sees(own_library, VISITOR, BOOK["id"])
    await write(own_library, LIBRARIAN, "books", "delete", BOOK["id"])
    assert not await _sees(own_library, LIBRARIAN, BOOK["id"])
    for action, values in (("patch", {"title": "x"}), ("delete", {})):
        with pytest.raises(NotFound):
            await write(own_library, LIBRARIAN, "books", action, BOOK["id"], **values)
    with pytest.raises(Forbidden):
        await write(own_library, STRANGER, "books", "restore", BOOK["id"])
    with pytest.raises(Unauthenticated):
        await write(own_library, VISITOR, "books", "restore", BOOK["id"])
    await write(own_library, LIBRARIAN, "books", "restore", BOOK["id"], if_match="2")
    assert await _sees(own_library, VISITOR, BOOK["id"])
    with pytest.raises(NotFound):  # there is none among the deleted ones
        await write(own_library, LIBRARIAN, "books", "restore", BOOK["id"])
    with own_library.database.use():
        names = await Event.filter(row_id=str(BOOK["id"])).order_by("id").values_list("name", flat=True)
    assert names == ["books.deleted", "books.restored"]


async def test_a_reference_to_what_was_deleted_is_missing(own_library: Engine) -> None:
    await write(own_library, LIBRARIAN, "books", "delete", BOOK["id"])
    with pytest.raises(Invalid) as refused:
        await write(own_library, HEAD, "copies", "create", book_id=str(BOOK["id"]), **new_copy(900))
    assert errors(refused) == [(("book_id",), "missing")]
    with pytest.raises(Forbidden):
        await write(own_library, LIBRARIAN, "authors", "restore", key(1, 0))


# -- nested -----------------------------------------------------------------------------------------------------


async def test_new_rows_come_with_others(own_library: Engine) -> None:
    made = await write(own_library, HEAD, "books", "create", title="Whole", price="1.00",
                       author={"create": {"name": "Somebody new"}},
                       copies={"create": [new_copy(901), new_copy(902, shelf="A-1")]},
                       subjects={"create": [{"name": "Novelty"}], "connect": [str(key(2, 0))]},
                       followers={"create": [{"title": "Second", "price": "2.00",
                                              "author": {"connect": str(key(1, 1))}}]})  # fmt: skip
    book = await row_of(own_library, Book, made.key)
    assert (await row_of(own_library, Author, book.author_id)).name == "Somebody new"
    assert await count(own_library, Copy, book_id=made.key) == 2
    assert await count(own_library, Book, follows_id=made.key, author_id=key(1, 1)) == 1
    assert await count(own_library, Subject, books=made.key) == 2
    assert await count(own_library, Event) == 6


async def test_rows_behind_are_changed_deleted_and_moved(own_library: Engine) -> None:
    made = await write(own_library, HEAD, "books", "create", **new_book(
        copies={"create": [new_copy(number) for number in (901, 902)]},
        followers={"create": [new_book(title="Second"), new_book(title="Third")]},
        subjects={"connect": [str(key(2, 0)), str(key(2, 1))]}))  # fmt: skip
    with own_library.database.use():
        copies = [str(each.id) for each in await Copy.filter(book_id=made.key).order_by("number")]
        followers = [str(each.id) for each in await Book.filter(follows_id=made.key).order_by("title")]
    await write(own_library, HEAD, "books", "patch", made.key,
                copies={"update": [{"id": copies[0], "wear": 3}], "delete": [copies[1]], "create": [new_copy(903)]},
                followers={"disconnect": [followers[0]], "connect": [str(BOOK["id"])]},
                subjects={"disconnect": [str(key(2, 0))], "update": [{"id": str(key(2, 1)), "name": "Renamed"}]},
                follows={"create": new_book(title="First")}, author={"connect": str(key(1, 3))})  # fmt: skip
    with own_library.database.use():
        numbers = await Copy.filter(book_id=made.key).order_by("number").values_list("number", "wear")
        assert numbers == [(901, 3), (903, 0)]
        titles = await Book.filter(follows_id=made.key).values_list("title", flat=True)
        assert sorted(titles) == sorted(["Third", BOOK["title"]])
        assert await Subject.filter(books=made.key).values_list("name", flat=True) == ["Renamed"]
    book = await row_of(own_library, Book, made.key)
    assert (await row_of(own_library, Book, book.follows_id)).title == "First"
    assert book.author_id == key(1, 3)


REFUSED: list[tuple[Actor, Record, type[ServiceError], Sequence[tuple[tuple[str | int, ...], str]]]] = [
    (HEAD, {"copies": {"create": [new_copy(901), new_copy(902, wear=10)]}}, Invalid,
     [(("copies", "create", 1, "wear"), "out_of_range")]),
    (HEAD, {"copies": {"create": [new_copy(901), new_copy(901)]}}, Conflict,
     [(("copies", "create", 1, "branch_id"), "taken"), (("copies", "create", 1, "number"), "taken")]),
    (HEAD, {"copies": {"create": [new_copy(901) | {"branch_id": str(SOUTH)}]}}, Forbidden,
     [(("copies", "create", 0), "forbidden")]),
    (HEAD, {"copies": {"create": [{"number": 1}]}}, Invalid, [(("copies", "create", 0, "branch_id"), "missing")]),
    (HEAD, {"copies": {"create": [new_copy(1, book_id=str(BOOK["id"]))]}}, Invalid,
     [(("copies", "create", 0, "book_id"), "extra_forbidden")]),
    (HEAD, {"subjects": {"connect": [str(key(2, 0)), NOWHERE]}}, Invalid, [(("subjects", "connect", 1), "missing")]),
    (HEAD, {"subjects": {"create": [{"name": "a"}]}, "subject_ids": []}, Invalid, [(("subjects",), "twice")]),
    (HEAD, {"follows": {"connect": NOWHERE}}, Invalid, [(("follows_id",), "missing")]),
    (HEAD, {"follows": {"create": new_book(), "connect": str(BOOK["id"])}}, Invalid, [(("follows",), "not_one")]),
    (HEAD, {"follows": {}, "follows_id": None}, Invalid, [(("follows",), "twice"), (("follows",), "not_one")]),
    (HEAD, {"follows": {"create": None}}, Invalid, [(("follows",), "not_one")]),
    (HEAD, {"follows": {"connect": None}}, Invalid, [(("follows",), "not_one")]),
    (HEAD, {"follows": {"update": {"title": "x"}}}, Invalid, [(("follows", "update"), "extra_forbidden")]),
    (HEAD, {"copies": {"delete": [NOWHERE]}}, Invalid, [(("copies", "delete"), "extra_forbidden")]),
    (HEAD, {"copies": {"create": [new_copy(n) for n in range(101)]}}, Invalid,
     [(("copies", "create"), "too_long")]),
    (HEAD, {"followers": {"create": [{"title": "x", "price": "1.00"}]}}, Invalid,
     [(("followers", "create", 0, "author_id"), "missing")]),
]  # fmt: skip


@pytest.mark.parametrize(("actor", "values", "error", "found"), REFUSED)
async def test_one_refusal_undoes_all(own_library: Engine, actor: Actor, values: Record, error: type[ServiceError],
                                      found: Sequence[Any]) -> None:  # fmt: skip
    with pytest.raises(error) as refused:
        await write(own_library, actor, "books", "create", **new_book(title="Undone", **values))
    assert errors(refused) == list(found)
    assert await count(own_library, Book, title="Undone") == 0
    assert await count(own_library, Copy, number__gte=901) == 0
    assert await count(own_library, Event) == 0


async def test_an_operation_that_is_null_is_not_asked_for(own_library: Engine) -> None:
    follows = {"create": None, "connect": str(BOOK["id"]), "update": None}
    made = await write(own_library, HEAD, "books", "create", **new_book(copies={"create": None}))
    await write(own_library, HEAD, "books", "patch", made.key, follows=follows, copies=None)
    for operation in ("create", "connect", "update", "disconnect"):
        with pytest.raises(Invalid) as refused:
            await write(own_library, HEAD, "books", "patch", made.key, follows={operation: None})
        assert errors(refused) == [(("follows",), "not_one")]
    assert (await row_of(own_library, Book, made.key)).follows_id == BOOK["id"]


async def test_a_replacement_keeps_the_row_that_it_changes(own_library: Engine) -> None:
    first = (await write(own_library, HEAD, "books", "create", **new_book())).key
    made = await write(own_library, HEAD, "books", "create", **new_book(follows_id=str(first)))
    replaced = new_book(follows={"update": {"title": "Changed"}})
    del replaced["price"]  # which only the holders of a copy may set
    await write(own_library, HEAD, "books", "replace", made.key, **replaced)
    assert (await row_of(own_library, Book, made.key)).follows_id == first
    assert (await row_of(own_library, Book, first)).title == "Changed"


async def test_who_may_lead_a_row_to_another_may_when_it_is_nested(own_url: str) -> None:
    class Works(Resource[Book]):
        """Works."""

        read = EVERYONE
        update = EVERYONE
        copies = Relation(nested=True)

    class Pieces(Resource[Copy]):
        """Copies, which nobody may say are of a book."""

        read = EVERYONE
        create = EVERYONE
        fills = ("branch_id",)
        book = Relation(create=NOBODY)
        number = Field(write=True)

        async def before_write(self, change: Change) -> None:
            """All are in one branch."""
            change.values["branch_id"] = NORTH

    declared = replace(LIBRARY, resources=[Works, Pieces])
    engine = Engine(declared, Settings(database_url=own_url, database_pool=2))
    await engine.database.open()
    try:
        with pytest.raises(Forbidden, match="book_id"):
            await write(engine, HEAD, "pieces", "create", number=901, book_id=str(BOOK["id"]))
        with pytest.raises(Forbidden, match="book_id"):
            await write(engine, HEAD, "works", "patch", BOOK["id"], copies={"create": [{"number": 901}]})
    finally:
        await engine.database.close()


async def test_only_rows_that_belong_to_it_can_be_changed_with_it(own_library: Engine) -> None:
    elsewhere = next(row for row in ROWS["copies"] if row["book_id"] != BOOK["id"] and row["branch_id"] == NORTH)
    for said in ({"update": [{"id": str(elsewhere["id"]), "wear": 1}]}, {"delete": [str(elsewhere["id"])]}):
        [operation] = said
        with pytest.raises(Invalid) as refused:
            await write(own_library, HEAD, "books", "patch", BOOK["id"], copies=said)
        assert errors(refused) == [(("copies", operation, 0), "missing")]
    made = await write(own_library, HEAD, "books", "create", **new_book(subject_ids=[str(key(2, 0))]))
    with pytest.raises(Invalid) as refused:
        await write(own_library, HEAD, "books", "patch", made.key, subjects={"disconnect": [str(key(2, 1))]})
    assert errors(refused) == [(("subjects", "disconnect", 0), "missing")]
    with pytest.raises(Invalid) as refused:
        await write(own_library, HEAD, "books", "patch", BOOK["id"], follows={"update": {"title": "x"}})
    assert errors(refused) == [(("follows",), "missing")]


async def test_a_request_writes_so_many_rows(own_library: Engine) -> None:
    many = [new_book(followers={"create": [new_book() for _ in range(100)]}) for _ in range(10)]
    with pytest.raises(TooCostly, match="1000 rows"):
        await write(own_library, HEAD, "books", "create", **new_book(followers={"create": many}))
    items = [change_of(own_library, "books", "create", **each) for each in many]
    with pytest.raises(ItemsFailed) as refused:
        await own_library.write_all(HEAD, items)
    assert {index: error.code for index, error in refused.value.failed.items()} == {9: "too_costly"}
    assert await count(own_library, Event) == 0


async def test_so_do_several_changes_together(own_library: Engine) -> None:
    book = new_book(followers={"create": [new_book() for _ in range(100)]})
    changes = [change_of(own_library, "books", "create", **book) for _ in range(10)]
    with pytest.raises(ItemsFailed) as refused:
        await own_library.write_all(LIBRARIAN, changes)
    assert [(index, type(error)) for index, error in refused.value.failed.items()] == [(9, TooCostly)]
    assert await count(own_library, Event) == 0


async def test_links_to_hidden_rows_stay(own_library: Engine) -> None:
    """Whoever names all that they see says nothing of what they do not."""
    made = await write(own_library, LIBRARIAN, "subjects", "create", name="Both")
    with own_library.database.use():
        subject = await Subject.get(id=made.key)
        await subject.books.add(await Book.get(id=HIDDEN["id"]), await Book.get(id=BOOK["id"]))
    await write(own_library, HEAD, "books", "patch", BOOK["id"], subject_ids=[])
    assert await count(own_library, Book, subjects=made.key) == 1


# -- several at once --------------------------------------------------------------------------------------------


async def test_all_or_nothing(own_library: Engine) -> None:
    items = [change_of(own_library, "books", "create", **new_book(title=f"Item {n}", isbn=f"n-{n % 3}"))
             for n in range(4)]  # fmt: skip
    with pytest.raises(ItemsFailed) as refused:
        await own_library.write_all(HEAD, items)
    assert {index: error.code for index, error in refused.value.failed.items()} == {3: "conflict"}
    assert await count(own_library, Event) == 0
    outcomes = await own_library.write_all(HEAD, items, atomic=False)
    assert [isinstance(each, Written) for each in outcomes] == [True, True, True, False]
    assert await count(own_library, Book, title__startswith="Item") == 3
    assert await count(own_library, Event) == 3


async def test_every_item_is_told_of(own_library: Engine) -> None:
    items = [
        change_of(own_library, "books", "patch", BOOK["id"], title=""),
        change_of(own_library, "books", "patch", NOWHERE, title="x"),
        change_of(own_library, "books", "patch", BOOK["id"], pages="many"),
        change_of(own_library, "books", "patch", None, title="x"),
        change_of(own_library, "copies", "patch", ROWS["copies"][0]["id"], wear=99999),
        change_of(own_library, "books", "patch", BOOK["id"], title="x", if_match="7"),
    ]
    outcomes = await own_library.write_all(HEAD, items, atomic=False)
    codes = [each.code if isinstance(each, ServiceError) else None for each in outcomes]
    assert codes == [None, "not_found", "invalid", "invalid", "invalid", "precondition_failed"]


async def test_later_changes_see_earlier_ones(own_library: Engine) -> None:
    items = [
        change_of(own_library, "subjects", "upsert", name="Seas"),
        change_of(own_library, "subjects", "upsert", name="Seas", parent_id=str(key(2, 0))),
        change_of(own_library, "books", "delete", BOOK["id"]),
        change_of(own_library, "books", "restore", BOOK["id"]),
    ]
    first, second, *_ = await own_library.write_all(LIBRARIAN, items)
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert (first.key, first.created, second.created) == (second.key, True, False)


async def test_what_nobody_may_is_refused_as_a_whole(own_library: Engine) -> None:
    item = change_of(own_library, "books", "create", **new_book())
    with pytest.raises(Unauthenticated):
        await own_library.write_all(VISITOR, [item])
    with pytest.raises(Forbidden):
        await own_library.write_all(STRANGER, [item], atomic=False)
    with pytest.raises(TooCostly):
        await own_library.write_all(HEAD, [item] * (MAX_ITEMS + 1))
    assert await own_library.write_all(HEAD, []) == []


# -- declared actions -------------------------------------------------------------------------------------------


def loan_at(branch: UUID, *, out: bool) -> Record:
    copies = {row["id"] for row in ROWS["copies"] if row["branch_id"] == branch}
    return next(row for row in ROWS["loans"] if row["copy_id"] in copies and (row["returned_at"] is None) == out)


async def test_an_action_changes_its_row_and_others(own_library: Engine) -> None:
    loan = loan_at(NORTH, out=True)
    copy = next(row for row in ROWS["copies"] if row["id"] == loan["copy_id"])
    await write(own_library, HEAD, "loans", "give_back", loan["id"])
    assert (await row_of(own_library, Loan, loan["id"])).returned_at is not None
    assert (await row_of(own_library, Copy, copy["id"])).wear == copy["wear"] + 1
    with own_library.database.use():
        told = await Event.all().order_by("id").values_list("name", flat=True)
    assert sorted(told) == ["copies.updated", "loans.returned"]


async def test_an_action_takes_what_it_declares(own_library: Engine) -> None:
    loan = loan_at(NORTH, out=True)
    for values, found in (
        ({}, [(("weeks",), "missing")]),
        ({"weeks": 9}, [(("weeks",), "less_than_equal")]),
        ({"weeks": "1"}, [(("weeks",), "int_type")]),
        ({"weeks": 1, "x": 1}, [(("x",), "extra_forbidden")]),
    ):
        with pytest.raises(Invalid) as refused:
            await write(own_library, HEAD, "loans", "renew", loan["id"], **values)
        assert errors(refused) == found
    with pytest.raises(Invalid):
        await write(own_library, HEAD, "loans", "give_back", loan["id"], weeks=1)
    await write(own_library, HEAD, "loans", "renew", loan["id"], weeks=2)
    assert (await row_of(own_library, Loan, loan["id"])).renewals == loan["renewals"] + 1


async def test_an_action_has_a_rule_and_a_scope_of_its_own(own_library: Engine) -> None:
    loan = loan_at(NORTH, out=True)
    with pytest.raises(Unauthenticated):
        await write(own_library, VISITOR, "loans", "give_back", loan["id"])
    with pytest.raises(NotFound):
        await write(own_library, STRANGER, "loans", "give_back", loan["id"])
    mine = next(
        row for row in ROWS["loans"]
        if row["patron_id"] in {each["id"] for each in ROWS["patrons"] if each["user_id"] == BORROWER.user_id}
    )  # fmt: skip
    with pytest.raises(Forbidden):
        await write(own_library, BORROWER, "loans", "give_back", mine["id"])
    updater = Actor(user_id=HEAD.user_id, role=HEAD.role, scopes=frozenset({"loans:read", "loans:update"}))
    with pytest.raises(Forbidden, match="loans:give_back"):
        await write(own_library, updater, "loans", "give_back", loan["id"])


async def test_an_action_that_refuses_leaves_nothing(own_library: Engine) -> None:
    loan = loan_at(NORTH, out=False)
    with pytest.raises(Conflict) as refused:
        await write(own_library, HEAD, "loans", "renew", loan["id"], weeks=1)
    assert errors(refused) == [(("returned_at",), "returned")]
    assert await count(own_library, Event) == 0


async def test_an_action_may_make_rows(own_library: Engine) -> None:
    copy = loan_at(NORTH, out=False)["copy_id"]
    patron = next(row for row in ROWS["patrons"] if row["branch_id"] == NORTH)["id"]
    made = await write(own_library, HEAD, "loans", "lend", copy_id=str(copy), patron_id=str(patron), notes=["a", "b"])
    assert made.created
    assert (await row_of(own_library, Loan, made.key)).note == "a, b"
    elsewhere = loan_at(SOUTH, out=True)["copy_id"]
    with pytest.raises(Forbidden):  # the rule holds for the row as it was written
        await write(own_library, HEAD, "loans", "lend", copy_id=str(elsewhere), patron_id=str(patron))
    with pytest.raises(Invalid):
        await write(own_library, HEAD, "loans", "lend", copy_id="\x00", patron_id=str(patron), notes=["\x00"])


# -- waiting in a circle ----------------------------------------------------------------------------------------


async def test_what_is_undone_for_another_is_made_again(own_library: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0

    async def deadlocked(*given: Any) -> Any:
        nonlocal tried
        tried += 1
        if tried % 3:
            raise Deadlocked
        return await perform(*given)

    monkeypatch.setattr("twofold.write.perform", deadlocked)
    await write(own_library, LIBRARIAN, "subjects", "upsert", name="Seas")
    item = change_of(own_library, "subjects", "upsert", name="Lakes")
    assert isinstance((await own_library.write_all(LIBRARIAN, [item]))[0], Written)
    assert (tried, await count(own_library, Event)) == (6, 2)
    with pytest.raises(Deadlocked):
        async with own_library.database.transaction():  # which the database has undone, all of it
            await write(own_library, LIBRARIAN, "subjects", "upsert", name="Rivers")
    assert tried == 7
