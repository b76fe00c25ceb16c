"""An OpenAPI document as something that real answers are held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from support.figures import count


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    said: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.said["operationId"])

    @property
    def success(self) -> int:
        [status] = [int(status) for status in self.said["responses"] if status.startswith("2")]
        return status


@dataclass
class Contract:
    """The document, and which statuses each operation has answered with."""

    document: dict[str, Any]
    seen: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.document["paths"].items():
            for method, said in methods.items():
                yield Operation(method=method.upper(), path=path, said=said)

    def hold(self, operation: Operation, answer: httpx.Response) -> None:
        """Fails unless the answer is one that the document tells of: status, media type, headers and body."""
        status = str(answer.status_code)
        place = (operation.name, status, answer.text[:2000])
        said = operation.said["responses"].get(status)
        assert said is not None, place
        self.seen[operation.name].add(status)
        for name, header in said.get("headers", {}).items():
            assert name in answer.headers or not header["required"], (name, place)
        for name in ("etag", "location", "link", "retry-after", "www-authenticate", "x-cost"):
            documented = {each.lower() for each in said.get("headers", {})}
            assert name not in answer.headers or name in documented or status == "304", (name, place)
        if "content" not in said:
            assert answer.content == b"", place
        else:
            media_type = answer.headers["content-type"].partition(";")[0]
            schema = said["content"][media_type]["schema"]
            errors = [error.message for error in self.validator(schema).iter_errors(answer.json())]
            assert not errors, (errors[:3], place)
        count("contract", "answers held against the document")

    def validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        """Returns the validator of a schema of the document, whose references lead into it."""
        known = self._validators.get(str(schema))
        if known is None:
            whole = {"allOf": [schema], "components": self.document["components"]}
            known = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
            self._validators[str(schema)] = known
        return known
