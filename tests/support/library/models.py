"""A lending library: a second domain, unlike a shop, on which the engine is tried."""

from enum import StrEnum
from typing import Any

from tortoise import Model, fields

from twofold.fields import MoneyField, VersionField, id_field
from twofold.sql.search import SearchIndex


class Form(StrEnum):
    """How a book comes."""

    hardcover = "hardcover"
    paperback = "paperback"
    withdrawn = "withdrawn"


class Duty(StrEnum):
    """What someone on the staff does."""

    head = "head"
    clerk = "clerk"


class Author(Model):
    """Someone who wrote books."""

    id = id_field()
    name = fields.CharField(max_length=100)
    born = fields.DateField(null=True)

    class Meta:
        app = "library"
        table = "authors"


class Subject(Model):
    """What books are about; subjects form a tree."""

    id = id_field()
    name = fields.CharField(max_length=100, unique=True)
    parent: fields.ForeignKeyNullableRelation["Subject"] = fields.ForeignKeyField(
        "library.Subject", related_name="children", on_delete=fields.RESTRICT, null=True
    )
    books: fields.ManyToManyRelation["Book"]

    class Meta:
        app = "library"
        table = "subjects"


class Book(Model):
    """A work, of which the library has copies. The title's column has another name than its attribute."""

    id = id_field()
    author: fields.ForeignKeyRelation[Author] = fields.ForeignKeyField(
        "library.Author", related_name="books", on_delete=fields.RESTRICT
    )
    follows: fields.ForeignKeyNullableRelation["Book"] = fields.ForeignKeyField(
        "library.Book", related_name="followers", on_delete=fields.SET_NULL, null=True
    )
    subjects: fields.ManyToManyRelation[Subject] = fields.ManyToManyField(
        "library.Subject",
        related_name="books",
        through="book_subjects",
        forward_key="subject_id",
        backward_key="book_id",
    )
    title = fields.CharField(max_length=200, source_field="book_title")
    subtitle = fields.TextField(null=True)
    isbn = fields.CharField(max_length=20, null=True, unique=True, source_field="isbn_code")
    form = fields.CharEnumField(Form, max_length=10, null=True)
    published = fields.DateField(null=True)
    weight = fields.FloatField(default=0.5)
    rating = fields.FloatField(null=True)
    pages = fields.IntField(null=True)
    barcode = fields.BigIntField(default=0)
    rare = fields.BooleanField(default=False)
    lendable = fields.BooleanField(null=True)
    details: Any = fields.JSONField(null=True)
    price = MoneyField()
    added_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)
    edition = VersionField()
    pulped_at = fields.DatetimeField(null=True)

    class Meta:
        app = "library"
        table = "books"


class Branch(Model):
    """A house of the library: the tenant that copies, patrons and loans belong to."""

    id = id_field()
    name = fields.CharField(max_length=100, unique=True)
    opened_at = fields.DatetimeField(null=True)
    version = VersionField()

    class Meta:
        app = "library"
        table = "branches"


class Staff(Model):
    """Someone who works at a branch."""

    id = id_field()
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "library.Branch", related_name="staff", on_delete=fields.CASCADE
    )
    user_id = fields.UUIDField()
    duty = fields.CharEnumField(Duty, max_length=10, default=Duty.clerk)

    class Meta:
        app = "library"
        table = "staff"
        unique_together = (("branch", "user_id"),)


class Copy(Model):
    """A copy of a book, which stands in a branch."""

    id = id_field()
    book: fields.ForeignKeyRelation[Book] = fields.ForeignKeyField(
        "library.Book", related_name="copies", on_delete=fields.RESTRICT
    )
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "library.Branch", related_name="copies", on_delete=fields.RESTRICT
    )
    number = fields.IntField()
    shelf = fields.CharField(max_length=20, null=True)
    wear = fields.SmallIntField(default=0)

    class Meta:
        app = "library"
        table = "copies"
        unique_together = (("branch", "number"),)


class Patron(Model):
    """Someone who borrows."""

    id = id_field()
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "library.Branch", related_name="patrons", on_delete=fields.RESTRICT
    )
    user_id = fields.UUIDField(null=True)
    name = fields.CharField(max_length=100)
    card = fields.BigIntField(null=True)
    balance = MoneyField(default=0)
    birthday = fields.DateField(null=True)

    class Meta:
        app = "library"
        table = "patrons"


class Loan(Model):
    """A copy that a patron has, or had."""

    id = id_field()
    copy: fields.ForeignKeyRelation[Copy] = fields.ForeignKeyField(
        "library.Copy", related_name="loans", on_delete=fields.RESTRICT
    )
    patron: fields.ForeignKeyRelation[Patron] = fields.ForeignKeyField(
        "library.Patron", related_name="loans", on_delete=fields.CASCADE
    )
    lent_at = fields.DatetimeField()
    due = fields.DateField()
    returned_at = fields.DatetimeField(null=True)
    fine = MoneyField(null=True)
    renewals = fields.IntField(default=0)
    note = fields.TextField(null=True)

    class Meta:
        app = "library"
        table = "loans"


CHECKS = (
    ("ck_copies_wear", "copies", "wear BETWEEN 0 AND 9"),
    ("ck_books_price", "books", "price >= -100000"),
)
"""Constraints that models cannot say: name, table, test."""

SEARCHES = (
    SearchIndex(table="books", key="id", columns=("book_title", "subtitle")),
    SearchIndex(table="authors", key="id", columns=("name",)),
    SearchIndex(table="patrons", key="id", columns=("name",)),
)
"""What finds words in rows."""
