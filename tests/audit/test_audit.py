"""The server audit of the npm package `graphql-http` finds nothing to warn of."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.figures import count
from support.needs import cannot

pytestmark = pytest.mark.audit

FOLDER = Path(__file__).parent
FILES = (".npmrc", "package.json", "package-lock.json", "audit.mjs")
INSTALL = ("ci", "--loglevel=error", "--prefer-offline", "--fetch-timeout=30000", "--fetch-retries=1")
AUDITS = 61
INSTALL_S = 120
AUDIT_S = 60


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the audit, installed as the lock file says."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        cannot("there is no Node.js with npm on PATH (Debian: apt-get install nodejs npm)")
    folder = tmp_path_factory.mktemp("audit")
    for name in FILES:
        shutil.copyfile(FOLDER / name, folder / name)
    done = subprocess.run(
        [npm, *INSTALL], cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False
    )  # fmt: skip
    if done.returncode:
        cannot(f"npm could not install the audit: {done.stderr}")
    return folder


def audited(installed: Path, url: str) -> list[dict[str, Any]]:
    """What the audit says of the server at the URL."""
    done = subprocess.run(
        ["node", "audit.mjs", url], cwd=installed, capture_output=True, text=True, timeout=AUDIT_S, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def complaints(results: list[dict[str, Any]]) -> list[str]:
    return [
        f"{each['id']} {each['status']}: {each['name']}: {each['reason']}" for each in results if each["status"] != "ok"
    ]


def test_every_audit_is_ok(installed: Path, live_server: str) -> None:
    results = audited(installed, f"{live_server}/graphql")
    for each in results:
        count("audit", f"of GraphQL over HTTP {each['status']}")
    assert complaints(results) == []
    assert len(results) == AUDITS


def test_the_audit_can_fail(installed: Path, live_server: str) -> None:
    found = complaints(audited(installed, f"{live_server}/api/v1/tags"))
    assert len(found) > AUDITS / 2
    assert all(":" in each for each in found)
