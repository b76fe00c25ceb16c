"""The README tells the truth: its tour is run as it stands, and its tables list what there is."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import server
from support.needs import cannot
from twofold.cli import app
from twofold.settings import Settings
from twofold_rest.errors import HTTP_CODES, STATUSES
from twofold_rest.metrics import COUNTERS, OTHERS

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRACT = (ROOT / "docs" / "contract.md").read_text()
IDENTITY = (ROOT / "docs" / "identity.md").read_text()
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/*/*.md")]
STEP = re.compile(r"```sh\n(?P<command>[^`]*)```\n\n```json\n(?P<answer>[^`]*)```")
ANYTHING = "…"
BETWEEN = "\n=====\n"


@pytest.fixture(scope="module")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of the fresh server is."""
    return tmp_path_factory.mktemp("tour") / "twofold.db"


@pytest.fixture(scope="module")
def fresh_server(fresh_database: Path) -> Iterator[str]:
    """`twofold serve` on a database of its own: the tour writes."""
    with server.serving(fresh_database) as url:
        yield url


@pytest.mark.parametrize(("text", "least"), [(README, 7), (IDENTITY, 2)], ids=["README", "identity"])
def test_the_tour_runs_as_it_stands(text: str, least: int, fresh_server: str, fresh_database: Path) -> None:
    if shutil.which("curl") is None:
        cannot("there is no curl on PATH (Debian: apt-get install curl)")
    steps = list(STEP.finditer(text))
    assert len(steps) >= least
    script = f"\nprintf '{BETWEEN.encode('unicode_escape').decode()}'\n".join(step["command"] for step in steps)
    script = script.replace("http://127.0.0.1:8000", fresh_server)
    script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    environment = {**os.environ, "TWOFOLD_DATABASE_URL": f"sqlite://{fresh_database}"}
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    answers = [json.loads(answer) for answer in run.stdout.split(BETWEEN)]
    for step, answer in zip(steps, answers, strict=True):
        expected = json.loads(step["answer"])
        assert _filled_in(expected, answer) == answer, step["command"]


def _filled_in(expected: Any, answer: Any) -> Any:
    """Returns what is expected with the answer's own value where anything is."""
    if expected == ANYTHING:
        return answer
    if isinstance(expected, dict) and isinstance(answer, dict):
        return {key: _filled_in(value, answer.get(key)) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        return [_filled_in(each, other) for each, other in zip(expected, answer, strict=True)]
    return expected


def test_the_comparison_of_the_tour_can_fail() -> None:
    assert _filled_in({"a": "…", "b": 1}, {"a": "x", "b": 2}) != {"a": "x", "b": 2}
    assert _filled_in({"a": 1}, {"a": 1, "b": 2}) != {"a": 1, "b": 2}
    assert _filled_in([1], [1, 2]) != [1, 2]


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_readme_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    assert f"| `TWOFOLD_{name.upper()}` | `{field.default}` | {field.description} |" in README


def test_every_command_is_in_the_readme() -> None:
    commands = [command.callback.__name__ for command in app.registered_commands if command.callback]
    commands += [str(group.name) for group in app.registered_groups]
    missing = [name for name in commands if f"`twofold {name}" not in README]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_something(page: Path) -> None:
    for path, anchor in re.findall(r"\]\((?!http)([^)#\s]*)#?([^)\s]*)\)", _prose(page)):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


def _prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The headings of a page, as links spell them."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_metric_is_explained() -> None:
    page = (ROOT / "docs" / "cache.md").read_text()
    for name in (*(f"twofold_cache_{counter}_total" for counter in COUNTERS), *OTHERS):
        assert f"`{name}`" in page or f"`…{name.removeprefix('twofold_cache')}`" in page


def test_the_code_map_names_what_is_there() -> None:
    code_map = README.partition("```text\n")[2].partition("```")[0]
    names = set(re.findall(r"[\w/]+(?:\.py|/)", code_map))
    assert len(names) > 20
    known = {str(path.relative_to(ROOT)) for path in ROOT.glob("*/**/*.py")}
    folders = {f"{path.rpartition('/')[0]}/" for path in known} | {f"{path.name}/" for path in ROOT.iterdir()}
    for name in names:
        assert any(path.endswith(name) for path in known | folders), name


def test_every_error_code_is_in_the_contract_with_its_status() -> None:
    statuses = {**STATUSES, **{code: status for status, code in HTTP_CODES.items()}, "internal": 500}
    for code, status in statuses.items():
        assert f"| `{code}` | {status} |" in CONTRACT
