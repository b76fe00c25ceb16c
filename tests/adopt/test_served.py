"""Databases that were there before, adopted: closed at first, and once opened, served on both faces as they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.adopted.adoption import Adoption
from support.adopted.asking import codes, path_of, rows_of
from support.adopted.domain import served
from support.adopted.project import Project, inspected, run, serving
from support.figures import count
from support.server import ROOT

pytestmark = pytest.mark.adopt
pytest_plugins = ("support.adopted.fixtures",)


def expected(project: Project) -> dict[str, list[dict[str, Any]]]:
    """What each resource must show, of the fields that the domain knows."""
    found = {name: [dict(row) for row in rows] for name, rows in project.domain.views.items()}
    for resource, (table, names) in project.domain.served.items():
        rows = project.domain.rows[table][1]
        found[resource] = [{name: served(row[place], project.dialect) for name, place in names.items()} for row in rows]
    return found


def test_nothing_is_changed_by_the_command(adoption: Adoption) -> None:
    assert adoption.after == adoption.before


def test_all_is_closed_at_first(adoption: Adoption) -> None:
    assert adoption.closed.keys() >= expected(adoption.project).keys()
    assert set(adoption.closed.values()) == {("unauthenticated", "unauthenticated")}
    count("adopt", "resources closed", len(adoption.closed))


def test_a_row_that_is_not_shown_is_noticed(adoption: Adoption) -> None:
    resource, rows = next(iter(expected(adoption.project).items()))
    name = next(iter(rows[0]))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"total": len(rows), "data": rows})
        return httpx.Response(200, json={"data": {"found": {"totalCount": len(rows), "nodes": rows[:-1]}}})

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://planted")
    with pytest.raises(AssertionError, match=resource):
        compare(client, resource, rows)
    with pytest.raises(AssertionError, match=resource):
        compare(client, resource, [{**rows[0], name: "another"}, *rows[1:]])


async def test_opened_it_is_served_as_it_is(adoption: Adoption) -> None:
    """All rows, on both faces, of a real server; new ones can be written, and the tables stay as they were."""
    project: Project = adoption.project
    with serving(project) as client:
        assert set(codes(client).values()) == {("shown", "shown")}
        for resource, rows in expected(project).items():
            compare(client, resource, rows)
        for resource, (new, changes) in project.domain.writes.items():
            write(client, resource, *(_of(values, project) for values in (new, changes)))
        for resource, rows in expected(project).items():
            compare(client, resource, rows)
    now = await inspected(project.url)
    assert {name: now.tables[name] for name in adoption.before.tables} == adoption.before.tables
    assert all(name.startswith("twofold_") for name in now.tables.keys() - adoption.before.tables.keys())


def compare(client: httpx.Client, resource: str, rows: list[dict[str, Any]]) -> None:
    rest, nodes = rows_of(client, resource, list(rows[0]))
    assert rest == [len(rows), *sorted(rows, key=repr)], resource
    assert nodes == rest, resource
    count("adopt", "rows compared", len(rows))


def write(client: httpx.Client, resource: str, new: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Creates, changes and deletes a row; both faces show what it is in between."""
    answer = client.post(path_of(resource), json=new)
    assert answer.status_code == 201, answer.text
    shown = answer.json()["data"]
    assert {**shown, **_seen(new, shown)} == shown, resource
    place = f"{path_of(resource)}/{shown['id']}"
    answer = client.patch(place, json=changes)
    assert answer.status_code == 200, answer.text
    changed = answer.json()["data"]
    assert changed == {**shown, **_seen(changes, shown)}, resource
    rest, nodes = rows_of(client, resource, list(changed))
    assert changed in rest
    assert nodes == rest
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404
    count("adopt", "rows written")


def _seen(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent but for the keys of relations to many, which are not shown so."""
    return {name: value for name, value in sent.items() if name in shown}


def _of(values: Mapping[str, Any], project: Project) -> dict[str, Any]:
    return {name: served(each, project.dialect) for name, each in values.items()}


@pytest.mark.parametrize("domain_and_dialect", ["hostile on sqlite", "hostile on postgres"], indirect=True)
def test_people_sign_in_beside_tables_that_are_called_as_the_engine_s(adoption: Adoption) -> None:
    """Users, tokens, keys, attempts: in tables of their own, next to other people's `users` and `sessions`."""
    project = adoption.project
    who = {"email": "ann@example.com", "password": "correct horse battery"}
    made = run(
        "users", "create", who["email"], "--name", "Ann", cwd=project.folder, url=project.url, said=who["password"]
    )
    assert made.returncode == 0, made.stderr
    key = run("keys", "create", who["email"], "--name", "k", cwd=project.folder, url=project.url).stdout.strip()
    with serving(project) as client:
        assert client.post("/auth/login", json=who | {"password": "not that one"}).status_code == 401
        signed_in = client.post("/auth/login", json=who)
        assert signed_in.status_code == 200, signed_in.text
        token = signed_in.json()["access_token"]
        for headers in ({"Authorization": f"Bearer {token}"}, {"X-API-Key": key}):
            answer = client.get("/api/v1/users", headers=headers)
            assert answer.json()["total"] == len(project.domain.rows["users"][1])
        assert client.get("/api/v1/users", headers={"Authorization": "Bearer none"}).status_code == 401


def test_the_project_is_as_an_engineer_would_write_it(adoption: Adoption) -> None:
    project: Project = adoption.project
    package = project.folder / project.package
    config = f"src = ['{project.folder}']\nline-length = 120\ntarget-version = 'py311'\n"
    config += "[lint]\nselect = ['A', 'B', 'E', 'F', 'I', 'RUF', 'UP', 'W']\nignore = ['RUF012', 'RUF001']\n"
    (project.folder / "ruff.toml").write_text(config + "isort.known-third-party = ['twofold']\n")
    for command in (["check"], ["format", "--check"]):
        done = _ruff(*command, str(package), cwd=project.folder)
        assert done.returncode == 0, done.stdout + done.stderr
    (project.folder / "ruff.toml").unlink()


def _ruff(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).parent / "ruff")
    return subprocess.run([program, *arguments, "--no-cache"], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("domain_and_dialect", ["hostile on sqlite", "films on postgres"], indirect=True)
def test_drift_is_told_of_the_engine_s_tables_only(adoption: Adoption) -> None:
    done = run("migrate", "check", cwd=adoption.project.folder, url=adoption.project.url)
    assert done.returncode == 0, done.stderr
    assert ROOT.name not in done.stdout
