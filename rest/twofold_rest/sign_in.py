"""Signing in and out: an e-mail and a password for a bearer token; and who is signed in in a browser."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from twofold.engine import Engine
from twofold.errors import Unauthenticated
from twofold.identity.authenticate import authenticate, credential_of, session_cookie
from twofold.identity.identity import Identity
from twofold.identity.sessions import csrf_token, end_session, session_of
from twofold.identity.sign_in import sign_in
from twofold.identity.tokens import kind_of
from twofold_rest.identity.origin import origin_of
from twofold_rest.openapi import refused

__all__ = ["sign_in_router"]


class SignIn(BaseModel):
    """An account and its password."""

    model_config = ConfigDict(strict=True, extra="forbid")

    email: str = Field(max_length=254, examples=["customer@example.com"])
    password: str = Field(max_length=1024, examples=["correct horse battery staple"])
    totp: str | None = Field(
        default=None, max_length=40, description="A code of the second factor, of an account that has one.",
        examples=[None],
    )  # fmt: skip


class Token(BaseModel):
    """An access token, to be sent as `Authorization: Bearer …` (the form of RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a type, not a token
    expires_in: int = Field(description="Seconds until it ends.")


class SignedInUser(BaseModel):
    """Who is signed in."""

    id: UUID
    name: str
    email: str
    role: str


class BrowserSession(BaseModel):
    """Whether somebody is signed in in this browser."""

    signed_in: bool
    user: SignedInUser | None = None
    csrf_token: str | None = Field(
        default=None, description="To be sent as X-CSRF-Token with whatever may change something."
    )


def sign_in_router(engine: Engine) -> APIRouter:
    """Returns the routes under /auth."""
    router = APIRouter(prefix="/auth", tags=["auth"])
    identity = engine.identity

    @router.post("/login", operation_id="signIn", responses=_refused("400", "401", "413", "422", "429", "503"))
    async def login(credentials: SignIn, request: Request, _: Annotated[None, Depends(_no_store)]) -> Token:
        """Sign in with e-mail and password, for a token that stands for you on both faces."""
        origin = origin_of(request, "rest")
        issued = await sign_in(
            engine.identity, credentials.email, credentials.password, totp=credentials.totp, origin=origin
        )
        return Token(access_token=issued.access_token, expires_in=issued.expires_in_s)

    @router.post("/logout", operation_id="signOut", status_code=204, responses=_refused("401", "403", "503"),
                 openapi_extra={"security": [{"bearer": []}, {"session": [], "csrf": []}]})  # fmt: skip
    async def logout(request: Request, response: Response) -> None:
        """End the token that the request carries, or the session of its cookie: refused from the next request on."""
        credential = credential_of(identity, request.scope)
        if credential is None:
            raise Unauthenticated
        await authenticate(identity, request.scope)
        if kind_of(credential) == "session":
            await _end_session(identity, credential, request)
            _take_cookie_back(identity, response)
        else:
            await engine.sign_out(credential)

    @router.get("/session", operation_id="session", responses=_refused("503"), response_model_exclude_none=True)
    async def session(request: Request, response: Response, _: Annotated[None, Depends(_no_store)]) -> BrowserSession:
        """Who is signed in in this browser, by its cookie; and the token that scripts of this site need for changes."""
        response.headers["Vary"] = "Cookie"
        cookie = session_cookie(identity, request.scope["headers"])
        found = None if cookie is None else await session_of(identity, cookie)
        if cookie is None or found is None:
            if cookie is not None:
                _take_cookie_back(identity, response)
            return BrowserSession(signed_in=False)
        user = found.user
        who = SignedInUser(id=user.id, name=user.name, email=user.email, role=user.role)
        return BrowserSession(signed_in=True, user=who, csrf_token=csrf_token(cookie))

    return router


async def _end_session(identity: Identity, cookie: str, request: Request) -> None:
    found = await session_of(identity, cookie)
    if found is not None:  # else it has ended in the meantime
        origin = origin_of(request, "rest")
        await end_session(identity, found.id, found.user.id, origin)


def _take_cookie_back(identity: Identity, response: Response) -> None:
    name = identity.session_cookie
    response.delete_cookie(name, secure=name.startswith("__Host-"), httponly=True, samesite="lax")


def _no_store(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


def _refused(*statuses: str) -> dict[int | str, dict[str, Any]]:
    responses: dict[int | str, dict[str, Any]] = {}
    responses.update(refused(*statuses))
    return responses
