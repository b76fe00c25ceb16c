"""What a git repository knows: which files changed since a revision, and what they were."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["NoRevision", "Since", "base_of", "checked_out", "files_since", "top_of"]

BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


class NoRevision(Exception):
    """There is no git repository, or it has no such revision."""


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise NoRevision("git is not installed") from None
    if done.returncode:
        raise NoRevision(done.stderr.strip().partition("\n")[0] or f"git {arguments[0]} failed")
    return done.stdout


def base_of(folder: Path, revision: str | None = None) -> tuple[str, str]:
    """Returns the revision to compare with, as people call it, and its hash.

    That is `revision`; or else the latest tag before HEAD, since a release is what others use; or else where the branch
    left the main one.

    Raises:
        NoRevision: there is none.
    """
    if revision is not None:
        return revision, _hash(folder, revision)
    try:
        tag = _git(folder, "describe", "--tags", "--abbrev=0", "HEAD").strip()
        return tag, _hash(folder, tag)
    except NoRevision:
        pass
    for branch in BRANCHES:
        try:
            return f"the last commit shared with {branch}", _git(folder, "merge-base", "HEAD", branch).strip()
        except NoRevision:
            continue
    return "HEAD", _hash(folder, "HEAD")


def _hash(folder: Path, revision: str) -> str:
    if revision.startswith("-"):
        raise NoRevision(f"{revision} is no revision")
    return _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()


def top_of(folder: Path) -> Path:
    """Returns the folder of the repository that `folder` is in.

    Raises:
        NoRevision: it is in none.
    """
    return Path(_git(folder, "rev-parse", "--show-toplevel").strip()).resolve()


@dataclass(frozen=True, kw_only=True)
class Since:
    """Files that are not what they were, committed or not."""

    new: list[Path]
    changed: list[Path]
    """Also those that are gone."""


def files_since(folder: Path, revision: str) -> Since:
    """Returns what became of the files in `folder` since `revision`.

    Raises:
        NoRevision: there is none of that name.
    """
    root = top_of(folder)
    said = _git(folder, "diff", "--name-status", "--no-renames", "-z", "--end-of-options", revision, "--", ".")
    pieces = said.split("\0")
    found = list(zip(pieces[::2], pieces[1::2], strict=False))
    untracked = _git(folder, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return Since(
        new=[root / name for status, name in found if status == "A"] + [folder / name for name in untracked if name],
        changed=[root / name for status, name in found if status != "A"],
    )


@contextmanager
def checked_out(folder: Path, revision: str) -> Iterator[Path]:
    """Gives the repository's files as they were at `revision`, in a folder of their own that is removed afterwards.

    Raises:
        NoRevision: there is none of that name.
    """
    with TemporaryDirectory(prefix="twofold-review-") as made:
        tree = Path(made).resolve() / "tree"
        _git(folder, "worktree", "add", "--detach", "--quiet", str(tree), revision)
        try:
            yield tree
        finally:
            _git(folder, "worktree", "remove", "--force", str(tree))
