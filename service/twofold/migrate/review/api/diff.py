"""Comparing what two revisions of an application promise: each tells it itself, in a process with its own code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twofold.contract import Contract, ContractChange
from twofold.migrate.review.api import dump
from twofold.migrate.review.api.access import access_changes, scope_changes
from twofold.migrate.review.codes import Code
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.git import checked_out, top_of

__all__ = ["ApiDiff", "NotTold", "api_diff"]

TIMEOUT_S = 120
SEVERITIES = {"breaks": Severity.major, "may break": Severity.minor}
FIX = {
    "breaks": "Keep the old beside the new for a release, and mark it deprecated; or serve it under another version.",
    "may break": "Tell those who program against it before the release.",
}
SURROUNDINGS = {
    "TWOFOLD_DATABASE_URL": "sqlite://:memory:", "TWOFOLD_ONLY_TRUSTED_DOCUMENTS": "false", "TWOFOLD_SECRET": "0" * 64,
}  # fmt: skip
"""Settings under which any revision can be asked, without its database."""


class NotTold(Exception):
    """A revision could not be asked."""


@dataclass(frozen=True, kw_only=True)
class ApiDiff:
    """What changed since a revision: findings, and changes that break nothing."""

    findings: Sequence[Finding]
    others: Sequence[str]


def api_diff(folder: Path, revision: str, application: str, contracts: Mapping[str, Contract]) -> ApiDiff:
    """Returns how the API of the code in use differs from that of `revision` of the git repository around `folder`.

    `application` is where an Application is, in both: `storefront.application:STOREFRONT`.

    Raises:
        NoRevision: there is no such revision.
        NotTold: one of the two could not be asked; the sentence says why.
    """
    top = top_of(folder)
    roots = [Path(each).resolve().relative_to(top) for each in sys.path if Path(each).resolve().is_relative_to(top)]
    questions = {name: list(asdict(contract.question).values()) for name, contract in contracts.items()}
    with checked_out(folder, revision) as tree:
        old = _told(tree, roots, application, questions, "the old revision")
    new = _told(top, roots, application, questions, "this code")
    changes = [("OAuth", change) for change in scope_changes(old, new)]
    changes += [(name, change) for name in contracts for change in _changes(contracts[name], name, old, new)]
    findings = [*access_changes(old, new)]
    findings += [_finding(name, change) for name, change in changes if change.effect != "nothing"]
    return ApiDiff(
        findings=sorted(findings, key=lambda each: -each.severity),
        others=[f"{name}: {change.what}" for name, change in changes if change.effect == "nothing"],
    )


def _told(tree: Path, roots: Sequence[Path], application: str, questions: Any, who: str) -> dict[str, Any]:
    """Returns the dump of the code in `tree`."""
    paths = [str(tree / root) for root in roots if (tree / root).is_dir()]
    environment = {**os.environ, **SURROUNDINGS, "TWOFOLD_APPLICATION": application,
                   "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-P", str(dump.__file__)], cwd=tree, env=environment, input=json.dumps(questions),
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotTold(f"{who} did not tell its API within {TIMEOUT_S} s") from None
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2] or "it said nothing"
        raise NotTold(f"{who} cannot tell its API: {last}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _changes(contract: Contract, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ContractChange]:
    before, after = old["answers"].get(name), new["answers"].get(name)
    if before is not None and after is not None:
        try:
            yield from contract.changes(before, after)
        except (KeyError, TypeError, ValueError) as error:
            raise NotTold(
                f"the two answers about {name} cannot be compared: {type(error).__name__}: {error}"
            ) from error
    elif before is not after:
        effect: Any = "breaks" if after is None else "nothing"
        yield ContractChange(effect=effect, what=f"The {name} face is {'not ' if after is None else ''}there now.")


def _finding(name: str, change: ContractChange) -> Finding:
    code: Code = "api-breaks" if change.effect == "breaks" else "api-may-break"
    return Finding(severity=SEVERITIES[change.effect], code=code, file=name, reason=change.what, fix=FIX[change.effect])
