"""A program that tells what one revision of an application promises: run with the paths of that revision's code.

It reads questions as JSON from standard input and writes one JSON object. It is run against older code too, so that it
asks for little: requests to the ASGI application, the resources of the Application, their rules, and Actor.
"""

import asyncio
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx

SOMEBODY = UUID(int=1)
"""The user whom rules are asked about."""
VERBS = ("read", "create", "update", "delete")


class AskedRole(str):
    """A role that remembers what it is compared with: so the roles become known that rules know."""

    __slots__ = ()
    known: set[str] = set()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            self.known.add(str(other))
        return False

    def __hash__(self) -> int:
        return hash("nobody")


def main() -> None:
    """Writes what the application of TWOFOLD_APPLICATION promises."""
    questions = json.load(sys.stdin)
    module, _, name = os.environ.get("TWOFOLD_APPLICATION", "storefront.application:STOREFRONT").partition(":")
    application = getattr(importlib.import_module(module), name)
    module, _, name = application.asgi.partition(":")
    app = getattr(importlib.import_module(module), name)
    told = {"answers": asyncio.run(answers(app, questions)), **access(application)}
    json.dump(told, sys.stdout)


async def answers(app: Any, questions: dict[str, Any]) -> dict[str, Any]:
    """Returns the answers of the application by the questions' names; None where it has none."""
    found: dict[str, Any] = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://review") as client:
        for name, (method, path, body) in questions.items():
            response = await client.request(method, path, json=body)
            found[name] = response.json() if response.status_code == 200 else None
    return found


def access(application: Any) -> dict[str, Any]:
    """Returns the rules of every resource as they stand for each kind of actor, and whom they know."""
    actor_class = importlib.import_module("twofold.actor").Actor
    for _ in resources(application, {"": actor_class(user_id=SOMEBODY, role=AskedRole("nobody"))}):
        pass  # asked for the roles only
    actors = {"visitors": actor_class(), "people who sign in": actor_class(user_id=SOMEBODY, role="nobody")}
    actors |= {role: actor_class(user_id=SOMEBODY, role=role) for role in sorted(AskedRole.known)}
    return {"actors": list(actors), "resources": dict(resources(application, actors))}


def resources(application: Any, actors: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields each resource's name with its verbs and fields."""
    for resource in application.resources:
        attributes = {name: value for name, value in vars(resource).items() if not name.startswith("_")}
        verbs = {verb: getattr(resource, verb, None) for verb in VERBS}
        verbs |= {
            name: each.rule for name, each in attributes.items() if hasattr(each, "rule") and hasattr(each, "run")
        }
        yield (
            snake(resource.__name__),
            {
                "columns": sorted(resource.model._meta.fields_map),
                "verbs": {name: said(rule, actors) for name, rule in verbs.items() if rule is not None},
                "fields": dict(fields(attributes, actors)),
            },
        )


def snake(name: str) -> str:
    """Returns the name under which a resource is served."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def fields(attributes: dict[str, Any], actors: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields each served field with who may read, write and create it."""
    for name, each in attributes.items():
        if hasattr(each, "write") and hasattr(each, "filter"):  # a Field or a Relation
            write = said(each.write, actors)
            create = said(each.create, actors)
            yield name, {"read": said(getattr(each, "read", True), actors), "write": write,
                         "create": write if each.create is False else create}  # fmt: skip
        elif hasattr(each, "needs"):
            yield name, {"read": together([attributes.get(need) for need in each.needs], actors)}
        elif hasattr(each, "said"):
            made_of = [attributes.get(column) for column in columns_of(each.said)]
            yield name, {"read": together([each, *made_of], actors)}


def together(declared: list[Any], actors: dict[str, Any]) -> Any:
    """Returns who may read what is made of several fields: who may read all of them."""
    rules = [said(each.read, actors) for each in declared if hasattr(each, "read")]
    reasons = dict.fromkeys(rule["reason"] for rule in rules if rule["reason"] != "Everyone.")
    rows = {actor: conjunction([rule["rows"][actor] for rule in rules]) for actor in actors}
    return {"reason": " ".join(reasons), "rows": rows}


def columns_of(value: Any) -> Iterator[str]:
    """Yields the columns of its own row that an expression names."""
    if type(value).__name__ == "F":
        yield value.name
        return
    for part in (*(getattr(value, "children", None) or ()), *(getattr(value, "args", None) or ())):
        yield from columns_of(part)
    for key in getattr(value, "filters", None) or {}:
        yield key.partition("__")[0]
    for part in ("left", "right", "then", "default"):
        if getattr(value, part, None) is not None:
            yield from columns_of(getattr(value, part))


def said(rule: Any, actors: dict[str, Any]) -> Any:
    """Returns a rule's words, and which rows it means for each actor."""
    if isinstance(rule, bool):
        return {"reason": "", "rows": dict.fromkeys(actors, "all" if rule else "none")}
    return {"reason": rule.reason, "rows": {name: rows(rule, actor) for name, actor in actors.items()}}


def rows(rule: Any, actor: Any) -> Any:
    """Returns which rows a rule means for an actor: "all", "none" or a condition."""
    try:
        found = rule.rows(actor)
    except Exception as error:  # a rule is code of the application
        return ["is", f"a rule that fails ({type(error).__name__})"]
    return ("all" if found else "none") if isinstance(found, bool) else condition(found)


def condition(q: Any) -> Any:
    """Returns a Q as lists: ["or", …], ["and", …], ["not", …] or ["is", text]; or "all" or "none".

    As in rules, comparing with None never holds, nor does its negation.
    """
    if q._is_negated and compares_with_none(q):
        return "none"
    items = [condition(each) for each in q.children]
    items += ["none" if value is None else ["is", f"{name} = {shown(value)}"] for name, value in q.filters.items()]
    found = conjunction(items) if q.join_type == "AND" else disjunction(items)
    if not q._is_negated:
        return found
    return {"all": "none", "none": "all"}.get(found, found) if isinstance(found, str) else ["not", found]


def compares_with_none(q: Any) -> bool:
    """Returns whether a Q compares with None anywhere."""
    return None in q.filters.values() or any(compares_with_none(each) for each in q.children)


def conjunction(conditions: list[Any]) -> Any:
    """Returns the condition that all hold."""
    return "none" if "none" in conditions else joined("and", [each for each in conditions if each != "all"], "all")


def disjunction(conditions: list[Any]) -> Any:
    """Returns the condition that any holds."""
    return "all" if "all" in conditions else joined("or", [each for each in conditions if each != "none"], "none")


def joined(word: str, conditions: list[Any], otherwise: str) -> Any:
    """Returns conditions as one; those that are joined in the same way themselves join their parts."""
    flat = [part for each in conditions for part in (each[1:] if each[0] == word else [each])]
    return otherwise if not flat else flat[0] if len(flat) == 1 else [word, *sorted(flat, key=str)]


def shown(value: Any) -> str:
    """Returns a value as text; the actor's own key as such."""
    if value == SOMEBODY:
        return "the actor"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(sorted(shown(each) for each in value))}]"
    return repr(str(value) if isinstance(value, str) else value)


if __name__ == "__main__":
    main()
