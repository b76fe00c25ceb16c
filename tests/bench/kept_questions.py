"""What is asked of answers that are kept, and of the bare bytes beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from bench.questions import Asked
from storefront.seed import ACCOUNTS, DEMO_PASSWORD, seed
from support.databases import APPS, MIGRATIONS, open_database
from twofold.identity.passwords import hash_password_now
from twofold.migrate import upgrade

__all__ = ["LOGIN", "ONE_PRODUCT", "SIGN_IN", "Question", "fill", "questions"]

LIST = "?limit=50&sort=name&fields=name,slug,price,currency,stock,status,created_at"
NODES = "{ products(first: 50, orderBy: {name: ASC}) { nodes { id name slug price currency stock status createdAt } } }"
SIGN_IN = "/auth/login"
LOGIN = {"email": ACCOUNTS[0].email, "password": ACCOUNTS[0].password}
ONE_PRODUCT = "/api/v1/products?limit=1&fields=id"
ONE = "query One($id: ID!) { product(id: $id) { id name slug price currency stock } }"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to the service, and to the bare bytes."""

    name: str
    ours: Asked
    bare: Asked
    token: str


async def fill(url: str) -> None:
    """Makes the demo shop in an empty database."""
    database = open_database(url)
    await database.open()
    try:
        await upgrade(database, MIGRATIONS, APPS)
        await seed(database, scale=1, password_hash=hash_password_now(DEMO_PASSWORD))
    finally:
        await database.close()


def questions(token: str, id_: str) -> Iterator[Question]:
    """Gives what is measured: about the product with this id, and about 50, by visitors and with a token."""
    for who, credential in (("visitor", ""), ("token", token)):
        for name, path in (("REST, one", f"products/{id_}?fields=name,slug,price,currency,stock,status,created_at"),
                           ("REST, 50", f"products{LIST}")):  # fmt: skip
            yield Question(name=f"{name}, {who}", ours=Asked(method="GET", path=f"/api/v1/{path}"),
                           bare=Asked(method="GET", path=f"/api/v1/bare-{who}-{path}"), token=credential)  # fmt: skip
        for name, said in (("one", {"query": ONE, "variables": {"id": id_}}), ("50", {"query": NODES})):
            body = orjson.dumps(said)
            bare = Asked(method="POST", path=f"/bare-{who}-{name}", body=body)
            yield Question(name=f"GraphQL, {name}, {who}", ours=Asked(method="POST", path="/graphql", body=body),
                           bare=bare, token=credential)  # fmt: skip
