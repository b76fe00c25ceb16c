"""What a change of a face's document does to its clients, and what a change of a rule does to actors."""

from typing import Any

import pytest
from graphql import build_schema, introspection_from_schema

from support.figures import count
from twofold.migrate.review.api.access import access_changes, scope_changes, text_of
from twofold_graphql.contract import GraphQLContract
from twofold_rest.contract import RestContract

pytestmark = pytest.mark.migrations

THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "size": {"type": "integer"}}}
REF = {"$ref": "#/components/schemas/Thing"}


def document(*, sent: Any = THING, answered: Any = THING, parameters: Any = (), statuses: Any = ("200",)) -> Any:
    """An OpenAPI document with one operation, which takes a thing and answers one."""
    sent_ref, answered_ref = ({"$ref": f"#/components/schemas/{name}"} for name in ("Sent", "Answered"))
    content = {"content": {"application/json": {"schema": answered_ref}}}
    operation = {
        "parameters": list(parameters),
        "requestBody": {"content": {"application/json": {"schema": sent_ref}}},
        "responses": {status: content if status[0] == "2" else {} for status in statuses},
    }
    schemas = {"Sent": sent, "Answered": answered}
    return {"paths": {"/things": {"post": operation}}, "components": {"schemas": schemas}}


def thing(**properties: Any) -> Any:
    """A thing with other properties; None removes one."""
    known = {**THING["properties"], **properties}
    return THING | {"properties": {name: each for name, each in known.items() if each is not None}}


def parameter(name: str, *, required: bool = False, **schema: Any) -> Any:
    return {"name": name, "in": "query", "required": required, "schema": schema or {"type": "string"}}


ENUM, LONGER = {"enum": ["a", "b"]}, {"enum": ["a", "b", "c"]}
MAYBE = {"type": ["integer", "null"]}
REST = [
    (document(), {"paths": {}, "components": {}}, "breaks", "POST /things was removed."),
    (document(), document(sent=thing(size=None)), "breaks", "Sent.size was removed."),
    (document(), document(answered=thing(size=None)), "breaks", "Answered.size was removed."),
    (document(), document(answered=thing(more={"type": "string"})), "nothing", "Answered.more was added."),
    (document(), document(sent=thing(more={"type": "string"})), "nothing", "Sent.more was added."),
    (document(), document(sent=THING | {"required": ["id", "size"]}), "breaks", "Sent.size must be sent now."),
    (document(), document(answered=THING | {"required": []}), "breaks", "Answered.id may be missing now."),
    (document(), document(sent=thing(size=MAYBE)), "nothing", "Sent.size is integer or null now, and was integer."),
    (document(), document(answered=thing(size=MAYBE)),
     "breaks", "Answered.size is integer or null now, and was integer."),
    (document(sent=thing(size=MAYBE)), document(), "breaks", "Sent.size is integer now, and was integer or null."),
    (document(answered=thing(size=ENUM)), document(answered=thing(size=LONGER)),
     "may break", "Answered.size may be 'c' now."),
    (document(sent=thing(size=ENUM)), document(sent=thing(size=LONGER)), "nothing", "Sent.size may be 'c' now."),
    (document(sent=thing(size=LONGER)), document(sent=thing(size=ENUM)), "breaks", "Sent.size is never 'c' any more."),
    (document(), document(sent=thing(size={"type": "integer", "minimum": 1})),
     "may break", "Sent.size has other bounds or another form."),
    (document(parameters=[parameter("q")]), document(), "breaks", "POST /things takes no parameter q any more."),
    (document(), document(parameters=[parameter("q")]), "nothing", "POST /things takes a parameter q."),
    (document(), document(parameters=[parameter("q", required=True)]), "breaks", "POST /things takes a parameter q."),
    (document(parameters=[parameter("q")]),
     document(parameters=[parameter("q", required=True)]),
     "breaks", "POST /things needs the parameter q."),
    (document(parameters=[parameter("q")]),
     document(parameters=[parameter("q", type="integer")]),
     "may break", "POST /things takes another kind of value for q."),
    (document(), document(statuses=("200", "409")), "may break", "POST /things may answer 409."),
    (document(statuses=("200", "201")), document(), "breaks", "POST /things does not answer 201 any more."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "effect", "what"), REST, ids=[f"{each[3]}{each[2]}" for each in REST])
def test_changes_of_the_openapi_document(old: Any, new: Any, effect: str, what: str) -> None:
    contract = RestContract(lambda: new, "/openapi.json")
    assert [(each.effect, each.what) for each in contract.changes(old, new)] == [(effect, what)]
    assert contract.changes(new, new) == []
    count("migrations", "changes of the API planted and named by the review")


def test_words_of_an_openapi_document_change_nothing() -> None:
    old = document(sent=thing(size={"type": "integer", "description": "How large."}))
    new = document(sent=thing(size={"type": "integer", "description": "Its size.", "examples": [1]}))
    assert RestContract(lambda: new, "/openapi.json").changes(old, new) == []


SDL = "enum E { A } input I { a: Int } type Query { thing(id: ID): Thing } type Thing { id: ID! e: E }"
GRAPHQL = [
    (" e: E }", " }", "breaks", "Field Thing.e was removed."),
    ("id: ID!", "id: ID", "breaks", "Field Thing.id changed type from ID! to ID."),
    ("a: Int", "a: Int b: Int!", "breaks", "A required field I.b was added."),
    ("{ A }", "{ A B }", "may break", "Enum value E.B was added."),
    (" e: E }", " e: E f: Int }", "nothing", "Thing.f was added."),
    ("type Thing", "type Other { id: ID } type Thing", "nothing", "Other was added."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "effect", "what"), GRAPHQL)
def test_changes_of_the_graphql_schema(old: str, new: str, effect: str, what: str) -> None:
    before, after = ({"data": introspection_from_schema(build_schema(text))} for text in (SDL, SDL.replace(old, new)))
    contract = GraphQLContract(build_schema(SDL), "/graphql")
    assert [(each.effect, each.what) for each in contract.changes(before, after)] == [(effect, what)]
    assert contract.changes(after, after) == []
    count("migrations", "changes of the API planted and named by the review")


ACTORS = ["visitors", "people who sign in"]
MINE, OPEN, SHUT = ["is", "owner_id = the actor"], ["is", "status = 'open'"], ["is", "status = 'shut'"]


def told(rows: Any, **fields: Any) -> Any:
    """A dump of one resource, whose rows both actors read so."""
    read = {"reason": "Some.", "rows": dict.fromkeys(ACTORS, rows)}
    served = {name: {"read": {"reason": "", "rows": dict.fromkeys(ACTORS, each)}} for name, each in fields.items()}
    resource = {"columns": ["secret"], "verbs": {"read": read}, "fields": served}
    return {"actors": ACTORS, "resources": {"notes": resource}}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("none", MINE, "access-gained"), (MINE, "all", "access-gained"), ("all", MINE, "access-lost"),
        (MINE, "none", "access-lost"), (MINE, ["or", MINE, OPEN], "access-gained"),
        (["or", MINE, OPEN], OPEN, "access-lost"),
        (["and", MINE, OPEN], MINE, "access-gained"), (MINE, ["and", MINE, OPEN], "access-lost"),
        (OPEN, SHUT, "access-differs"), (OPEN, ["not", OPEN], "access-differs"), (OPEN, OPEN, None),
        (["or", MINE, OPEN], ["or", MINE, SHUT], "access-differs"),
    ],
)  # fmt: skip
def test_rules_that_reach_more_rows_or_fewer(old: Any, new: Any, code: str | None) -> None:
    found = [*access_changes(told(old), told(new))]
    assert [each.code for each in found] == ([code] if code else [])
    assert all(each.file == "notes" for each in found)
    count("migrations", "changes of the API planted and named by the review")


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ({"secret": "none"}, {"secret": "all"}, "access-gained", "major"),
        ({}, {"secret": "all"}, "access-gained", "major"),  # the column was there, and nobody was served it
        ({}, {"fresh": "all"}, "access-gained", "minor"),
        ({}, {"fresh": "none"}, None, None),
        ({"secret": "all"}, {}, "access-lost", "minor"),
    ],
)
def test_fields_that_are_served_to_more_or_fewer(old: Any, new: Any, code: str | None, severity: str | None) -> None:
    found = [*access_changes(told("all", **old), told("all", **new))]
    assert [(each.code, each.severity.name) for each in found] == ([(code, severity)] if code else [])
    assert [*access_changes(told("none", **old), told("none", **new))] == []  # of rows that nobody sees


def test_a_role_that_one_side_does_not_know_is_anybody_there() -> None:
    new = told(MINE)
    new["actors"] = [*ACTORS, "boss"]
    new["resources"]["notes"]["verbs"]["read"]["rows"]["boss"] = "all"
    [found] = access_changes(told(MINE), new)
    assert found.reason.startswith(
        "Those with the role boss may now read notes: every row, where it was owner_id = the actor."
    )


def test_scopes_that_are_there_or_not_any_more() -> None:
    old, new = told("all"), told("all")
    new["resources"]["notes"]["verbs"]["publish"] = new["resources"]["notes"]["verbs"]["read"]
    assert [(each.effect, each.what) for each in scope_changes(old, new)] == [
        ("nothing", "The scope notes:publish was added.")
    ]
    assert [each.effect for each in scope_changes(new, old)] == ["breaks"]


def test_conditions_are_written_for_people() -> None:
    assert text_of(["and", ["not", MINE], ["or", OPEN, SHUT]]) == (
        "not (owner_id = the actor) and (status = 'open' or status = 'shut')"
    )
