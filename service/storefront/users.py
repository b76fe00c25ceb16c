"""People with accounts, as the storefront shows them."""

from typing import Annotated

from pydantic import AfterValidator, PrivateAttr
from pydantic import Field as Constraint

from storefront.roles import ADMINS, is_admin, own
from twofold.actor import Actor
from twofold.admission import Admission
from twofold.change import Change
from twofold.identity.credentials import email_of, is_name
from twofold.identity.ending import end_all_of
from twofold.identity.models import User
from twofold.identity.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS, hash_password
from twofold.resource import Field, Input, Relation, Resource, action
from twofold.rules import EVERYONE, Rows, rule


@rule("You yourself, and admins.")
def oneself(actor: Actor) -> Rows:
    return True if is_admin(actor) else own(actor, "id")


def _seen(name: str) -> str:
    if not is_name(name):
        raise ValueError("a name has something to see, on one line")
    return name.strip()


class Registration(Input):
    """A new account."""

    email: str = Constraint(max_length=254, description="To sign in with.")
    name: Annotated[str, AfterValidator(_seen)] = Constraint(max_length=100, description="What others see.")
    password: str = Constraint(min_length=MIN_PASSWORD_CHARACTERS, max_length=MAX_PASSWORD_CHARACTERS, repr=False)

    _password_hash: str = PrivateAttr()


async def _admit(admission: Admission, registration: Registration) -> None:
    """Counts registrations, of taken addresses too, and makes the hash, which takes longer than a transaction may."""
    email = email_of(registration.email)
    if email is not None:
        await admission.count("sign_up", email)
        registration._password_hash = await hash_password(registration.password)


class Users(Resource[User]):
    """People with an account. Everyone sees the name that stands under a review; the rest is theirs and the admins'."""

    read = EVERYONE
    update = oneself

    name = Field(write=True, filter=True, sort=True, validate=AfterValidator(_seen))
    email = Field(read=oneself, filter=True)
    role = Field(read=oneself, write=ADMINS, filter=True)
    is_active = Field(read=oneself, write=ADMINS, filter=True)
    created_at = Field(filter=True, sort=True)

    reviews = Relation()
    orders = Relation()
    addresses = Relation()
    memberships = Relation()

    async def after_write(self, change: Change) -> None:
        """Ends the sessions and tokens of an account that is closed: opening it again brings none of them back."""
        if change.before is not None and change.before.is_active and not change.value("is_active"):
            await end_all_of(change.before.id)

    @action(EVERYONE, happened="registered", creates=True, admit=_admit)
    async def register(self, change: Change, registration: Registration) -> None:
        """Makes an account for a customer, who may sign in with it at once.

        Refused as `conflict` when somebody has the e-mail already (`taken`).
        """
        email = email_of(registration.email)
        if email is None:
            raise change.refuse("email", "invalid", "This is not an e-mail address.")
        change.values |= {"email": email, "name": registration.name, "password_hash": registration._password_hash}
