"""The questions that are asked of the small world, by both faces, and what may be answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

import orjson

from support.oracle_making import WORD
from support.oracle_rules import Numbers, Shown, Where, count_of, is_shown, rows_explained
from support.oracle_world import ADMIN, ANNA, BEN, FLO, NEW, PEOPLE, ROLF, TESS, VISITOR, Cell, Context, View, World

__all__ = ["Answer", "Question", "questions_at_barriers", "questions_that_change", "questions_while_it_runs"]

Answer: TypeAlias = Mapping[str, Any]
"""`status`, `etag` and `text`."""
Explain: TypeAlias = Callable[[View, Context, Any], Numbers | None]


@dataclass(frozen=True)
class Question:
    """A request of somebody's, and what explains the answer."""

    actor: str
    path: str
    query: str = ""
    """A GraphQL document; without, the path is of REST."""
    token: str | None = None
    """Another one than the actor's."""
    explain: Explain | None = None
    """None: the answer is only compared."""

    def line(self, world: World) -> dict[str, Any]:
        """Returns the request as a process takes it."""
        token = self.token or world.tokens.get(self.actor)
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        if self.query and len(self.query) % 2:
            return {"method": "GET", "path": f"/graphql?query={quote(self.query)}", "headers": headers}
        if self.query:
            return {"method": "POST", "path": "/graphql", "body": {"query": self.query}, "headers": headers}
        return {"method": "GET", "path": f"/api/v1{self.path}", "headers": headers}

    def explained(self, view: View, answer: Answer) -> Numbers | None:
        """Returns by which states an answer may be as it is; None: by none."""
        assert self.explain is not None, "this answer is only compared"
        found = _data(answer)
        explanations = [
            {**context.numbers, **numbers}
            for context in view.contexts()
            if (numbers := self.explain(view, context, found)) is not None
        ]
        return _oldest(explanations) if explanations else None


def _oldest(explanations: Sequence[Numbers]) -> Numbers:
    """Of each thing, the oldest state by which any of them explains what is shown."""
    return {cell: min(each[cell] for each in explanations) for cell in explanations[0]}


def _data(answer: Answer) -> Any:
    """What an answer shows: of an object or a list, data with names as in Python; of an error, its status."""
    if answer["status"] in (401, 404):
        return answer["status"]
    assert answer["status"] == 200, answer
    found = orjson.loads(answer["text"])
    assert "errors" not in found, answer
    return _plain(found)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "nodes" in value and "total_count" not in value and "totalCount" not in value:
        return _plain(value["nodes"])
    return {re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name): _plain(each) for name, each in value.items()}


# -- what explains answers -------------------------------------------------------------------------------------------


def _list(kind: str, where: Where) -> Explain:
    """A list with its total, which is that of the same moment."""

    def explain(view: View, context: Context, found: Any) -> Numbers | None:
        data = found["data"]
        rows, total = (found["data"], found["total"]) if isinstance(data, list) else _connection(data)
        return None if total != len(rows) else rows_explained(view, context, kind, where, rows)

    return explain


def _connection(data: Mapping[str, Any]) -> tuple[Sequence[Shown], int]:
    (found,) = data.values()
    return found["nodes"], found["total_count"]


def _one(cell: Cell, row_id: str) -> Explain:
    """An object by its id, or nothing."""

    def explain(view: View, context: Context, found: Any) -> Numbers | None:
        data = None if found == 404 else found["data"]
        if data is not None and "id" not in data:
            (data,) = data.values()
        rows = [] if data is None else [data]
        return rows_explained(view, context, cell.kind, lambda state: state["id"] == row_id, rows, [cell])

    return explain


def _behind(cell: Cell, explain: Explain) -> Explain:
    """A list of what belongs to an object, which may be hidden."""

    def explain_both(view: View, context: Context, found: Any) -> Numbers | None:
        may_be = {is_shown(context, cell, state) for _, state in view.of(cell)}
        if found == 404:
            return {} if False in may_be else None
        return explain(view, context, found) if True in may_be else None

    return explain_both


def _counted(kind: str, where: Where) -> Explain:
    def explain(view: View, context: Context, found: Any) -> Numbers | None:
        least, most = count_of(view, context, kind, where)
        return {} if least <= found["data"]["count"] <= most else None

    return explain


def _signed_in(cell: Cell) -> Explain:
    def explain(view: View, _: Context, found: Any) -> Numbers | None:
        may_be = {state["is_good"] for _, state in view.of(cell)}
        return {} if (found != 401) in may_be else None

    return explain


# -- the questions ---------------------------------------------------------------------------------------------------


def questions_while_it_runs(world: World) -> list[Question]:
    """Returns questions whose answers can be told right or wrong while all is changing, those asked most first."""
    found: list[Question] = []
    for actor in PEOPLE:
        found += _of_products(world, actor)
        found += _of_lists(world, actor)
        found += _of_orders(world, actor)
        found += _of_names(world, actor)
    found += _of_memberships(world)
    return found


def questions_that_change(world: World) -> list[Question]:
    """Returns questions that name what may be gone by now: reviews and tokens."""
    found = [
        Question(actor, f"/reviews/{cell.now['id']}", explain=_one(cell, cell.now["id"]))
        for cell in world.cells["review"]
        if cell.now["id"] not in (None, NEW)
        for actor in (VISITOR, ANNA, BEN, ROLF)
    ]
    product = world.cells["product"][0].now["id"]
    return found + [
        Question(TESS, f"/products/{product}?fields=id", token=cell.now["id"], explain=_signed_in(cell))
        for cell in world.cells["token"]
    ]


def _of_products(world: World, actor: str) -> Iterator[Question]:
    fields = "id name price stock status" + ("" if actor == VISITOR else " costPrice")
    rest = "id,name,price,stock,status" + ("" if actor == VISITOR else ",cost_price")
    for cell in world.cells["product"]:
        row_id = cell.now["id"]
        explain = _one(cell, row_id)
        yield Question(actor, f"/products/{row_id}?fields={rest}", explain=explain)
        yield Question(actor, "", f'{{ product(id: "{row_id}") {{ {fields} }} }}', explain=explain)
        if cell.number < 5:
            yield Question(actor, f"/products/{row_id}?include=category,tags,reviews", explain=explain)
            nested = "category { id name } tags { nodes { id name } } reviews { nodes { id title rating status } }"
            yield Question(actor, "", f'{{ node(id: "{row_id}") {{ id ... on Product {{ {fields} {nested} reviewCount'
                                      " } } }", explain=explain)  # fmt: skip


def _of_lists(world: World, actor: str) -> Iterator[Question]:
    both = ",".join(world.vendors)
    fields = "id,name,price,stock,status" + ("" if actor == VISITOR else ",cost_price")
    mine = f"/products?fields={fields}&page_size=50&filter[vendor_id][in]={both}"
    for number, vendor in enumerate(world.vendors):
        where = _is("vendor", number)
        yield Question(actor, f"/products?fields={fields}&filter[vendor_id]={vendor}", explain=_list("product", where))
    for cell in world.cells["category"]:
        where = _is("category", cell.number)
        row_id = cell.now["id"]
        yield Question(actor, f"/products?filter[category_id]={row_id}", explain=_list("product", where))
        yield Question(actor, f"/products?filter[category.slug]=oracle-{cell.number}", explain=_list("product", where))
        listed = "totalCount nodes { id name tags { nodes { id name } } }"
        yield Question(actor, "", f'{{ products(filter: {{categoryId: {{eq: "{row_id}"}}}}) {{ {listed} }} }}',
                       explain=_list("product", where))  # fmt: skip
        yield Question(actor, f"/products/aggregate?aggregate=count&filter[category_id]={row_id}",
                       explain=_counted("product", where))  # fmt: skip
    for cell in world.cells["tag"]:
        yield Question(actor, f"/products?filter[tags.some.id]={cell.now['id']}",
                       explain=_list("product", _has_tag(cell.number)))  # fmt: skip
    yield Question(actor, f"{mine}&q={WORD}", explain=_list("product", lambda state: state["word"]))
    yield Question(actor, f"{mine}&filter[status]=draft", explain=_list("product", _is("status", "draft")))
    for stock in (2, 5, 8, 11):
        yield Question(actor, f"{mine}&filter[stock][gte]={stock}&filter[status]=published&sort=-stock",
                       explain=_list("product", _sold_by(stock)))  # fmt: skip
    listed = " ".join(f'"{vendor}"' for vendor in world.vendors)
    yield Question(actor, "", f"{{ products(filter: {{vendorId: {{in: [{listed}]}}, stock: {{lt: 8}}}}, first: 50) {{"
                              " totalCount nodes { id name stock } } }",
                   explain=_list("product", lambda state: state["stock"] < 8))  # fmt: skip
    for cell in world.cells["product"][:4]:
        row_id, where = cell.now["id"], _is("product", cell.number)
        yield Question(actor, f"/reviews?filter[product_id]={row_id}&include=product", explain=_list("review", where))
        yield Question(actor, f"/products/{row_id}/reviews", explain=_behind(cell, _list("review", where)))
    reviewed = ",".join(cell.now["id"] for cell in world.cells["product"][:4])
    yield Question(actor, f"/reviews?filter[product_id][in]={reviewed}&filter[status]=pending",
                   explain=_list("review", _is("status", "pending")))  # fmt: skip


def _of_orders(world: World, actor: str) -> Iterator[Question]:
    for buyer in (ANNA, BEN):
        where = _is("buyer", buyer)
        path = f"/orders?filter[buyer_id]={world.people[buyer]}&filter[status][in]=cart,placed"
        if actor != VISITOR:
            yield Question(actor, path, explain=_list("order", where))


def _of_names(world: World, actor: str) -> Iterator[Question]:
    for cell in world.cells["category"]:
        row_id = cell.now["id"]
        yield Question(actor, f"/categories/{row_id}", explain=_one(cell, row_id))
        yield Question(actor, "", f'{{ category(id: "{row_id}") {{ id name position products(first: 50) {{ nodes {{ id'
                                  " name } } } }", explain=_one(cell, row_id))  # fmt: skip
    for cell in world.cells["tag"]:
        yield Question(actor, f"/tags/{cell.now['id']}", explain=_one(cell, cell.now["id"]))


def _of_memberships(world: World) -> Iterator[Question]:
    path = f"/memberships?filter[user_id]={world.people[FLO]}"
    for actor in PEOPLE[1:]:
        yield Question(actor, path, explain=_list("membership", lambda _: True))
    (role,) = world.cells["role"]
    yield Question(ADMIN, f"/users/{world.people[ROLF]}", explain=_one(role, world.people[ROLF]))


def _is(name: str, value: object) -> Where:
    return lambda state: state[name] == value


def _sold_by(stock: int) -> Where:
    return lambda state: state["stock"] >= stock and state["status"] == "published"


def _has_tag(number: int) -> Where:
    return lambda state: number in state["tags"]


REVIEWED = "reviews { nodes { title author { name } } }"

# -- at barriers -----------------------------------------------------------------------------------------------------


def questions_at_barriers(world: World) -> list[Question]:
    """Returns all questions, and more: of these, it is only asked whether the answers are the uncached service's."""
    both = ",".join(world.vendors)
    ids = [cell.now["id"] for cell in world.cells["product"]]
    quoted = ", ".join(f'"{each}"' for each in ids)
    paths = [
        "/products?page_size=5&sort=-updated_at",
        "/products?page_size=3&q=oracle&include=vendor,category",
        "/products?filter[category.name]=Shelf 0&fields=id,name",
        "/products?filter[review_count][gte]=1&page_size=5&fields=id,review_count,average_rating",
        f"/products?filter[vendor_id][in]={both}&limit=4&sort=price",
        f"/products/aggregate?aggregate=count,sum(stock),avg(price)&group_by=status&filter[vendor_id][in]={both}",
        "/products/aggregate?aggregate=count,sum(stock)",
        "/reviews/aggregate?aggregate=count,avg(rating)&group_by=status",
        "/reviews?page_size=5&include=author,product",
        "/vendors?include=products(limit:3,sort:-updated_at)&page_size=3",
        "/categories?include=parent,children&page_size=10",
        "/users?page_size=3&include=reviews",
        f"/users/{world.people[FLO]}?include=memberships",
        f"/users/{world.people[ROLF]}",
    ]
    mine = ["/orders?include=lines,payment&page_size=5", "/order-lines?page_size=5&sort=-id", "/payments?page_size=5",
            "/audit-entries?page_size=5", "/addresses", "/memberships?page_size=50"]  # fmt: skip
    documents = [
        f"{{ nodes(ids: [{quoted}]) {{ id ... on Product {{ name averageRating }} }} }}",
        "{ products(first: 3, orderBy: [{updatedAt: DESC}]) { totalCount edges { cursor node { id name } } } }",
        f'{{ vendor(id: "{world.vendors[0]}") {{ name products(first: 20) {{ nodes {{ name {REVIEWED} }} }} }} }}',
    ]
    more = [Question(actor, path) for actor in PEOPLE for path in paths + (mine if actor != VISITOR else [])]
    more += [Question(actor, "", document) for actor in PEOPLE for document in documents]
    return questions_while_it_runs(world) + questions_that_change(world) + more
