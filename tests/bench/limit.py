"""The raw limit: the same questions, by ASGI, asyncpg and orjson alone.

No framework, routes, validation, permissions or errors; each question is a statement written by hand and prepared on
every connection. LIMIT_MODE says who makes the JSON: `rows`, this process with orjson; `json`, the database.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import asyncpg
import orjson

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

ACTIVE = "FROM products WHERE status = 'active'"
PAGE = f"{ACTIVE} AND category_id = $1 ORDER BY created_at DESC LIMIT 50 OFFSET $2"
R_FIELDS = """id, name, slug, description, price::text AS price, currency, stock, status, created_at, category_id,
    seller_id"""
G1_FIELDS = "id, name, slug, price::text AS price, stock, status"
G2_FIELDS = 'id, name, slug, price::text AS price, currency, stock, status, created_at AS "createdAt"'
REVIEW = "id, product_id, author_id, rating, title, body, created_at"
NEW_REVIEW = f"""INSERT INTO reviews (product_id, author_id, rating, title, body) VALUES ($1, $2, $3, $4, $5)
    RETURNING {REVIEW}"""
NEWEST = "FROM reviews WHERE product_id = page.id ORDER BY created_at DESC LIMIT 5"

ROWS = {
    "R1": f"SELECT {R_FIELDS} {ACTIVE} AND id = $1",
    "R2": f"SELECT {R_FIELDS} {PAGE}",
    "G1": f"SELECT {G1_FIELDS} {ACTIVE} AND id = $1",
    "G2": f"SELECT {G2_FIELDS} {PAGE}",
    "G3": f"""SELECT page.*, categories.name AS category_name, categories.slug AS category_slug
        FROM (SELECT {G2_FIELDS}, category_id {PAGE}) AS page JOIN categories ON categories.id = page.category_id
        ORDER BY page."createdAt" DESC""",
    "G3 reviews": f"""SELECT page.id AS product, newest.id, rating, title, newest.created_at, users.id, users.name
        FROM unnest($1::integer[]) AS page (id)
        CROSS JOIN LATERAL (SELECT id, rating, title, created_at, author_id {NEWEST}) AS newest
        JOIN users ON users.id = newest.author_id
        ORDER BY page.id, newest.created_at DESC""",
    "W": NEW_REVIEW,
}
"""Statements whose rows this process turns into JSON; G3 takes a second one for the reviews of the page."""


def _one(question: str) -> str:
    return f"SELECT row_to_json(found)::text FROM ({question}) AS found"


def _many(question: str) -> str:
    return f"SELECT coalesce(json_agg(found), '[]'::json)::text FROM ({question}) AS found"


JSON = {
    "R1": _one(ROWS["R1"]),
    "R2": _many(ROWS["R2"]),
    "G1": _one(ROWS["G1"]),
    "G2": _many(ROWS["G2"]),
    "G3": _many(f"""
        SELECT page.id, page.name, page.slug, page.price, page.currency, page.stock, page.status, page."createdAt",
            (SELECT row_to_json(c) FROM (SELECT id, name, slug FROM categories WHERE id = page.category_id) AS c)
                AS category,
            (SELECT coalesce(json_agg(r), '[]'::json) FROM (
                SELECT newest.id, rating, title, newest.created_at AS "createdAt",
                    json_build_object('id', users.id, 'name', users.name) AS author
                FROM (SELECT id, rating, title, created_at, author_id {NEWEST}) AS newest
                JOIN users ON users.id = newest.author_id ORDER BY newest.created_at DESC
            ) AS r) AS reviews
        FROM (SELECT {G2_FIELDS}, category_id {PAGE}) AS page ORDER BY page."createdAt" DESC"""),
    "W": f"WITH made AS ({NEW_REVIEW}) SELECT row_to_json(made)::text FROM made",
}
"""Statements that answer with one value: the JSON text."""


class Connections:
    """A fixed number of connections, each with all statements prepared. One that is given back goes to who waits."""

    def __init__(self) -> None:
        self.opened: list[Any] = []
        self.free: list[dict[str, Any]] = []
        self.waiting: deque[asyncio.Future[dict[str, Any]]] = deque()

    async def open(self, url: str, size: int, statements: dict[str, str]) -> None:
        for _ in range(size):
            connection = await asyncpg.connect(url, server_settings={"search_path": "shop"})
            self.opened.append(connection)
            self.free.append({name: await connection.prepare(text) for name, text in statements.items()})

    async def close(self) -> None:
        for connection in self.opened:
            await connection.close()

    async def fetch(self, name: str, parameters: Sequence[Any]) -> Any:
        if self.free:
            prepared = self.free.pop()
        else:
            turn = asyncio.get_running_loop().create_future()
            self.waiting.append(turn)
            prepared = await turn
        try:
            return await prepared[name].fetch(*parameters)
        finally:
            if self.waiting:
                self.waiting.popleft().set_result(prepared)
            else:
                self.free.append(prepared)


OPERATION = re.compile(r"(?:query|mutation) (\w+)")


class Limit:
    """The ASGI application; `mode` is rows or json."""

    def __init__(self, mode: str, database_url: str) -> None:
        self.url = database_url
        self.statements, self.answer = {"rows": (ROWS, self.from_rows), "json": (JSON, self.from_database)}[mode]
        self.database = Connections()

    async def open(self) -> None:
        """Connects and prepares the statements."""
        await self.database.open(self.url, 10, self.statements)

    async def close(self) -> None:
        """Closes the connections."""
        await self.database.close()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serves a request, or the time between start and stop."""
        if scope["type"] == "lifespan":
            await receive()
            await self.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["path"] == "/graphql":
            status, body = 200, await self.graphql(receive)
        else:
            status, body = await self.rest(scope, receive)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def rest(self, scope: Message, receive: Receive) -> tuple[int, bytes]:
        """Returns status and body of a REST request."""
        if scope["method"] == "POST":
            return 201, await self.answer("W", _review(await _body(receive), "product_id", "author_id"))
        key = scope["path"].removeprefix("/products").removeprefix("/")
        if key:
            return 200, await self.answer("R1", [int(key)])
        category, offset = re.findall(rb"=(\d+)", scope["query_string"])
        return 200, await self.answer("R2", [int(category), int(offset)])

    async def graphql(self, receive: Receive) -> bytes:
        """Returns the body of the response to a GraphQL request: the operation's name says which one it is."""
        request = await _body(receive)
        match = OPERATION.match(request["query"])
        name, variables = match[1] if match else "", request["variables"]
        if name == "W2":
            made = orjson.loads(await self.answer("W", _review(variables["input"], "productId", "authorId")))
            return orjson.dumps({"data": {"createReview": {key: made[key] for key in ("id", "rating", "title")}}})
        parameters = [variables["id"]] if name == "G1" else [variables["category"], variables["offset"]]
        field = b"product" if name == "G1" else b"products"
        return b'{"data":{"%s":%s}}' % (field, await self.answer(name, parameters))

    async def from_rows(self, name: str, parameters: Sequence[Any]) -> bytes:
        """Returns the answer as JSON made here."""
        found = await self.database.fetch(name, parameters)
        if name == "G3":
            reviews = await self.database.fetch("G3 reviews", [[row[0] for row in found]])
            return orjson.dumps(_with_reviews(found, reviews))
        rows = [dict(row) for row in found]
        return orjson.dumps(rows if name in ("R2", "G2") else rows[0] if rows else None)

    async def from_database(self, name: str, parameters: Sequence[Any]) -> bytes:
        """Returns the answer as JSON that the database made."""
        found = await self.database.fetch(name, parameters)
        text: str = found[0][0] if found else "null"
        return text.encode()


def _with_reviews(page: Sequence[Any], reviews: Sequence[Any]) -> list[dict[str, Any]]:
    products: dict[int, dict[str, Any]] = {}
    for id_, name, slug, price, currency, stock, status, created_at, category, category_name, category_slug in page:
        products[id_] = {
            "id": id_, "name": name, "slug": slug, "price": price, "currency": currency, "stock": stock,
            "status": status, "createdAt": created_at,
            "category": {"id": category, "name": category_name, "slug": category_slug}, "reviews": [],
        }  # fmt: skip
    for product, id_, rating, title, created_at, author, author_name in reviews:
        products[product]["reviews"].append(
            {"id": id_, "rating": rating, "title": title, "createdAt": created_at,
             "author": {"id": author, "name": author_name}}
        )  # fmt: skip
    return list(products.values())


async def _body(receive: Receive) -> Any:
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return orjson.loads(body)


def _review(data: dict[str, Any], product: str, author: str) -> list[Any]:
    return [data[product], data[author], data["rating"], data["title"], data["body"]]


app = Limit(os.environ.get("LIMIT_MODE", "rows"), os.environ.get("LIMIT_DATABASE_URL", ""))
