"""The changes of the small world: each says beforehand which states it will give to which things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

import orjson

from support.oracle_making import WORD
from support.oracle_world import ADMIN, FLO, MODERATOR, NEW, ROLF, VAL, VIC, Cell, World

__all__ = ["Change", "Changes"]

DONE = (200, 201, 204)
REFUSED = (400, 404, 409, 422)

MUTATIONS = {
    "patch": "mutation($input: UpdateProductInput!) { changed: updateProduct(input: $input) { errors { code } } }",
    "publish": "mutation($input: PublishProductInput!) { changed: publishProduct(input: $input) { errors { code } } }",
    "archive": "mutation($input: ArchiveProductInput!) { changed: archiveProduct(input: $input) { errors { code } } }",
    "delete": "mutation($input: DeleteProductInput!) { changed: deleteProduct(input: $input) { errors { code } } }",
    "restore": "mutation($input: RestoreProductInput!) { changed: restoreProduct(input: $input) { errors { code } } }",
    "moderate": "mutation($input: ModerateReviewInput!) { changed: moderateReview(input: $input) { errors { code } } }",
}


@dataclass
class Change:
    """A request that changes things, whose last states are those it gives them."""

    line: dict[str, Any]
    cells: list[Cell]
    held: list[Cell] = field(default_factory=list)
    """Those that stay as they are meanwhile."""
    expected: tuple[int, ...] = DONE
    makes: Cell | None = None
    """The one that gets an id."""

    def done(self, status: int, text: str) -> None:
        """Takes note that it was answered.

        Raises:
            AssertionError: it was not answered as it should be.
        """
        assert status in self.expected, (self.line, status, text)
        if self.line.get("path") == "/graphql":
            assert orjson.loads(text)["data"]["changed"]["errors"] == [], (self.line, text)
        if self.makes is not None:
            self.makes.learn(orjson.loads(text)["data"]["id"])
        for cell in self.cells:
            cell.acknowledge()
        self.let_go()

    def let_go(self) -> None:
        """Lets others change what this one has changed."""
        for cell in (*self.cells, *self.held):
            cell.is_busy = False


Maker: TypeAlias = Callable[[], Change | None]


class Changes:
    """Draws changes of things that nobody else is changing."""

    def __init__(self, world: World, draw: Random) -> None:
        self._world = world
        self._draw = draw
        self._makers: Mapping[Maker, int] = {
            self.patch: 30, self.turn: 12, self.delete_or_restore: 6, self.several: 8, self.fail: 3, self.review: 22,
            self.membership: 10, self.role: 2, self.category: 4, self.tag: 3, self.order: 12, self.revoke: 1,
            self.stock: 4, self.link: 4,
        }  # fmt: skip

    def any(self) -> Change:
        """Returns a change, which has begun."""
        while True:
            (maker,) = self._draw.choices(list(self._makers), list(self._makers.values()))
            found = maker()
            if found is not None:
                return found

    # -- products ---------------------------------------------------------------------------------------------------

    def patch(self) -> Change | None:
        """Gives a product another name and perhaps more; who shows it tells by the name when it was."""
        cell = self._free("product", lambda state: not state["deleted"])
        if cell is None:
            return None
        given, state = self._drawn(cell)
        self._begin(cell, **state)
        return self._product("patch", cell, given)

    def _drawn(self, cell: Cell) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is sent, and which state that makes."""
        draw, number, sequence = self._draw, cell.number, len(cell.states)
        state: dict[str, Any] = {"name": f"oracle {number} {sequence}"}
        choices: dict[str, Any] = {
            "price": f"{100 + sequence}.{number:02}", "stock": draw.randrange(16), "status": "draft",
            "cost_price": f"{50 + sequence}.{number:02}",
        }  # fmt: skip
        state |= {name: choices[name] for name in draw.sample(sorted(choices), draw.randrange(3))}
        given = dict(state)
        if draw.random() < 0.3:
            state["category"] = draw.randrange(3)
            given["category_id"] = self._world.cells["category"][state["category"]].now["id"]
        if draw.random() < 0.3:
            state["tags"] = frozenset(draw.sample(range(3), draw.randrange(3)))
            given["tag_ids"] = [self._world.cells["tag"][each].now["id"] for each in sorted(state["tags"])]
        if draw.random() < 0.2:
            state["word"] = not cell.now["word"]
            given["description"] = WORD if state["word"] else ""
        return given, state

    def turn(self) -> Change | None:
        """Puts a product on sale, or takes it off."""
        cell = self._free("product", lambda state: not state["deleted"])
        if cell is None:
            return None
        status, action = ("archived", "archive") if cell.now["status"] == "published" else ("published", "publish")
        self._begin(cell, status=status)
        return self._product(action, cell, {})

    def delete_or_restore(self) -> Change | None:
        """Deletes a product, or brings it back."""
        cell = self._free("product", lambda state: state["deleted"])
        if cell is None:
            cell = self._free("product")
        if cell is None:
            return None
        action = "restore" if cell.now["deleted"] else "delete"
        self._begin(cell, deleted=not cell.now["deleted"])
        return self._product(action, cell, {})

    def several(self) -> Change | None:
        """Changes several products in one transaction."""
        cells = self._several()
        if cells is None:
            return None
        inputs = []
        for cell in cells:
            given, state = self._drawn(cell)
            self._begin(cell, **state)
            inputs.append((cell.now["id"], given))
        if self._draw.random() < 0.5:
            line = self._rest(ADMIN, "PATCH", "/products", [{"id": row_id, **given} for row_id, given in inputs])
        else:
            line = self._batch([("products", "patch", row_id, given) for row_id, given in inputs])
        return Change(line, cells)

    def fail(self) -> Change | None:
        """Changes products in one transaction, the last of which there is not: nothing of it is ever seen."""
        cells = self._several()
        if cells is None:
            return None
        for cell in cells:
            cell.is_busy = True
        changes = [("products", "patch", cell.now["id"], {"name": "never", "stock": 999}) for cell in cells]
        line = self._batch([*changes, ("products", "patch", str(UUID(int=0)), {"stock": 1})])
        return Change(line, [], held=cells, expected=REFUSED)

    def stock(self) -> Change | None:
        """Changes products by SQL of the application's own."""
        cells = self._several()
        if cells is None:
            return None
        number = self._draw.randrange(16)
        for cell in cells:
            self._begin(cell, stock=number)
        return Change({"do": "stock", "ids": [cell.now["id"] for cell in cells], "stock": number}, cells)

    def link(self) -> Change | None:
        """Links a product to other tags, and writes neither."""
        cell = self._free("product", lambda state: not state["deleted"])
        if cell is None:
            return None
        tags = frozenset(self._draw.sample(range(3), self._draw.randrange(3)))
        self._begin(cell, tags=tags)
        ids = [self._world.cells["tag"][each].now["id"] for each in sorted(tags)]
        return Change({"do": "link", "product": cell.now["id"], "tags": ids}, [cell])

    def _several(self) -> list[Cell] | None:
        cells = [each for each in self._world.cells["product"] if not each.is_busy and not each.now["deleted"]]
        return self._draw.sample(cells, 3) if len(cells) > 3 else None

    def _product(self, action: str, cell: Cell, given: dict[str, Any]) -> Change:
        owner = (VIC, VAL)[cell.now["vendor"]]
        actor = self._draw.choice((ADMIN, owner))
        return Change(self._asked(actor, action, "products", cell.now["id"], given), [cell])

    # -- what is said and done --------------------------------------------------------------------------------------

    def review(self) -> Change | None:
        """Writes, rewrites, moderates or deletes a review."""
        cell = self._free("review")
        if cell is None:
            return None
        now, title, rating = cell.now, f"review {cell.number} {len(cell.states)}", self._draw.randrange(1, 6)
        if now["id"] is None:
            product = self._world.cells["product"][now["product"]]
            if product.is_busy or product.now["deleted"] or product.now["status"] != "published":
                return None
            product.is_busy = True
            self._begin(cell, id=NEW, title=title, rating=rating, status="pending")
            body = {"product_id": product.now["id"], "title": title, "rating": rating}
            return Change(self._rest(now["author"], "POST", "/reviews", body), [cell], [product], makes=cell)
        luck = self._draw.random()
        if luck < 0.6:
            status = self._draw.choice(("approved", "rejected"))
            self._begin(cell, status=status)
            actor = self._draw.choice((MODERATOR, ADMIN))
            return Change(self._asked(actor, "moderate", "reviews", now["id"], {"status": status}), [cell])
        if luck < 0.8:
            self._begin(cell, title=title, rating=rating, status="pending")
            body = {"title": title, "rating": rating}
            return Change(self._rest(now["author"], "PATCH", f"/reviews/{now['id']}", body), [cell])
        self._begin(cell, id=None)
        return Change(self._rest(now["author"], "DELETE", f"/reviews/{now['id']}"), [cell])

    def order(self) -> Change | None:
        """Takes an order a step further: its cart is filled, placed and cancelled, or thrown away."""
        cell = self._free("order")
        if cell is None:
            return None
        now = cell.now
        number = self._draw.randrange(0, 10, 2) if now["id"] is None else now["line"]
        product = self._world.cells["product"][number]
        if product.is_busy:
            return None
        if now["id"] is None:
            return self._fill(cell, product)
        is_sold = product.now["status"] == "published" and not product.now["deleted"] and product.now["stock"] > 0
        if now["status"] == "cart" and is_sold and product.now["price"] == now["total"]:
            self._begin(cell, status="placed")
            self._begin(product, stock=product.now["stock"] - 1)
            return Change(self._rest(now["buyer"], "POST", f"/orders/{now['id']}/place"), [cell, product])
        self._begin(cell, id=None, status="cart")
        if now["status"] == "cart":
            return Change(self._rest(now["buyer"], "DELETE", f"/orders/{now['id']}"), [cell])
        self._begin(product, stock=product.now["stock"] + 1)
        actor = self._draw.choice((now["buyer"], ADMIN))
        return Change(self._rest(actor, "POST", f"/orders/{now['id']}/cancel"), [cell, product])

    def _fill(self, cell: Cell, product: Cell) -> Change | None:
        if product.now["deleted"] or product.now["status"] != "published":
            return None
        product.is_busy = True
        buyer = cell.now["buyer"]
        self._begin(cell, id=NEW, status="cart", line=product.number, total=str(Decimal(product.now["price"])))
        body = {"currency": "EUR", "note": f"order {cell.number}", "ship_to_id": self._world.address[buyer],
                "lines": {"create": [{"product_id": product.now["id"], "quantity": 1}]}}  # fmt: skip
        return Change(self._rest(buyer, "POST", "/orders", body), [cell], [product], makes=cell)

    # -- what the rules look at -------------------------------------------------------------------------------------

    def membership(self) -> Change | None:
        """Lets somebody work for a vendor, or no longer, or as something else."""
        cell = self._free("membership")
        if cell is None:
            return None
        actor, now = self._draw.choice((ADMIN, (VIC, VAL)[cell.number])), cell.now
        role = "owner" if now["role"] == "staff" else "staff"
        if now["id"] is None:
            self._begin(cell, id=NEW, role=role)
            vendor = self._world.vendors[cell.number]
            body = {"vendor_id": vendor, "user_id": self._world.people[FLO], "role": role}
            return Change(self._rest(actor, "POST", "/memberships", body), [cell], makes=cell)
        if self._draw.random() < 0.3:
            self._begin(cell, role=role)
            return Change(self._rest(actor, "PATCH", f"/memberships/{now['id']}", {"role": role}), [cell])
        self._begin(cell, id=None)
        return Change(self._rest(actor, "DELETE", f"/memberships/{now['id']}"), [cell])

    def role(self) -> Change | None:
        """Gives somebody another role."""
        cell = self._free("role")
        if cell is None:
            return None
        role = self._draw.choice([each for each in ("customer", "moderator", "admin") if each != cell.now["role"]])
        self._begin(cell, role=role)
        return Change(self._rest(ADMIN, "PATCH", f"/users/{self._world.people[ROLF]}", {"role": role}), [cell])

    def revoke(self) -> Change | None:
        """Ends a token."""
        cell = self._free("token", lambda state: state["is_good"])
        if cell is None:
            return None
        self._begin(cell, is_good=False)
        headers = {"authorization": f"Bearer {cell.now['id']}"}
        return Change({"method": "POST", "path": "/auth/logout", "headers": headers}, [cell])

    # -- names ------------------------------------------------------------------------------------------------------

    def category(self) -> Change | None:
        """Renames and moves a category."""
        cell = self._free("category")
        if cell is None:
            return None
        name = self._draw.choice((f"Shelf {cell.number} {len(cell.states)}", "Shelf 0"))
        self._begin(cell, name=name, position=len(cell.states))
        above = [each.now["id"] for each in self._world.cells["category"] if each.number > cell.number]
        parent = self._draw.choice(above) if above else None
        body = {"name": name, "position": cell.now["position"], "parent_id": parent}
        return Change(self._rest(ADMIN, "PATCH", f"/categories/{cell.now['id']}", body), [cell])

    def tag(self) -> Change | None:
        """Renames a tag."""
        cell = self._free("tag")
        if cell is None:
            return None
        self._begin(cell, name=f"oracle {cell.number} {len(cell.states)}")
        return Change(self._rest(ADMIN, "PATCH", f"/tags/{cell.now['id']}", {"name": cell.now["name"]}), [cell])

    # -- requests ---------------------------------------------------------------------------------------------------

    def _free(self, kind: str, fits: Callable[[Any], bool] = lambda _: True) -> Cell | None:
        cells = [each for each in self._world.cells[kind] if not each.is_busy and fits(each.now)]
        return self._draw.choice(cells) if cells else None

    @staticmethod
    def _begin(cell: Cell, **state: Any) -> None:
        cell.is_busy = True
        cell.start(**state)

    def _headers(self, actor: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._world.tokens[actor]}"}

    def _rest(self, actor: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return {"method": method, "path": f"/api/v1{path}", "body": body, "headers": self._headers(actor)}

    def _batch(self, changes: list[tuple[str, str, str, dict[str, Any]]]) -> dict[str, Any]:
        operations = [
            {"resource": resource, "action": action, "id": row_id, "input": given}
            for resource, action, row_id, given in changes
        ]
        return self._rest(ADMIN, "POST", "/batch", {"operations": operations})

    def _asked(self, actor: str, action: str, plural: str, row_id: str, given: dict[str, Any]) -> dict[str, Any]:
        """A change of one object, by either face."""
        if self._draw.random() < 0.5:
            return self._mutation(actor, action, {"id": row_id, **given})
        path = f"/{plural}/{row_id}"
        match action:
            case "patch":
                return self._rest(actor, "PATCH", path, given)
            case "delete":
                return self._rest(actor, "DELETE", path)
            case _:
                return self._rest(actor, "POST", f"{path}/{action}", given or None)

    def _mutation(self, actor: str, action: str, given: dict[str, Any]) -> dict[str, Any]:
        words = {name: name.split("_") for name in given}
        named = {first + "".join(map(str.title, rest)): given[name] for name, (first, *rest) in words.items()}
        body = {"query": MUTATIONS[action], "variables": {"input": named}}
        return {"method": "POST", "path": "/graphql", "body": body, "headers": self._headers(actor)}
