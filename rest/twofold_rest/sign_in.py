"""Signing in and out: an e-mail and a password for a bearer token."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from twofold.engine import Engine
from twofold.errors import Unauthenticated
from twofold.identity.authenticate import authenticate, credential_of
from twofold.identity.identity import From
from twofold.identity.sign_in import sign_in
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


def sign_in_router(engine: Engine) -> APIRouter:
    """Returns the routes under /auth."""
    router = APIRouter(prefix="/auth", tags=["auth"])

    @router.post("/login", operation_id="signIn", responses=_refused("400", "401", "413", "422", "429", "503"))
    async def login(credentials: SignIn, request: Request, _: Annotated[None, Depends(_no_store)]) -> Token:
        """Sign in with e-mail and password, for a token that stands for you on both faces."""
        origin = From(
            face="rest",
            request_id=request.scope.get("request_id"),
            address=request.client.host if request.client else "",
        )
        issued = await sign_in(
            engine.identity, credentials.email, credentials.password, totp=credentials.totp, origin=origin
        )
        return Token(access_token=issued.access_token, expires_in=issued.expires_in_s)

    @router.post("/logout", operation_id="signOut", status_code=204, responses=_refused("401", "503"),
                 openapi_extra={"security": [{"bearer": []}]})  # fmt: skip
    async def logout(request: Request) -> None:
        """End the token that the request carries; it is refused from now on, by other processes very soon."""
        token = credential_of(request.scope["headers"])
        if token is None:
            raise Unauthenticated
        await authenticate(engine.actors, request.scope["headers"])
        await engine.sign_out(token)

    return router


def _no_store(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


def _refused(*statuses: str) -> dict[int | str, dict[str, Any]]:
    responses: dict[int | str, dict[str, Any]] = {}
    responses.update(refused(*statuses))
    return responses
