"""Writes on the library: rules, references, constraints, hooks and awkward values, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from support.library.asking import (
    BORROWER,
    CLERK,
    HEAD,
    OTHER_HEAD,
    STRANGER,
    VISITOR,
    answer,
    asked,
    nested,
    spec_of,
)
from support.library.models import Book, Copy, Loan, Patron, Staff
from support.library.rows import BOOK_SUBJECTS, ROWS, Record, key
from twofold.actor import Actor
from twofold.change import Key
from twofold.engine import Engine
from twofold.errors import Conflict, Forbidden, Invalid, Malformed, NotFound, ServiceError, Unauthenticated
from twofold.write import Write

pytest_plugins = ("support.library.fixtures",)

NORTH, SOUTH, ULM = (key(4, number) for number in range(3))
NOWHERE = str(UUID(int=0))
MODELS = {"books": Book, "copies": Copy, "loans": Loan, "patrons": Patron, "staff_members": Staff}


async def written(engine: Engine, actor: Actor, resource: str, action: Any, id_: Any = None, **values: Any) -> Key:
    id_ = None if id_ is None else str(id_)
    change = Write(resource=spec_of(engine, resource), action=action, id=id_, input=values)
    return (await engine.write(actor, change)).key


async def stored(engine: Engine, resource: str, id_: Any) -> Record | None:
    """The row as it is in the database, past all rules."""
    with engine.database.use():
        found = await MODELS[resource].filter(id=id_).values()
    return found[0] if found else None


def errors(refused: pytest.ExceptionInfo[ServiceError]) -> list[tuple[tuple[str | int, ...], str]]:
    return [(each.path, each.code) for each in refused.value.field_errors]


def first(resource: str, **values: Any) -> Record:
    return next(row for row in ROWS[resource] if all(row[name] == value for name, value in values.items()))


def loan_of(branch: UUID, **values: Any) -> Record:
    copies = {row["id"] for row in ROWS["copies"] if row["branch_id"] == branch}
    return next(
        row for row in ROWS["loans"]
        if row["copy_id"] in copies and all(row[name] == value for name, value in values.items())
    )  # fmt: skip


def own_loan() -> Record:
    """A loan of the borrower at a branch where neither the head nor the clerk work."""
    cards = {row["id"] for row in ROWS["patrons"] if row["user_id"] == BORROWER.user_id}
    copies = {row["id"] for row in ROWS["copies"] if row["branch_id"] == ULM}
    return next(row for row in ROWS["loans"] if row["patron_id"] in cards and row["copy_id"] in copies)


def new_book(**values: Any) -> Record:
    return {"author_id": str(key(1, 0)), "title": "New", "price": "1.00", **values}


# -- who may ----------------------------------------------------------------------------------------------------

VAULT = first("copies", shelf="vault", branch_id=SOUTH)
AT_NORTH = first("copies", branch_id=NORTH)
SHELVED = first("copies", shelf="A-1", branch_id=SOUTH)
RULES: list[tuple[Actor, str, str, Any, Record, type[ServiceError]]] = [
    (VISITOR, "books", "create", None, new_book(), Unauthenticated),
    (CLERK, "books", "create", None, new_book(), Forbidden),
    (VISITOR, "copies", "patch", SHELVED["id"], {"wear": 1}, Unauthenticated),
    (STRANGER, "copies", "patch", SHELVED["id"], {"wear": 1}, Forbidden),
    (HEAD, "copies", "patch", SHELVED["id"], {"wear": 1}, Forbidden),
    (HEAD, "copies", "patch", VAULT["id"], {"wear": 1}, NotFound),
    (HEAD, "copies", "replace", VAULT["id"], {"branch_id": str(NORTH), "number": 999}, NotFound),
    (HEAD, "copies", "delete", VAULT["id"], {}, NotFound),
    (HEAD, "copies", "delete", SHELVED["id"], {}, Forbidden),
    (HEAD, "copies", "patch", NOWHERE, {"wear": 1}, NotFound),
    (HEAD, "copies", "patch", "no key", {"wear": 1}, NotFound),
    (HEAD, "copies", "patch", "\x00", {"wear": 1}, NotFound),
    (STRANGER, "loans", "patch", ROWS["loans"][0]["id"], {"note": "hello"}, NotFound),
    (BORROWER, "loans", "delete", own_loan()["id"], {}, Forbidden),
    (HEAD, "branches", "delete", NORTH, {}, Forbidden),
    (HEAD, "branches", "create", None, {"name": "East"}, Forbidden),
    (VISITOR, "branches", "patch", NORTH, {"name": "East"}, Unauthenticated),
    (HEAD, "authors", "patch", key(1, 0), {"name": "a"}, Forbidden),
    (CLERK, "staff_members", "patch", key(5, 0), {"duty": "clerk"}, Forbidden),
    # Out of one's own tenant, and into another's.
    (HEAD, "copies", "patch", AT_NORTH["id"], {"branch_id": str(SOUTH), "number": 999}, Forbidden),
    (HEAD, "copies", "create", None, {"branch_id": str(SOUTH), "book_id": str(key(3, 1)), "number": 999}, Forbidden),
    (OTHER_HEAD, "staff_members", "create", None, {"branch_id": str(NORTH), "user_id": NOWHERE}, Forbidden),
    # Rules of single fields.
    (CLERK, "loans", "patch", loan_of(NORTH)["id"], {"fine": "5.00"}, Forbidden),
    (BORROWER, "loans", "patch", own_loan()["id"], {"due": "2030-01-01"}, Forbidden),
    (CLERK, "loans", "patch", loan_of(NORTH)["id"], {"note": "not mine to write"}, Forbidden),
    (BORROWER, "patrons", "patch", key(7, 7), {"branch_id": str(NORTH)}, Forbidden),
]  # fmt: skip


@pytest.mark.parametrize(("actor", "resource", "action", "id_", "values", "error"), RULES)
async def test_what_the_rules_refuse(own_library: Engine, actor: Actor, resource: str, action: str, id_: Any,
                                     values: Record, error: type[ServiceError]) -> None:  # fmt: skip
    before = await _everything(own_library)
    with pytest.raises(error) as refused:
        await written(own_library, actor, resource, action, id_, **values)
    assert type(refused.value) is error
    assert await _everything(own_library) == before


async def _everything(engine: Engine) -> list[Any]:
    with engine.database.use():
        return [sorted(map(repr, await model.all().values())) for model in MODELS.values()]


async def test_a_key_without_the_scope_may_not(own_library: Engine) -> None:
    copy = first("copies", branch_id=NORTH)
    reader = Actor(user_id=HEAD.user_id, role=HEAD.role, scopes=frozenset({"copies:read"}))
    with pytest.raises(Forbidden, match="copies:update"):
        await written(own_library, reader, "copies", "patch", copy["id"], wear=1)


async def test_what_the_rules_allow(own_library: Engine) -> None:
    own, mine = loan_of(NORTH, returned_at=None), own_loan()
    await written(own_library, HEAD, "loans", "patch", own["id"], fine="-5.00", due="1969-12-31", renewals=2)
    await written(own_library, BORROWER, "loans", "patch", mine["id"], note="O'Brien\n\\ \U0001f600")
    await written(
        own_library, CLERK, "copies", "patch", first("copies", branch_id=NORTH)["id"], branch_id=str(SOUTH), number=999
    )
    found = await stored(own_library, "loans", own["id"])
    assert found is not None
    assert (str(found["fine"]), str(found["due"]), found["renewals"]) == ("-5.00", "1969-12-31", 2)
    assert (await stored(own_library, "loans", mine["id"]) or {})["note"] == "O'Brien\n\\ \U0001f600"


@pytest.mark.parametrize("actor", [STRANGER, CLERK, OTHER_HEAD], ids=["stranger", "clerk", "head of another"])
async def test_a_new_row_does_not_admit_itself(own_library: Engine, actor: Actor) -> None:
    """Who may write a branch's staff is the head among them: that cannot be who says so of themselves."""
    branch = NORTH if actor is not CLERK else ULM
    with pytest.raises(Forbidden):
        await written(
            own_library, actor, "staff_members", "create", branch_id=str(branch), user_id=str(actor.user_id),
            duty="head",
        )  # fmt: skip
    with own_library.database.use():
        assert not await Staff.filter(branch_id=branch, user_id=actor.user_id, duty="head").exists()


async def test_a_row_that_moves_does_not_admit_itself(own_library: Engine) -> None:
    """Nor by an entry of one's own that is turned into one of another's branch; one's own entry stays one's own."""
    with own_library.database.use():
        mine = await Staff.get(user_id=HEAD.user_id, branch_id=NORTH)
    with pytest.raises(Forbidden):
        await written(own_library, HEAD, "staff_members", "patch", mine.id, branch_id=str(ULM))
    await written(own_library, HEAD, "staff_members", "patch", mine.id, duty="head")


async def test_a_field_rule_holds_before_the_change_and_after(own_library: Engine) -> None:
    """`renewals` may be set while the copy is out: whoever sends returned_at along must not get around that."""
    back = next(row for row in ROWS["loans"] if row["returned_at"] and row["copy_id"] == loan_of(NORTH)["copy_id"])
    out = loan_of(NORTH, returned_at=None)
    for loan, moment in ((back, None), (out, "2024-01-01T00:00:00Z")):
        with pytest.raises(Forbidden, match="renewals"):
            await written(own_library, HEAD, "loans", "patch", loan["id"], returned_at=moment, renewals=9)
        assert (await stored(own_library, "loans", loan["id"]) or {})["renewals"] == loan["renewals"]


async def test_what_is_free_on_a_new_row_falls_under_its_rule_later(own_library: Engine) -> None:
    id_ = await written(own_library, HEAD, "books", "create", **new_book(price="-0.01"))
    assert str((await stored(own_library, "books", id_) or {})["price"]) == "-0.01"
    with pytest.raises(Forbidden, match="price"):
        await written(own_library, HEAD, "books", "patch", id_, price="2.00")


async def test_what_only_a_new_row_takes_is_unknown_later(own_library: Engine) -> None:
    copy = first("copies", branch_id=NORTH)
    with pytest.raises(Invalid) as refused:
        await written(own_library, HEAD, "copies", "patch", copy["id"], book_id=str(key(3, 1)), id=NOWHERE)
    assert errors(refused) == [(("book_id",), "extra_forbidden"), (("id",), "extra_forbidden")]


# -- references -------------------------------------------------------------------------------------------------


async def test_references_to_hidden_or_missing_rows(own_library: Engine) -> None:
    out = loan_of(NORTH)["copy_id"]
    stranger = first("patrons", branch_id=SOUTH, user_id=None)
    loan = {
        "copy_id": str(out),
        "patron_id": str(stranger["id"]),
        "lent_at": "2024-01-01T00:00:00Z",
        "due": "2024-02-01",
    }
    with pytest.raises(Invalid) as refused:
        await written(own_library, HEAD, "loans", "create", **loan)
    assert errors(refused) == [(("patron_id",), "missing")]
    subject = str(key(2, 0))
    with pytest.raises(Invalid) as refused:
        await written(own_library, HEAD, "books", "create",
                      **new_book(author_id=NOWHERE, follows_id=NOWHERE, subject_ids=[subject, NOWHERE]))  # fmt: skip
    assert errors(refused) == [
        (("author_id",), "missing"),
        (("follows_id",), "missing"),
        (("subject_ids", 1), "missing"),
    ]


async def _subjects(engine: Engine, book: Any) -> set[str]:
    ask = asked(engine, "books", {"id": {"eq": book}}, [], [nested(spec_of(engine, "books"), "subjects", ["id"])])
    return {row["id"] for row in (await answer(engine, HEAD, ask))[0]["subjects"]}


async def test_many_to_many_set_replaced_and_left_alone(own_library: Engine) -> None:
    one, two, three = (str(key(2, number)) for number in range(3))
    id_ = await written(own_library, HEAD, "books", "create", **new_book(subject_ids=[one, two, one]))
    assert await _subjects(own_library, id_) == {one, two}
    await written(own_library, HEAD, "books", "patch", id_, title="Other")
    assert await _subjects(own_library, id_) == {one, two}
    await written(own_library, HEAD, "books", "patch", id_, subject_ids=[three, two])
    assert await _subjects(own_library, id_) == {three, two}
    await written(own_library, HEAD, "books", "replace", id_, author_id=str(key(1, 0)), title="Other")
    assert await _subjects(own_library, id_) == set()
    other = BOOK_SUBJECTS[-1][0]
    assert await _subjects(own_library, other) == {str(subject) for book, subject in BOOK_SUBJECTS if book == other}


# -- replace and patch ------------------------------------------------------------------------------------------


async def test_replace_resets_what_is_left_out_but_not_what_has_a_rule_of_its_own(own_library: Engine) -> None:
    id_ = await written(own_library, HEAD, "books", "create",
                        **new_book(subtitle="s", weight=2.5, rare=True, details={"a": 1}, price="7.00"))  # fmt: skip
    before = await stored(own_library, "books", id_)
    await written(own_library, HEAD, "books", "replace", id_, author_id=str(key(1, 2)), title="Whole")
    found = await stored(own_library, "books", id_)
    assert found is not None
    assert before is not None
    assert {name: found[name] for name in ("title", "subtitle", "weight", "rare", "details", "lendable")} == {
        "title": "Whole", "subtitle": None, "weight": 0.5, "rare": False, "details": None, "lendable": None,
    }  # fmt: skip
    assert (str(found["price"]), found["author_id"], found["added_at"]) == ("7.00", key(1, 2), before["added_at"])
    assert found["changed_at"] > before["changed_at"]
    with pytest.raises(Invalid) as refused:
        await written(own_library, HEAD, "books", "replace", id_, subtitle="only")
    assert errors(refused) == [(("author_id",), "missing"), (("title",), "missing")]


async def test_patch_tells_null_from_left_out(own_library: Engine) -> None:
    id_ = await written(own_library, HEAD, "books", "create", **new_book(subtitle="s", pages=5, details=[1]))
    await written(own_library, HEAD, "books", "patch", id_, subtitle=None, details=None)
    found = await stored(own_library, "books", id_)
    assert found is not None
    assert (found["subtitle"], found["details"], found["pages"]) == (None, None, 5)
    with pytest.raises(Invalid) as refused:
        await written(own_library, HEAD, "books", "patch", id_, title=None, weight=None)
    assert [path for path, _ in errors(refused)] == [("title",), ("weight",)]


async def test_an_empty_patch_changes_nothing(own_library: Engine) -> None:
    copy = first("copies", branch_id=NORTH)
    before = await _everything(own_library)
    assert await written(own_library, HEAD, "copies", "patch", copy["id"]) == copy["id"]
    assert await _everything(own_library) == before


# -- constraints ------------------------------------------------------------------------------------------------


async def test_constraints_are_errors_of_fields(own_library: Engine) -> None:
    taken = first("books", isbn="isbn-37")
    with pytest.raises(Conflict, match="already a book with the same isbn") as refused:
        await written(own_library, HEAD, "books", "create", **new_book(isbn=taken["isbn"]))
    assert errors(refused) == [(("isbn",), "taken")]
    with pytest.raises(Conflict, match="already a subject with the same name") as refused:
        await written(own_library, HEAD, "subjects", "create", name=ROWS["subjects"][0]["name"])
    assert errors(refused) == [(("name",), "taken")]
    copies = [row for row in ROWS["copies"] if row["branch_id"] == NORTH]
    with pytest.raises(Conflict, match="already a copy with the same branch and number") as refused:
        await written(own_library, HEAD, "copies", "patch", copies[0]["id"], number=copies[1]["number"])
    assert errors(refused) == [(("branch_id",), "taken"), (("number",), "taken")]
    with pytest.raises(Invalid) as invalid:
        await written(own_library, HEAD, "copies", "patch", copies[0]["id"], wear=10)
    assert errors(invalid) == [(("wear",), "out_of_range")]
    with pytest.raises(Invalid) as invalid:
        await written(own_library, HEAD, "books", "create", **new_book(price="-1000.01"))
    assert errors(invalid) == [(("price",), "out_of_range")]


async def test_a_row_that_others_refer_to_is_not_deleted(own_library: Engine) -> None:
    with pytest.raises(Conflict, match="Other things still refer to it"):
        await written(own_library, HEAD, "authors", "delete", key(1, 0))
    copy = loan_of(NORTH)["copy_id"]
    with pytest.raises(Conflict, match="Other things still refer to it"):
        await written(own_library, HEAD, "copies", "delete", copy)
    assert await stored(own_library, "copies", copy) is not None


async def test_deleting(own_library: Engine) -> None:
    loan = loan_of(NORTH)
    assert await written(own_library, CLERK, "loans", "delete", loan["id"]) == loan["id"]
    assert await stored(own_library, "loans", loan["id"]) is None
    with pytest.raises(NotFound):
        await written(own_library, CLERK, "loans", "delete", loan["id"])


# -- hooks ------------------------------------------------------------------------------------------------------


async def test_hooks_run_inside_the_transaction(own_library: Engine) -> None:
    patron = first("patrons", branch_id=NORTH, user_id=None)
    loan = {
        "copy_id": str(loan_of(NORTH)["copy_id"]),
        "patron_id": str(patron["id"]),
        "lent_at": "2024-01-01T01:00:00+01:00",
        "due": "2024-02-01",
    }
    with pytest.raises(Invalid) as refused:
        await written(own_library, HEAD, "loans", "create", **loan, renewals=13)
    assert errors(refused) == [(("renewals",), "unlucky")]
    with own_library.database.use():
        assert await Loan.all().count() == len(ROWS["loans"])
    assert (await stored(own_library, "patrons", patron["id"]) or {})["card"] == patron["card"]
    id_ = await written(own_library, HEAD, "loans", "create", **loan)
    assert (await stored(own_library, "patrons", patron["id"]) or {})["card"] == len(loan)
    assert (await stored(own_library, "loans", id_) or {})["lent_at"].isoformat() == "2024-01-01T00:00:00+00:00"


async def test_a_hook_refuses_before_anything_is_written(own_library: Engine) -> None:
    with pytest.raises(Invalid) as refused:
        await written(own_library, BORROWER, "loans", "patch", own_loan()["id"], note="my cat ate it")
    assert errors(refused) == [(("note",), "no_cats")]


# -- awkward values ---------------------------------------------------------------------------------------------

DEEP: list[Any] = []
for _ in range(150):
    DEEP = [DEEP]

WRONG: list[tuple[str, str, str]] = [
    ("title", '"a\\u0000"', "value_error"),
    ("title", f'"{"x" * 201}"', "string_too_long"),
    ("title", "5", "string_type"),
    ("subtitle", '"\\u0000"', "value_error"),
    ("pages", str(2**31), "less_than_equal"),
    ("pages", "1.5", "int_type"),
    ("pages", '"5"', "int_type"),
    ("pages", str(10**400), "less_than_equal"),
    ("barcode", str(2**63), "less_than_equal"),
    ("barcode", str(-(2**63) - 1), "greater_than_equal"),
    ("weight", "1e999", "finite_number"),
    ("weight", "NaN", "finite_number"),
    ("price", '"1e30"', "decimal_max_digits"),
    ("price", '"0.001"', "decimal_max_places"),
    ("price", '"NaN"', "finite_number"),
    ("price", '"10000000000000.00"', "decimal_whole_digits"),
    ("published", '"0000-01-01"', "date_parsing"),
    ("published", '"1704067200"', "value_error"),
    ("published", "5", "value_error"),
    ("form", '"scroll"', "enum"),
    ("rare", "1", "bool_type"),
    ("author_id", '"x"', "uuid_parsing"),
    ("details", '"text"', "value_error"),
    ("details", "5", "value_error"),
    ("details", "NaN", "value_error"),
    ("details", '{"a": "\\u0000"}', "value_error"),
    ("details", '{"\\u0000": 1}', "value_error"),
    ("details", f"[{2**63}]", "value_error"),
    ("details", "[1e999]", "value_error"),
    ("details", "[NaN]", "value_error"),
    ("subject_ids", "null", "list_type"),
    ("subject_ids", '["x"]', "uuid_parsing"),
]


@pytest.mark.parametrize("action", ["create", "patch"])
async def test_values_that_do_not_fit_are_errors_of_fields(own_library: Engine, action: Any) -> None:
    spec = spec_of(own_library, "books")
    for name, text, code in WRONG:
        others = (
            {"author_id": f'"{key(1, 0)}"', "title": '"t"', "price": '"1"'} if action == "create" else {"weight": "1"}
        )
        members = {**others, name: text}
        if action == "patch" and name == "price":
            continue
        body = "{" + ", ".join(f'"{member}": {value}' for member, value in members.items()) + "}"
        id_ = None if action == "create" else str(key(3, 1))
        with pytest.raises(Invalid) as refused:
            await own_library.write(HEAD, Write(resource=spec, action=action, id=id_, input=body.encode()))
        assert [(path[0], each) for path, each in errors(refused)] == [(name, code)], (name, text)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"title": "\\ud800"}', b'{"title": "\xff"}', b"[" * 100_000]
)
async def test_bodies_that_are_no_objects_are_malformed(own_library: Engine, body: bytes) -> None:
    with pytest.raises(Malformed):
        await own_library.write(HEAD, Write(resource=spec_of(own_library, "books"), action="create", input=body))


async def test_text_that_is_no_unicode_is_malformed(own_library: Engine) -> None:
    with pytest.raises((Malformed, Invalid)):
        await written(own_library, HEAD, "books", "create", **new_book(title="\ud800"))


AWKWARD: list[Record] = [
    {"title": "\x01\x1f\x7f\u2028", "subtitle": "", "weight": 5e-324, "pages": -(2**31), "barcode": 2**63 - 1},
    {"title": "x" * 200, "subtitle": "'; DROP TABLE books; --", "weight": 1.7976931348623157e308, "barcode": -(2**63)},
    {
        "title": "\U0001f600" * 200,
        "published": "9999-12-31",
        "rating": 0.1 + 0.2,
        "form": "paperback",
        "lendable": False,
    },
    {"title": "", "published": "0001-01-01", "rating": -1e-7, "form": "paperback", "details": {"\u2028": [1e21, -0.5]}},
    {"title": "%s ?1 $1", "details": {"deep": DEEP, "n": [2**63 - 1, -(2**63)], "": None}, "form": "paperback"},
]


@pytest.mark.parametrize("number", range(len(AWKWARD)))
async def test_awkward_values_come_back_as_they_went_in(own_library: Engine, number: int) -> None:
    values = AWKWARD[number]
    id_ = await written(own_library, HEAD, "books", "create", **new_book(**values))
    for _ in range(2):
        found = await answer(own_library, HEAD, asked(own_library, "books", {"id": {"eq": id_}}, [], list(values)))
        assert found == [values]
        await written(own_library, HEAD, "books", "patch", id_, **values)
