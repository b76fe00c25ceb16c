"""Databases that were there before, adopted: closed at first, and once opened, served on both faces as they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.adopted.asking import graphql, path_of, rows_of
from support.adopted.domain import served
from support.adopted.project import Project, inspected, run, serving
from support.figures import count
from support.server import ROOT
from twofold_graphql.names import camel

pytestmark = pytest.mark.adopt
pytest_plugins = ("support.adopted.fixtures",)


def expected(project: Project) -> dict[str, list[dict[str, Any]]]:
    """What each resource must show, of the fields that the domain knows."""
    found = {name: [dict(row) for row in rows] for name, rows in project.domain.views.items()}
    for resource, (table, names) in project.domain.served.items():
        rows = project.domain.rows[table][1]
        found[resource] = [{name: served(row[place], project.dialect) for name, place in names.items()} for row in rows]
    return found


def test_nothing_is_changed_by_the_command(adoption: Any) -> None:
    assert adoption.after == adoption.before


def test_all_is_closed_at_first(adoption: Any) -> None:
    assert adoption.closed.keys() >= expected(adoption.project).keys()
    assert set(adoption.closed.values()) == {("unauthenticated", "unauthenticated")}
    count("adopt", "resources closed", len(adoption.closed))


async def test_opened_it_is_served_as_it_is(adoption: Any) -> None:
    """All rows, on both faces, of a real server; new ones can be written, and the tables stay as they were."""
    project: Project = adoption.project
    with serving(project) as client:
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
    assert nodes == [len(rows), *sorted(map(_wide, rows), key=repr)] or nodes == rest, resource
    count("adopt", "rows compared", len(rows))


def _wide(row: dict[str, Any]) -> dict[str, Any]:
    return row


def write(client: httpx.Client, resource: str, new: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Creates a row by REST, changes it by GraphQL, and deletes it by REST; each time both faces show the same."""
    answer = client.post(path_of(resource), json=new)
    assert answer.status_code == 201, answer.text
    shown = answer.json()["data"]
    key = shown["id"] if "id" in shown else next(iter(shown.values()))
    assert {name: shown[name] for name in new if name in shown} == {
        name: each for name, each in new.items() if name in shown
    }
    place = f"{path_of(resource)}/{key}"
    answer = client.patch(place, json=changes)
    assert answer.status_code == 200, answer.text
    for name, value in changes.items():
        if name in shown:
            assert answer.json()["data"][name] == value, name
    names = list(shown)
    asked = " ".join(f"{name}: {camel(name)}" for name in names)
    listed = graphql(client, f"{{ found: {camel(resource)}(first: 100) {{ nodes {{ {asked} }} }} }}")["data"]["found"][
        "nodes"
    ]
    assert client.get(place).json()["data"] in listed
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404
    count("adopt", "rows written")


def _of(values: Mapping[str, Any], project: Project) -> dict[str, Any]:
    return {name: served(each, project.dialect) for name, each in values.items()}


def test_the_project_is_as_an_engineer_would_write_it(adoption: Any) -> None:
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
def test_drift_is_told_of_the_engine_s_tables_only(adoption: Any) -> None:
    done = run("migrate", "check", cwd=adoption.project.folder, url=adoption.project.url)
    assert done.returncode == 0, done.stderr
    assert ROOT.name not in done.stdout
