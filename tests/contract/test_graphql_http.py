"""What HTTP asks of GraphQL: reads by GET with tags, documents that are named, and forms that are refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from support.figures import count
from support.shop import Shop, opened
from twofold.engine import Engine
from twofold.errors import Unavailable, WrongSetting
from twofold_graphql import documents

pytestmark = pytest.mark.contract

RESPONSE_TYPE = "application/graphql-response+json"
TAGS = "{ tags(first: 2) { totalCount nodes { name } } }"
MUTATION = 'mutation { createTag(input: {name: "by hand"}) { tag { name } } }'


def hash_of(document: str) -> str:
    return sha256(document.encode()).hexdigest()


def persisted(document: str, **changes: Any) -> dict[str, Any]:
    """The extensions of an automatic persisted query."""
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document), **changes}}


async def by_get(shop: Shop, *, method: str = "GET", who: str | None = None, accept: str = "*/*",
                 known: str | None = None, **parameters: Any) -> httpx.Response:  # fmt: skip
    """A request whose parameters are in the URL, objects as JSON; `known` is its If-None-Match."""
    count("contract", "requests by hand")
    said = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    headers = {"Accept": accept, **await shop.headers(who)} | ({} if known is None else {"If-None-Match": known})
    return await shop.client.request(method, f"/graphql?{urlencode(said)}", headers=headers)


async def by_post(shop: Shop, body: Any, *, accept: str = "*/*") -> httpx.Response:
    count("contract", "requests by hand")
    return await shop.client.post("/graphql", json=body, headers={"Accept": accept})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal, of which there is one."""
    body = answer.json()
    assert set(body) == {"errors"}, body
    (error,) = body["errors"]
    return answer.status_code, error["extensions"]["code"]


# -- reads by GET ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["*/*", "application/json", RESPONSE_TYPE])
async def test_who_has_it_is_not_sent_it_again(shop: Shop, accept: str) -> None:
    first = await by_get(shop, query=TAGS, accept=accept)
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=300, stale-while-revalidate=300"
    assert first.headers["vary"] == "Accept, Authorization, Cookie, X-API-Key, Origin, X-Cost"
    for known in (tag, f"W/{tag}", f'"x", {tag}', f'W/"x,y",{tag} , "z"', "*"):
        again = await by_get(shop, query=TAGS, accept=accept, known=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        for name in ("cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers
    for unknown in ('"x"', tag.strip('"'), f'"{tag[1:-2]}"', "", f'"x{tag[1:]}'):
        again = await by_get(shop, query=TAGS, accept=accept, known=unknown)
        assert (again.status_code, again.content) == (200, first.content)


async def test_a_tag_changes_with_what_is_read(shop: Shop) -> None:
    query = "{ tags(orderBy: {name: ASC}) { nodes { name } } }"
    tag = (await by_get(shop, query=query)).headers["etag"]
    made = await shop.graphql(
        'mutation { createTag(input: {name: "a new one"}) { errors { code } } }', who="admin"
    )  # fmt: skip
    assert made["data"]["createTag"]["errors"] == []
    again = await by_get(shop, query=query, known=tag)
    assert again.status_code == 200
    assert again.headers["etag"] != tag


async def test_actors_who_see_other_things_have_other_tags(shop: Shop) -> None:
    query = "{ products(filter: {status: {eq: draft}}) { totalCount } }"
    first, second = [await by_get(shop, query=query, who=who) for who in (None, "admin")]
    assert first.headers["etag"] != second.headers["etag"]
    assert (await by_get(shop, query=query, who="admin", known=first.headers["etag"])).status_code == 200


async def test_a_refusal_has_no_tag(shop: Shop) -> None:
    for query, status in (("{", 200), ("{ colours }", 200), ("{ orders { totalCount } }", 200), ("", 400)):
        answer = await by_get(shop, query=query, known="*")
        assert answer.status_code == status
        assert "errors" in answer.json()
        assert "etag" not in answer.headers
        assert answer.headers["vary"] == "Accept, Authorization, Cookie, X-API-Key"


async def test_who_may_try_again_is_told_when(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def out_of_reach(*_: Any) -> Any:
        raise Unavailable

    monkeypatch.setattr(Engine, "read", out_of_reach)
    answer = await shop.client.post("/graphql", json={"query": "{ products { totalCount } }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "unavailable"
    assert answer.headers["retry-after"] == "1"
    answer = await shop.client.post("/graphql", json={"query": "{ nothing }"})
    assert "retry-after" not in answer.headers


async def test_what_is_posted_has_no_tag(shop: Shop) -> None:
    answer = await by_post(shop, {"query": TAGS})
    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert "vary" not in answer.headers


async def test_head_is_get_without_the_body(shop: Shop) -> None:
    tag = (await by_get(shop, query=TAGS)).headers["etag"]
    cases: list[dict[str, Any]] = [{"query": TAGS}, {"query": TAGS, "known": tag}, {"query": "{"}, {}]
    for case in [*cases, {"accept": "text/html"}, {"query": MUTATION}]:
        get, head = [await by_get(shop, method=method, **case) for method in ("GET", "HEAD")]
        assert (head.status_code, head.content) == (get.status_code, b"")
        for name in ("etag", "vary", "content-type", "content-length", "cache-control", "allow"):
            assert head.headers.get(name) == get.headers.get(name)


async def test_get_and_head_change_nothing(shop: Shop) -> None:
    before = (await shop.graphql("{ tags { totalCount } }"))["data"]
    for method in ("GET", "HEAD"):
        for said in ({"query": MUTATION}, {"query": MUTATION, "extensions": persisted(MUTATION)}):
            answer = await by_get(shop, method=method, who="admin", known="*", **said)
            assert answer.status_code == 405
            assert answer.headers["allow"] == "POST"
            assert "etag" not in answer.headers
    answer = await by_get(shop, who="admin", extensions=persisted(MUTATION))
    assert refusal(answer) == (405, "malformed")
    assert (await shop.graphql("{ tags { totalCount } }"))["data"] == before


async def test_a_url_has_all_that_a_body_has(shop: Shop) -> None:
    query = "query A($n: Int) { tags(first: $n) { nodes { name } } } query B { __typename }"
    said = {"query": query, "variables": {"n": 1}, "operationName": "A", "extensions": {"some": "value"}}
    get, post = await by_get(shop, **said), await by_post(shop, said)
    assert get.content == post.content
    assert len(get.json()["data"]["tags"]["nodes"]) == 1


# -- forms that are refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 3])
async def test_batches_are_refused(shop: Shop, size: int) -> None:
    answer = await by_post(shop, [{"query": TAGS}] * size)
    assert refusal(answer) == (400, "malformed")
    assert "Send each request by itself" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("media_type", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None, "",
    "text/plain; application/json", "application/jsonp", "text/plain, application/json", "application/graphql",
])  # fmt: skip
async def test_another_site_cannot_send_a_mutation_unasked(shop: Shop, media_type: str | None) -> None:
    """What a browser sends without asking first (Fetch, CORS-safelisted request-header), and what looks like it."""
    body = json.dumps({"query": MUTATION}).encode()
    headers = await shop.headers("admin") | ({} if media_type is None else {"Content-Type": media_type})
    before = (await shop.graphql("{ tags { totalCount } }"))["data"]
    answer = await shop.client.post("/graphql", content=body, headers=headers)
    assert refusal(answer) == (415, "malformed")
    assert (await shop.graphql("{ tags { totalCount } }"))["data"] == before


async def test_extensions_are_an_object(shop: Shop) -> None:
    for extensions in ("text", "{}", 0, False, []):
        assert refusal(await by_post(shop, {"query": TAGS, "extensions": extensions})) == (400, "malformed")
    for text in ("[]", "text", "0", "", '"{}"'):
        assert refusal(await by_get(shop, query=TAGS, extensions=text)) == (400, "malformed")
    for absent in (None, {}, {"other": 1}, {"persistedQuery": None}):
        assert "errors" not in (await by_post(shop, {"query": TAGS, "extensions": absent})).json()


# -- automatic persisted queries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_document_is_sent_once(shop: Shop, method: str) -> None:
    async def asked(**said: Any) -> httpx.Response:
        return await (by_get(shop, **said) if method == "GET" else by_post(shop, said))

    query = f"query By{method}($n: Int) {{ tags(first: $n) {{ nodes {{ name }} }} }}"
    named = {"extensions": persisted(query), "variables": {"n": 2}}
    for _ in range(2):
        answer = await asked(**named)
        assert refusal(answer) == (200, "PERSISTED_QUERY_NOT_FOUND")
        assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    sent = await asked(query=query, **named)
    assert len(sent.json()["data"]["tags"]["nodes"]) == 2
    assert (await asked(**named)).content == sent.content
    assert (await asked(extensions=persisted(query), variables={"n": 1})).content != sent.content
    if method == "GET":
        tag = sent.headers["etag"]
        assert (await by_get(shop, known=tag, **named)).status_code == 304


async def test_a_document_that_is_not_known_has_a_status_of_its_own(shop: Shop) -> None:
    named: dict[str, Any] = {"extensions": persisted("{ tags { nodes { id } } }")}
    for answer in (await by_get(shop, accept=RESPONSE_TYPE, **named), await by_post(shop, named, accept=RESPONSE_TYPE)):
        assert refusal(answer) == (400, "PERSISTED_QUERY_NOT_FOUND")
        assert answer.headers["content-type"].startswith(RESPONSE_TYPE)


async def test_a_browser_that_names_a_document_is_answered(shop: Shop) -> None:
    named: tuple[dict[str, Any], ...] = ({"extensions": persisted(TAGS)}, {"documentId": "x"}, {"query": TAGS})
    for said in named:
        answer = await by_get(shop, accept="text/html,*/*;q=0.8", **said)
        assert answer.headers["content-type"].startswith("application/json")


async def test_a_hash_is_that_of_the_document(shop: Shop) -> None:
    other = "{ tags { nodes { name slug } } }"
    for wrong in (hash_of(other), hash_of(TAGS).upper(), hash_of(TAGS)[:32], "x"):
        answer = await by_post(shop, {"query": TAGS, "extensions": persisted(TAGS, sha256Hash=wrong)})
        assert refusal(answer) == (400, "malformed")
        answer = await by_post(shop, {"extensions": persisted(TAGS, sha256Hash=wrong)})
        assert refusal(answer) == (200, "PERSISTED_QUERY_NOT_FOUND")


@pytest.mark.parametrize("wrong", [
    "text", [], 1, {}, {"version": 1}, {"sha256Hash": "x"}, {"version": 2, "sha256Hash": "x"},
    {"version": "1", "sha256Hash": "x"}, {"version": 1, "sha256Hash": 5}, {"version": 1, "sha256Hash": ""},
    {"version": 1, "sha256Hash": None},
])  # fmt: skip
async def test_another_protocol_is_refused(shop: Shop, wrong: Any) -> None:
    for said in ({"query": TAGS}, {}):
        answer = await by_post(shop, {**said, "extensions": {"persistedQuery": wrong}})
        assert refusal(answer) == (400, "malformed")
        assert "persistedQuery" in answer.json()["errors"][0]["message"]


async def test_what_cannot_be_executed_is_not_kept(shop: Shop) -> None:
    for wrong in ("{", "{ colours }"):
        said = {"query": wrong, "extensions": persisted(wrong)}
        assert refusal(await by_post(shop, said))[1] in ("malformed", "invalid")
        assert refusal(await by_post(shop, {"extensions": said["extensions"]}))[1] == "PERSISTED_QUERY_NOT_FOUND"


async def test_kept_documents_have_bounds(shop: Shop) -> None:
    padded = TAGS + "#" + "é" * ((documents.MAX_PERSISTED_BYTES - len(TAGS) - 1) // 2)
    at_the_bound = padded + "." * (documents.MAX_PERSISTED_BYTES - len(padded.encode()))
    for query, kept in ((at_the_bound, True), (at_the_bound + ".", False)):
        said = {"query": query, "extensions": persisted(query)}
        assert "data" in (await by_post(shop, said)).json()
        again = (await by_post(shop, {"extensions": said["extensions"]})).json()
        assert ("data" in again) is kept
    many = [f"{{ a{number}: __typename }}" for number in range(documents.MAX_PERSISTED + 1)]
    for query in many:
        await by_post(shop, {"query": query, "extensions": persisted(query)})
    found = ["data" in (await by_post(shop, {"extensions": persisted(query)})).json() for query in many]
    assert found == [False] + [True] * documents.MAX_PERSISTED


# -- trusted documents -------------------------------------------------------------------------------------------

LISTED = "query Listed($n: Int) { tags(first: $n) { nodes { name } } }"
MAKE = 'mutation Make { createTag(input: {name: "trusted"}) { tag { name } errors { code } } }'
TWO = "query One { tags { totalCount } } query Other { __typename }"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trusted") / "persisted-documents.json"
    path.write_text(json.dumps({"listed": LISTED, "sha256:" + hash_of(MAKE): MAKE, hash_of(TWO)[:40]: TWO}))
    return path


@pytest.fixture(scope="module")
async def trusting(shop_url: str, manifest: Path) -> AsyncIterator[Shop]:
    """The shop with trusted documents beside all others."""
    async with opened(shop_url, trusted_documents=manifest) as shop:
        yield shop


@pytest.fixture(scope="module")
async def strict(shop_url: str, manifest: Path) -> AsyncIterator[Shop]:
    """The shop with trusted documents only."""
    async with opened(shop_url, trusted_documents=manifest, only_trusted_documents=True) as shop:
        yield shop


@pytest.fixture(params=["trusting", "strict"])
def either(request: pytest.FixtureRequest, trusting: Shop, strict: Shop) -> Shop:
    return trusting if request.param == "trusting" else strict


async def test_a_trusted_document_is_named(either: Shop) -> None:
    expected = (await by_post(either, {"query": LISTED, "variables": {"n": 2}})).content
    assert len(json.loads(expected)["data"]["tags"]["nodes"]) == 2
    by_hash = hash_of(LISTED)
    for name in (
        {"documentId": "listed"}, {"documentId": f"sha256:{by_hash}"}, {"extensions": persisted(LISTED)},
        {"extensions": persisted(LISTED, sha256Hash="listed")}, {"query": LISTED, "extensions": persisted(LISTED)},
    ):  # fmt: skip
        said: dict[str, Any] = {**name, "variables": {"n": 2}}
        assert (await by_post(either, said)).content == expected
        answer = await by_get(either, **said)
        assert answer.content == expected
        assert (await by_get(either, known=answer.headers["etag"], **said)).status_code == 304


async def test_a_trusted_document_has_operations_and_mutations(either: Shop) -> None:
    name = hash_of(TWO)[:40]
    answer = await by_post(either, {"documentId": name, "operationName": "Other"})
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert refusal(await by_post(either, {"documentId": name}))[1] == "invalid"
    assert refusal(await by_get(either, documentId="sha256:" + hash_of(MAKE))) == (405, "malformed")
    made = await by_post(either, {"documentId": "sha256:" + hash_of(MAKE)})
    assert made.json()["errors"][0]["extensions"]["code"] == "unauthenticated"


async def test_an_id_that_is_not_known(either: Shop, shop: Shop) -> None:
    for accept, status in (("*/*", 200), (RESPONSE_TYPE, 400)):
        for wrong in ("unlisted", hash_of(LISTED), f"sha256:{hash_of(LISTED).upper()}", "x" * 5000, "sha256:"):
            assert refusal(await by_post(either, {"documentId": wrong}, accept=accept)) == (status, "not_found")
        assert refusal(await by_post(shop, {"documentId": "listed"}, accept=accept)) == (status, "not_found")


async def test_a_request_means_one_document(either: Shop) -> None:
    for more in ({"query": LISTED}, {"extensions": persisted(LISTED)}):
        assert refusal(await by_post(either, {"documentId": "listed", **more})) == (400, "malformed")
    for wrong in (5, [], {}, True):
        assert refusal(await by_post(either, {"documentId": wrong})) == (400, "malformed")


async def test_only_trusted_documents_are_executed(strict: Shop, trusting: Shop) -> None:
    for untrusted in (TAGS, f"{LISTED} ", "{ __schema { queryType { name } } }", "{", MUTATION):
        ways: tuple[dict[str, Any], ...] = (
            {"query": untrusted}, {"query": untrusted, "extensions": persisted(untrusted)},
            {"extensions": persisted(untrusted)}, {"query": untrusted, "extensions": persisted(LISTED)},
        )  # fmt: skip
        for said in ways:
            for accept, status in (("*/*", 200), (RESPONSE_TYPE, 400)):
                answer = await by_post(strict, said, accept=accept)
                assert refusal(answer) == (status, "forbidden")
                assert "Only trusted documents" in answer.json()["errors"][0]["message"]
                assert refusal(await by_get(strict, accept=accept, **said)) == (status, "forbidden")
    assert "data" in (await by_post(trusting, {"query": TAGS, "extensions": persisted(TAGS)})).json()
    assert "data" in (await by_post(trusting, {"extensions": persisted(TAGS)})).json()


async def test_graphiql_says_that_it_is_off(strict: Shop, trusting: Shop) -> None:
    pages = [await by_get(shop, accept="text/html") for shop in (strict, trusting)]
    assert [page.status_code for page in pages] == [200, 200]
    assert ["GraphiQL is off" in page.text for page in pages] == [True, False]
    assert "<script" not in pages[0].text
    assert all(page.headers["vary"].startswith("Accept") for page in pages)


@pytest.mark.parametrize(("text", "says"), [
    (None, "cannot be read: No such file or directory."),
    ("{", "is not JSON"),
    ("[]", "must be a JSON object with documents by their ids."),
    ('{"a": 5}', "the document 'a' must be a text."),
    ('{"a": "{ __typename }", "b": "{ tags { colour } }"}', "the document 'b' is not valid: Cannot query field"),
    ('{"a": "{"}', "the document 'a' is not valid: Syntax Error: Expected Name, found <EOF> (line 1, column 2)."),
    ('{"a": ""}', "the document 'a' is not valid: Syntax Error: Unexpected <EOF>"),
    ('{"sha256:12": "{ __typename }"}', "'sha256:12' is not the hash of its document: sha256:"),
])  # fmt: skip
async def test_a_wrong_manifest_stops_the_start(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "documents.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(WrongSetting) as wrong:
        async with opened("sqlite://:memory:", trusted_documents=path):
            pass
    assert str(wrong.value).startswith("TWOFOLD_TRUSTED_DOCUMENTS: ")
    assert str(path) in str(wrong.value)
    assert says in str(wrong.value)


async def test_only_trusted_documents_needs_some() -> None:
    with pytest.raises(WrongSetting, match="TWOFOLD_ONLY_TRUSTED_DOCUMENTS leaves no document to execute"):
        async with opened("sqlite://:memory:", only_trusted_documents=True):
            pass
