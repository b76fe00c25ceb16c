"""The ASGI host: REST of all resources, the sign-in, the documents page, and whatever other faces are given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from twofold.engine import Engine
from twofold.errors import FieldError, Invalid, Malformed, ServiceError
from twofold.migrate.behind import warn_if_behind
from twofold_rest.access_log import hide_secrets
from twofold_rest.aggregate_openapi import aggregate_components
from twofold_rest.contract import RestContract
from twofold_rest.cors import SHARED, Cors
from twofold_rest.documents import CSP, STATIC, documents_page
from twofold_rest.errors import http_error, internal_error, service_error
from twofold_rest.identity.mount import mount_identity
from twofold_rest.identity.schemes import identity_schemes
from twofold_rest.metrics import add_metrics
from twofold_rest.middleware import Surroundings
from twofold_rest.openapi import components, refused
from twofold_rest.routes import PREFIX, add_batch, add_routes
from twofold_rest.shortcut import Shortcut, Shortcuts
from twofold_rest.sign_in import sign_in_router
from twofold_rest.write_openapi import write_components

__all__ = ["Face", "create_app"]


NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own looks for three providers on every request, and knows no routes that are reached by a short way; who
traces wraps the application in OpenTelemetry's ASGI middleware."""


class Face(Protocol):
    """Another way to the same service, mounted beside REST."""

    def mount(self, app: FastAPI, engine: Engine) -> None:
        """Adds the face's routes to the app, and its contract to `app.state.contracts` by its name."""


class Host(FastAPI):
    """FastAPI behind what every request goes through, and behind the short way to the routes of resources."""

    def put_behind(
        self, shortcuts: Shortcuts, *, max_body_bytes: int, origins: Sequence[str], paths: Collection[str]
    ) -> None:
        """Puts it there; FastAPI's own middlewares are for what has no short way."""
        inside = Surroundings(Shortcut(super().__call__, shortcuts=shortcuts), max_body_bytes=max_body_bytes)
        self._front = Cors(inside, origins=origins, paths=paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request, or the time between start and stop."""
        await self._front(scope, receive, send)


def create_app(engine: Engine, faces: Sequence[Face] = ()) -> FastAPI:
    """Returns the ASGI application that serves the engine's resources by REST and by the other faces."""
    app = Host(
        title=engine.application.name,
        version="1",
        description="The REST face. The same resources, under the same rules, are at /graphql.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(engine),
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    hide_secrets()
    app.state.contracts = {}
    shortcuts = Shortcuts(PREFIX)
    shared: set[str] = set(SHARED)  # those of the faces join them below
    settings = engine.settings
    app.put_behind(shortcuts, max_body_bytes=settings.max_body_bytes, origins=settings.cors_origins, paths=shared)
    app.add_exception_handler(Exception, internal_error)
    app.add_exception_handler(ServiceError, service_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    for face in faces:
        known = len(app.router.routes)
        face.mount(app, engine)
        for route in app.router.routes[known:]:
            if isinstance(route, Route) and not route.param_convertors:
                shortcuts.add_whole(route)
                shared.add(route.path)
    for spec in engine.resources:
        add_routes(app.router, shortcuts, engine, spec)
    add_batch(app.router, shortcuts, engine)
    app.include_router(sign_in_router(engine))
    mount_identity(app, engine, shortcuts)
    _add_health(app, engine)
    if settings.metrics:
        add_metrics(app, engine)
    _add_documents(app, engine)
    return app


def _lifespan(engine: Engine) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await engine.database.open()
        await warn_if_behind(engine.database, engine.settings.migrations, engine.application.models)
        try:
            async with engine.counting.running():
                yield
        finally:
            await engine.database.close()

    return lifespan


def _add_health(app: FastAPI, engine: Engine) -> None:
    @app.get("/healthz", tags=["operation"], operation_id="health", responses={503: refused("503")["503"]})
    async def health() -> dict[str, Literal["ok"]]:
        """Whether this process serves and reaches its database: for load balancers."""
        await engine.database.read("SELECT 1", primary=True)
        return {"status": "ok"}


def _add_documents(app: FastAPI, engine: Engine) -> None:
    static = f"{PREFIX}/static"
    page = documents_page(openapi_url=f"{PREFIX}/openapi.json", static=static, title=f"{engine.application.name} API")

    @app.get(f"{PREFIX}/docs", include_in_schema=False)
    async def documents() -> Response:
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": CSP})

    if STATIC.is_dir():  # not there when the scripts could not be built at install; the page says so
        app.mount(static, StaticFiles(directory=STATIC), name="rest-static")
    written = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = written()
            parts = document.setdefault("components", {})
            schemas = parts.setdefault("schemas", {}) | {
                **components(engine),
                **aggregate_components(engine),
                **write_components(engine),
            }
            for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own form of 422, which we never send
                schemas.pop(unused, None)
            parts["schemas"] = schemas
            parts["securitySchemes"] = {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A token or an API key."},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                **identity_schemes(engine.identity),
            }
        assert app.openapi_schema is not None  # noqa: S101  # FastAPI keeps the document there
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    app.state.contracts["REST"] = RestContract(openapi, f"{PREFIX}/openapi.json")


def _validation_error(request: Request, error: Exception) -> Response:
    """Brings the refusals of FastAPI's own routes into the form of all the others."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this class
    found = [(tuple(each["loc"]), each["type"], each["msg"]) for each in error.errors()]
    if any(path == ("body",) or kind == "json_invalid" for path, kind, _ in found):
        return service_error(request, Malformed("The body must be a JSON object of fields, sent as application/json."))
    errors = [FieldError(path=path[1:], code=kind, message=f"{message}.") for path, kind, message in found]
    return service_error(request, Invalid(field_errors=errors))
