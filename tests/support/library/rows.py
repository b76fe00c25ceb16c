"""The library's rows: the same on every run, and as awkward as rows can be."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

from support.library.models import Author, Book, Branch, Copy, Duty, Form, Loan, Patron, Staff, Subject

Record: TypeAlias = dict[str, Any]

TEXTS = [
    "", " ", "a", "A", "á", "a\u0301", "Z", "z", "é", "\U0001f600 smile", "\ufb01 ligature", "\uffff", "O'Brien",
    'say "hi"',
    "back\\slash", "line\nbreak", "tab\tbed", "nul \\u0000 spelled", "100%", "under_score", "\x01\x1f\x7f", "</script>",
    "日本語", "\u2028", "null", "a" * 60, "Straße", "İstanbul", "%s ?1 $1", "--", "smile \U0001f600",
    "ΟΔΟΣ ΟΔΟΣΑ", "\u212a \u212b \u0131I",
]  # fmt: skip
FLOATS = [0.0, 1.0, -1.0, 0.1, 0.1 + 0.2, 1e21, 1e-7, -2.5, 3.0000000000000004, 1.7976931348623157e308, 5e-324, 1e16,
          123456789.12345679, -0.5, 100.0]  # fmt: skip
BIGS = [0, 1, -1, 2**31, -(2**31) - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 7]
AMOUNTS = [Decimal(text) for text in
           ("0.00", "0.01", "-0.01", "-5.00", "12.30", "999.99", "-0.99", "100.00", "1000000000.05")]  # fmt: skip
DATES = [date(1, 1, 1), date(1066, 10, 14), date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29), date(9999, 12, 31)]
MOMENTS = [
    datetime(1901, 12, 13, 20, 45, 51, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, 0, 100000, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999998, tzinfo=UTC),
]
DETAILS: list[Any] = [
    {}, [], {"b": 1, "aa": [1.5, None, True], "a": {"é": "\n\"\\"}}, [1, 1.0, False], {"n": 9007199254740993},
    [{"x": 1e21}, {"x": 0.1}], {"": ""}, ["\U0001f600", "\x01"],
    {"n": 1, "a.b": {'q"[0]$\\': "Straße"}, "0": "zero", "tags": ["a", "A", "á", "Z", "\uffff", "\U0001f600"]},
    {"n": 1.0, "a.b": {'q"[0]$\\': "strasse"}, "0": "1", "tags": []}, {"n": "1", "tags": [["a"]], "x": {"n": None}},
    {"n": True, "tags": [None, False, 0, ""], "x": {"n": 9007199254740992}}, {"n": None},
    {"x": {"n": 0.30000000000000004}}, {"n": -1.5, "x": {"n": -(2**63)}}, {"n": 2**63 - 1, "x": []},
    {"n": "\u212a", "x": "n"}, {"n": False},
]  # fmt: skip


def key(table: int, number: int) -> UUID:
    """Returns the key of a row; keys do not follow the order in which rows are made."""
    return UUID(int=(table << 96) | (number * 7919 % 65521 << 48) | number)


def user(number: int) -> UUID:
    """Returns the key of a user of the library."""
    return key(0xF0, number)


HEAD, CLERK, OTHER_HEAD, BORROWER, STRANGER = (user(number) for number in range(1, 6))


def _cycle(values: list[Any], number: int, *, null_every: int = 0) -> Any:
    return None if null_every and number % null_every == 0 else values[number % len(values)]


def _authors() -> list[Record]:
    return [{"id": key(1, n), "name": _cycle(TEXTS, n * 7), "born": _cycle(DATES, n, null_every=4)} for n in range(12)]


def _subjects() -> list[Record]:
    parents = [None, None, 0, 0, 1, 2, 2, 5]
    return [
        {"id": key(2, n), "name": TEXTS[n + 8], "parent_id": None if parent is None else key(2, parent)}
        for n, parent in enumerate(parents)
    ]


def _books() -> list[Record]:
    return [
        {
            "id": key(3, n), "author_id": key(1, n % 11), "follows_id": key(3, n - 4) if n % 3 == 2 and n > 4 else None,
            "title": _cycle(TEXTS, n), "subtitle": _cycle(TEXTS, n * 5, null_every=4),
            "isbn": None if n % 6 == 0 else f"isbn-{n * 37 % 60:02}", "form": _cycle([None, *Form], n),
            "published": _cycle(DATES, n, null_every=5), "weight": _cycle(FLOATS, n),
            "rating": _cycle(FLOATS, n * 2, null_every=3), "pages": _cycle([0, -3, 120, 2**31 - 1], n, null_every=7),
            "barcode": _cycle(BIGS, n), "rare": n % 8 == 0, "lendable": _cycle([True, False, None], n),
            "details": _cycle(DETAILS, n, null_every=6), "price": _cycle(AMOUNTS, n),
            "added_at": _cycle(MOMENTS, n), "changed_at": _cycle(MOMENTS, n * 3), "edition": 1,
        }
        for n in range(60)
    ]  # fmt: skip


def _branches() -> list[Record]:
    return [
        {"id": key(4, n), "name": name, "opened_at": _cycle(MOMENTS, n, null_every=3), "version": 1}
        for n, name in enumerate(["North", "South", "Ülm"])
    ]


def _staff() -> list[Record]:
    places = [(0, HEAD, Duty.head), (0, CLERK, Duty.clerk), (1, CLERK, Duty.clerk), (1, OTHER_HEAD, Duty.head)]
    return [
        {"id": key(5, n), "branch_id": key(4, branch), "user_id": who, "duty": duty}
        for n, (branch, who, duty) in enumerate(places)
    ]


def _copies() -> list[Record]:
    shelves = [None, "vault", "A-1", "", "ä"]
    return [
        {"id": key(6, n), "book_id": key(3, n * 3 % 55), "branch_id": key(4, n % 3), "number": n,
         "shelf": _cycle(shelves, n), "wear": n % 10}
        for n in range(45)
    ]  # fmt: skip


def _patrons() -> list[Record]:
    return [
        {"id": key(7, n), "branch_id": key(4, n % 3), "user_id": BORROWER if n in (3, 7) else None,
         "name": _cycle(TEXTS, n * 11), "card": _cycle(BIGS, n, null_every=5), "balance": _cycle(AMOUNTS, n),
         "birthday": _cycle(DATES, n * 5, null_every=4)}
        for n in range(20)
    ]  # fmt: skip


def _loans() -> list[Record]:
    random = Random(7)  # noqa: S311
    loans = []
    for n in range(200):
        lent = MOMENTS[2] + timedelta(days=random.randrange(20000), microseconds=random.choice([0, 1, 500000]))
        back = None if n % 4 == 0 else lent + timedelta(days=random.randrange(90))
        loans.append({
            "id": key(8, n), "copy_id": key(6, random.randrange(44)), "patron_id": key(7, random.randrange(19)),
            "lent_at": MOMENTS[3] if n % 9 == 0 else lent, "due": (lent + timedelta(days=28)).date(),
            "returned_at": back, "fine": _cycle(AMOUNTS, n, null_every=3), "renewals": n % 4,
            "note": _cycle(TEXTS, n, null_every=5),
        })  # fmt: skip
    return loans


MODELS = {
    "authors": Author, "subjects": Subject, "books": Book, "branches": Branch, "staff_members": Staff,
    "copies": Copy, "patrons": Patron, "loans": Loan,
}  # fmt: skip
ROWS: dict[str, list[Record]] = {
    "authors": _authors(), "subjects": _subjects(), "books": _books(), "branches": _branches(),
    "staff_members": _staff(), "copies": _copies(), "patrons": _patrons(), "loans": _loans(),
}  # fmt: skip
BOOK_SUBJECTS = [(key(3, n), key(2, (n + step) % 8)) for n in range(50) for step in range(n % 4)]
"""Which book is about which subject; subject and book by key."""
