"""The short way to the routes of resources: a dictionary instead of a search through all routes.

Every route is FastAPI's too, which documents it, and serves it in the same way when it is reached without this; what a
path has no method for, and what is not of a resource, goes that way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from twofold.errors import ServiceError
from twofold_rest.errors import http_error, service_error

__all__ = ["Endpoint", "Shortcut", "Shortcuts"]

Endpoint: TypeAlias = Callable[[Request], Awaitable[ASGIApp]]


class Shortcuts:
    """Endpoints by method and path: `/prefix/name`, `/prefix/name/{id}` or `/prefix/name/{id}/relation`.

    A word of our own in the place of an id, `/prefix/name/word`, comes before the ids.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = f"{prefix}/"
        self._whole: dict[tuple[str, str], Endpoint] = {}
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._words: dict[tuple[str, str], dict[str, Endpoint]] = {}

    def add(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Adds a route; `path` is as in FastAPI."""
        name, _, rest = path.removeprefix(self._prefix).partition("/")
        if rest and not rest.startswith("{"):
            self._words.setdefault((name, rest), {})[method] = endpoint
        else:
            self._endpoints[method, path.removeprefix(self._prefix)] = endpoint

    def add_whole(self, route: Route) -> None:
        """Adds the route of one path, wherever it is, such as that of another face."""
        for method in route.methods or ():
            self._whole[method, route.path] = route.endpoint

    def find(self, scope: Scope) -> Endpoint | None:
        """Returns the endpoint of a request, whose scope then has the path's parameters, or None.

        Raises:
            HTTPException: the path has a word where others have an id, and not this method.
        """
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        if not path.startswith(self._prefix):
            return self._whole.get((scope["method"], path))
        match path[len(self._prefix) :].split("/"):
            case [name]:
                return self._endpoints.get((scope["method"], name))
            case [name, word] if (name, word) in self._words:
                return _of_method(self._words[name, word], scope["method"])
            case [name, key] if key:
                template = f"{name}/{{id}}"
            case [name, key, relation] if key:
                template = f"{name}/{{id}}/{relation}"
            case _:
                return None
        scope["path_params"] = {"id": key}
        return self._endpoints.get((scope["method"], template))


class Shortcut:
    """Serves what has a short way; all else goes on to `app`."""

    def __init__(self, app: ASGIApp, *, shortcuts: Shortcuts) -> None:
        self.app = app
        self.shortcuts = shortcuts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer: ASGIApp
        try:
            endpoint = self.shortcuts.find(scope)
            answer = self.app if endpoint is None else await endpoint(request)
        except ServiceError as error:
            answer = service_error(request, error)
        except HTTPException as error:
            answer = http_error(request, error)
        await answer(scope, receive, send)


def _of_method(endpoints: Mapping[str, Endpoint], method: str) -> Endpoint:
    """Refused here, because in FastAPI's routes the word would be an id for the other methods."""
    if method not in endpoints:
        raise HTTPException(405, "Method Not Allowed", headers={"Allow": ", ".join(sorted(endpoints))})
    return endpoints[method]
