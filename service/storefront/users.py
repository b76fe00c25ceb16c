"""People with accounts, as the storefront shows them."""

from storefront.roles import ADMINS, is_admin, own
from twofold.actor import Actor
from twofold.identity.models import User
from twofold.resource import Field, Relation, Resource
from twofold.rules import EVERYONE, Rows, rule


@rule("You yourself, and admins.")
def oneself(actor: Actor) -> Rows:
    return True if is_admin(actor) else own(actor, "id")


class Users(Resource[User]):
    """People with an account. Everyone sees the name that stands under a review; the rest is theirs and the admins'."""

    read = EVERYONE
    update = oneself

    name = Field(write=True, filter=True, sort=True)
    email = Field(read=oneself, filter=True)
    role = Field(read=oneself, write=ADMINS, filter=True)
    is_active = Field(read=oneself, write=ADMINS, filter=True)
    created_at = Field(filter=True, sort=True)

    reviews = Relation()
    orders = Relation()
    addresses = Relation()
    memberships = Relation()
