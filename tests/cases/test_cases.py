"""Golden cases: a question, its answer (the same bytes on both databases) and the statements behind it.

A case is `name.graphql` or `name.http`, with `name.json` and `name.sql` beside it. `pytest -m golden --write-cases`
writes the two; what changed is then read in the diff before it is committed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.databases import DIALECTS
from support.figures import count
from support.shop import Shop
from support.statements import recorded
from twofold.sql.actor import statements_of_actor

pytestmark = pytest.mark.golden

HERE = Path(__file__).parent
CASES = sorted([*HERE.glob("*.graphql"), *HERE.glob("*.http")])
SETTING = re.compile(r"# (who|variables): (.*)")
SECTION = re.compile(r"^-- (sqlite|postgres)\n", re.MULTILINE)
CLAUSE, NEW_LINE = re.compile(r" (?=(?:FROM|LEFT JOIN|WHERE|ORDER BY) )"), "\n  "
CREDENTIALS = {text for dialect in DIALECTS for text in statements_of_actor(dialect).values()}
"""What looks up who asks: not part of the question."""


@dataclass(frozen=True)
class Case:
    """A question, by whom."""

    text: str
    who: str | None
    variables: dict[str, Any]

    async def ask(self, shop: Shop) -> Any:
        """Returns the body of the answer."""
        if not self.text.startswith("GET "):
            return await shop.graphql(self.text, who=self.who, **self.variables)
        answer = await shop.rest("GET", "".join(self.text.removeprefix("GET ").split()), who=self.who)
        assert answer.status_code == 200, answer.text
        return answer.json()


def read(path: Path) -> Case:
    """Returns the case in a file; comments at its top say who asks, and the values of the variables."""
    lines = path.read_text().splitlines()
    settings = {found[1]: found[2] for line in lines if (found := SETTING.fullmatch(line))}
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return Case(text=text, who=settings.get("who"), variables=json.loads(settings.get("variables", "{}")))


def statements_in(path: Path) -> dict[str, str]:
    """Returns the statements in a case's `.sql`, by database."""
    parts = SECTION.split(path.read_text())[1:] if path.exists() else []
    return {dialect: text.strip() for dialect, text in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
async def test_case(shop: Shop, path: Path, pytestconfig: pytest.Config) -> None:
    case, dialect = read(path), shop.engine.database.dialect
    await shop.headers(case.who)
    with recorded() as statements:
        answer = await case.ask(shop)
    found = "\n".join(f"{CLAUSE.sub(NEW_LINE, each)};" for each in statements if each not in CREDENTIALS)
    expected = statements_in(path.with_suffix(".sql"))
    if pytestconfig.getoption("--write-cases"):
        path.with_suffix(".json").write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
        expected[dialect] = found
        sections = [f"-- {name}\n{text}\n" for name, text in sorted(expected.items(), reverse=True)]
        path.with_suffix(".sql").write_text("\n".join(sections))
    assert answer == json.loads(path.with_suffix(".json").read_text())
    assert found == expected[dialect]
    count("golden", "cases equal")
    count("golden", "statements", found.count(";\n") + 1)


def test_every_file_belongs_to_one_case() -> None:
    known = {path.stem for path in CASES}
    assert len(known) == len(CASES)
    assert {path.stem for path in HERE.iterdir() if path.suffix in (".json", ".sql")} == known
