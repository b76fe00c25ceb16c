"""What the library serves: rules of every form."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field as Constraint
from tortoise.expressions import Case, F, Q, When
from tortoise.functions import Avg, Coalesce, Count, Max, Min, Sum

from support.library.models import Author, Book, Branch, Copy, Duty, Form, Loan, Patron, Staff, Subject
from twofold.actor import Actor
from twofold.application import Application
from twofold.change import Change
from twofold.resource import Computed, Expression, Field, Input, Relation, Resource, action
from twofold.rules import EVERYONE, NOBODY, Rows, rule


def at(actor: Actor, path: str, **more: Any) -> Q:
    """Returns the rows whose branch, at the end of `path`, the actor works at."""
    return Q(
        **{f"{path}staff__user_id": actor.user_id}, **{f"{path}staff__{name}": value for name, value in more.items()}
    )


@rule("Only the library's staff, whichever branch they work at.")
def librarians(actor: Actor) -> Rows:
    return actor.has_role("librarian")


@rule("Whatever is not withdrawn; librarians see all, and rare books are for them.")
def on_display(actor: Actor) -> Rows:
    return True if actor.has_role("librarian") else Q(rare=False) & ~Q(form="withdrawn")


@rule("Who works at a branch that has a copy of the book.")
def holders(actor: Actor) -> Rows:
    return at(actor, "copies__branch__")


@rule("Who works at a branch that has a copy of the book; everyone, where it is a paperback.")
def holders_or_paperback(actor: Actor) -> Rows:
    return Q(form__in=[Form.paperback, None]) | at(actor, "copies__branch__")


@rule("Who works at the branch.")
def branch_staff(actor: Actor) -> Rows:
    return at(actor, "branch__")


@rule("The head of the branch.")
def branch_head(actor: Actor) -> Rows:
    return at(actor, "branch__", duty=Duty.head)


@rule("The head of the branch, of itself.")
def head_here(actor: Actor) -> Rows:
    return at(actor, "", duty=Duty.head)


@rule("Copies that are not in the vault; those too, for who works at the branch.")
def out_of_the_vault(actor: Actor) -> Rows:
    return ~Q(shelf="vault") | at(actor, "branch__")


@rule("A patron's own entry, and those of the branch for who works there.")
def own_or_branch(actor: Actor) -> Rows:
    return Q(user_id=actor.user_id) | at(actor, "branch__")


@rule("A patron's own loans, and those of the copy's branch for who works there.")
def own_or_lent_here(actor: Actor) -> Rows:
    return Q(patron__user_id=actor.user_id) | at(actor, "copy__branch__")


@rule("Who works at the copy's branch.")
def lenders(actor: Actor) -> Rows:
    return at(actor, "copy__branch__")


@rule("The head of the copy's branch.")
def lending_head(actor: Actor) -> Rows:
    return at(actor, "copy__branch__", duty=Duty.head)


@rule("Who works at the copy's branch, as long as the copy is out.")
def while_out(actor: Actor) -> Rows:
    return Q(returned_at__isnull=True) & at(actor, "copy__branch__")


@rule("The patron.")
def borrower(actor: Actor) -> Rows:
    return Q(patron__user_id=actor.user_id)


class Authors(Resource[Author]):
    """Who wrote the books."""

    read = EVERYONE
    create = librarians
    delete = librarians
    ordering = ("name",)
    search = ("name",)

    name = Field(write=True, filter=True, sort=True, validate=Constraint(min_length=1))
    born = Field(write=True, filter=True, sort=True)
    books = Relation()
    first_published = Expression(Min("books__published"), filter=True, sort=True)
    best_rating = Expression(Max("books__rating"), filter=True, sort=True)
    codes = Expression(Sum("books__barcode"), filter=True, sort=True)


class Subjects(Resource[Subject]):
    """What books are about."""

    read = EVERYONE
    create = librarians
    update = librarians
    ordering = ("-name",)
    natural_key = ("name",)

    name = Field(write=True, filter=True, sort=True)
    parent = Relation(write=True)
    children = Relation(nested=True)
    books = Relation()


class Books(Resource[Book]):
    """Works of which the library has copies."""

    read = on_display
    create = librarians
    update = librarians
    delete = librarians
    ordering = ("title",)
    search = ("title", "subtitle")
    natural_key = ("isbn",)
    soft_delete = "pulped_at"

    author = Relation(write=True, nested=True)
    follows = Relation(write=True, nested=True)
    followers = Relation(nested=True)
    subjects = Relation(write=True, nested=True)
    copies = Relation(nested=True)
    title = Field(write=True, filter=True, sort=True)
    subtitle = Field(write=True, filter=True, sort=True)
    isbn = Field(write=True, filter=True, sort=True)
    form = Field(write=True, filter=True, sort=True)
    published = Field(write=True, filter=True, sort=True)
    weight = Field(write=True, filter=True, sort=True)
    rating = Field(read=holders_or_paperback, write=True, filter=True, sort=True)
    pages = Field(write=True, filter=True, sort=True)
    barcode = Field(write=True, filter=True, sort=True)
    rare = Field(write=True, filter=True, sort=True)
    lendable = Field(read=holders_or_paperback, write=True, filter=True, sort=True)
    details = Field(read=holders_or_paperback, write=True, filter=True)
    price = Field(write=holders, create=True, filter=True, sort=True)
    added_at = Field(filter=True, sort=True)
    changed_at = Field(filter=True, sort=True)
    copy_count = Expression(Count("copies"), filter=True, sort=True)
    mean_wear = Expression(Avg("copies__wear"), filter=True, sort=True)
    last_shelf = Expression(Max("copies__shelf"), filter=True, sort=True)
    subject_count = Expression(Coalesce(Count("subjects__name"), 0), filter=True, sort=True)
    heft = Expression(F("barcode") - F("pages") * F("barcode"), filter=True, sort=True)
    is_thick = Expression(Q(pages__gte=120) & ~Q(weight__lt=1), filter=True)
    shown_rating = Expression(Coalesce("rating", F("weight")), filter=True, sort=True)
    discount = Expression(Decimal("0.50") - F("price"), read=holders_or_paperback, filter=True, sort=True)


class Branches(Resource[Branch]):
    """The library's houses."""

    read = EVERYONE
    update = head_here
    delete = NOBODY
    ordering = ("name",)
    require_version = True

    name = Field(write=True, filter=True, sort=True)
    opened_at = Field(write=True, filter=True, sort=True)
    staff = Relation()
    copies = Relation()
    patrons = Relation()


class StaffMembers(Resource[Staff]):
    """Who works where."""

    read = branch_staff
    create = branch_head
    update = branch_head
    delete = branch_head

    branch = Relation(write=True)
    user_id = Field(create=True, filter=True)
    duty = Field(write=True, filter=True, sort=True)


class Copies(Resource[Copy]):
    """The books that stand on the shelves."""

    read = out_of_the_vault
    create = branch_staff
    update = branch_staff
    delete = branch_staff
    ordering = ("number",)

    book = Relation(create=True)
    branch = Relation(write=True)
    loans = Relation()
    number = Field(write=True, filter=True, sort=True)
    shelf = Field(write=True, filter=True, sort=True)
    wear = Field(write=True, filter=True, sort=True)


class Patrons(Resource[Patron]):
    """Who borrows."""

    read = own_or_branch
    create = branch_staff
    update = own_or_branch
    delete = branch_head
    ordering = ("name",)
    search = ("name",)

    branch = Relation(write=branch_staff)
    user_id = Field(create=True, filter=True)
    name = Field(write=True, filter=True, sort=True)
    card = Field(read=branch_staff, write=branch_staff, filter=True, sort=True)
    balance = Field(write=branch_head, filter=True, sort=True)
    birthday = Field(write=True, filter=True, sort=True)
    loans = Relation()
    standing = Expression(
        Case(
            When(balance__lt=0, then="owes"), When(Q(balance__gt=100) | Q(card__lt=0), then=F("name")), default="even"
        ),
        filter=True,
        sort=True,
    )
    fines = Expression(Coalesce(Sum("loans__fine"), 0), filter=True, sort=True)
    mean_fine = Expression(Avg("loans__fine"), filter=True, sort=True)
    debt = Expression(F("balance") * F("card"), filter=True, sort=True)
    notes = Expression(Count("loans__note"), filter=True, sort=True)


def lateness(rows: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """How many days late the copy came back; null while it is out."""
    return [
        row["returned_at"] and (date.fromisoformat(row["returned_at"][:10]) - date.fromisoformat(row["due"])).days
        for row in rows
    ]


def mottos(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A word that every loan has."""
    return ["Handle with care." for _ in rows]


class Term(Input):
    """How long a loan goes on."""

    weeks: int = Constraint(ge=1, le=8)


class Lending(Input):
    """Which copy goes to whom."""

    copy_id: UUID
    patron_id: UUID
    notes: list[str] = []


class Loans(Resource[Loan]):
    """Copies that patrons have, or had."""

    read = own_or_lent_here
    create = lenders
    update = own_or_lent_here
    delete = lenders
    ordering = ("-lent_at",)

    copy = Relation(create=True)
    patron = Relation(create=True)
    lent_at = Field(create=True, filter=True, sort=True)
    due = Field(write=lenders, filter=True, sort=True)
    returned_at = Field(write=lenders, filter=True, sort=True)
    fine = Field(write=lending_head, filter=True, sort=True)
    renewals = Field(write=while_out, filter=True, sort=True)
    note = Field(read=borrower, write=borrower, filter=True, sort=True)
    late = Computed(needs=("due", "returned_at"), resolve=lateness)
    motto = Computed(needs=(), resolve=mottos)

    async def before_write(self, change: Change) -> None:
        """Refuses a note about cats."""
        if "cat" in (change.values.get("note") or ""):
            raise change.refuse("note", "no_cats", "Notes about cats are not kept.")

    async def after_write(self, change: Change) -> None:
        """Notes in the patron's name how often a loan was made, so that tests see the hook's own write."""
        if change.action == "create":
            await Patron.filter(id=change.values["patron_id"]).update(card=len(change.values))
        if change.values.get("renewals") == 13:  # the number that makes the hook fail
            raise change.refuse("renewals", "unlucky", "Thirteen renewals are too many.")

    @action(own_or_lent_here, happened="renewed")
    async def renew(self, change: Change, term: Term) -> None:
        """Moves the day on which the copy is due."""
        if change.before.returned_at is not None:
            raise change.conflict("returned_at", "returned", "The copy came back already.")
        change.values["due"] = change.before.due + timedelta(weeks=term.weeks)
        change.values["renewals"] = change.before.renewals + 1

    @action(lenders, happened="returned")
    async def give_back(self, change: Change) -> None:
        """Takes the copy back, a little more worn than it was."""
        change.values["returned_at"] = datetime(2024, 3, 1, tzinfo=UTC)
        copy = (await change.lock(Copy, change.before.copy_id))[change.before.copy_id]
        await change.update(copy, wear=copy.wear + 1)

    @action(lenders, happened="lent", creates=True)
    async def lend(self, change: Change, lending: Lending) -> None:
        """Gives a copy to a patron."""
        change.values |= {"copy_id": lending.copy_id, "patron_id": lending.patron_id, "due": date(2024, 4, 1)}
        change.values |= {"lent_at": datetime(2024, 3, 1, tzinfo=UTC), "note": ", ".join(lending.notes) or None}


LIBRARY = Application(
    name="library",
    models={"twofold": ["twofold.events"], "library": ["support.library.models"]},
    resources=[Authors, Subjects, Books, Branches, StaffMembers, Copies, Patrons, Loans],
    asgi="",
    first_request="/books",
)
