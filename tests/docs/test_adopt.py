"""The page on adopting tells the truth: its commands are run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.needs import cannot
from support.server import ROOT, STOP_S, free_port, wait_until_it_answers

pytestmark = pytest.mark.docs

PAGE = (ROOT / "docs" / "adopt.md").read_text()
BLOCK = re.compile(r"```(sh|json)\n(.*?)```", re.DOTALL)


def test_the_page_s_commands_run_as_they_stand(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        cannot("there is no curl on PATH (Debian: apt-get install curl)")
    blocks = [(kind, text) for kind, text in BLOCK.findall(PAGE)]
    assert [kind for kind, _ in blocks] == ["sh", "sh", "sh", "sh", "json"]
    made, opened, served, asked, answer = (text for _, text in blocks)
    for command in (made, opened):
        _run(command, tmp_path)
    port = free_port()
    process = subprocess.Popen(
        ["bash", "-c", served.strip().replace("twofold serve", f"exec twofold serve --port {port}")],
        cwd=tmp_path, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}", process)
        assert json.loads(_run(asked.replace(":8000", f":{port}"), tmp_path)) == json.loads(answer)
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=STOP_S)
    assert process.returncode == 0, output


def _run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=_environment(), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("TWOFOLD_")}
    roots = os.pathsep.join(str(ROOT / each) for each in ("service", "graphql", "rest"))
    return {**given, "PYTHONPATH": roots, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{given['PATH']}"}
