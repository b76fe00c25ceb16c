"""The keys that sign ID tokens: one signs, the next one is published ahead, and retired ones still verify."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final, TypeAlias

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from twofold.errors import Invalid, Unavailable
from twofold.fields import new_id
from twofold.identity.identity import Identity
from twofold.identity.oauth.models import SigningKey
from twofold.identity.sealed import NotOurs

__all__ = ["ALGORITHMS", "SigningKeys"]

log = logging.getLogger("twofold.identity")

ALGORITHMS: Final = ("RS256", "ES256")
MEMORY_S: Final = 5.0
RETIRED_DAYS: Final = 30
RSA_BITS: Final = 2048
PURPOSE: Final = "signing key"
LOCK_KEY: Final = 7_040_903_517
"""Of PostgreSQL's advisory locks: who holds it alone makes and rotates keys."""

NOT_OURS: Final = "This is no token that was signed here for you."

_Key: TypeAlias = RSAKey | ECKey


@dataclass(frozen=True)
class _Ring:
    """All keys as they were read, and when."""

    keys: Sequence[SigningKey]
    read_at_s: float = field(default_factory=monotonic)

    def of(self, algorithm: str, state: str) -> SigningKey | None:
        return next((key for key in self.keys if (key.algorithm, key.state) == (algorithm, state)), None)

    def lacks(self) -> list[tuple[str, str]]:
        """Returns the algorithms and states of which there is no key yet."""
        return [(alg, state) for alg in ALGORITHMS for state in ("active", "next") if self.of(alg, state) is None]


class SigningKeys:
    """Signs and verifies by the keys in the database, of which each algorithm has an active one and the next.

    What is in the database is remembered for MEMORY_S seconds: a process may sign by a key that was retired as long
    ago, which is published still. Make one of it in a process. Keys are made when they are first needed, but not
    within a transaction, which would be held open meanwhile: call `ensure` before it.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._ring: _Ring | None = None
        self._making = asyncio.Lock()
        """One request of this process makes keys, and the others wait for it."""
        self._opened: dict[str, _Key] = {}

    async def ensure(self) -> None:
        """Makes the keys that are lacking. Processes that do it at once make one set; it costs nothing most times."""
        await self._read()

    async def jwks(self) -> dict[str, Any]:
        """Returns the public keys of all states as a set (RFC 7517 §5)."""
        return {"keys": [key.public_jwk for key in (await self._read()).keys]}

    async def sign(self, algorithm: str, claims: Mapping[str, Any]) -> str:
        """Returns a compact JWT of the claims, signed by the active key of `algorithm` (RFC 7519, RFC 7515 §3.1).

        Raises:
            Unavailable: there is no such key, or this server's secret does not open it; the log says which.
        """
        key = (await self._read()).of(algorithm, "active")
        if key is None:
            log.error("there is no %s key to sign with", algorithm)
            raise Unavailable("Nothing can be signed at the moment.")
        header = {"alg": algorithm, "kid": str(key.id)}
        return jwt.encode(header, dict(claims), await self._open(key), algorithms=[algorithm])

    async def verify(self, token: str, *, audience: str | None = None) -> dict[str, Any]:
        """Returns the claims of an ID token that we signed, for `audience` if one is named, expired or not.

        That is what hints are for (OpenID Connect RP-Initiated Logout 1.0 §2: `id_token_hint`).

        Raises:
            Invalid: it is none, was signed by others or by an algorithm that is not ours, or is for others.
        """
        key = await self._named_by(token)
        try:
            claims = jwt.decode(token, _imported(key.public_jwk), algorithms=[key.algorithm]).claims
        except (JoseError, ValueError) as error:
            raise Invalid(NOT_OURS) from error
        if claims.get("iss") != self._identity.issuer or (audience is not None and not _is_for(audience, claims)):
            raise Invalid(NOT_OURS)
        return claims

    async def rotate(self, algorithm: str | None = None) -> None:
        """Makes the next key sign, retires the one that did, and publishes a new next one; for all algorithms or one.

        A next key that this server's secret does not open never signs. Retired keys go after RETIRED_DAYS days.
        """
        ring = await self._read()
        for each in ALGORITHMS if algorithm is None else (algorithm,):
            closed = await self._closed(ring.of(each, "next"))
            made = [await self._make(each, "next") for _ in range(2 if closed else 1)]
            async with self._alone():
                await self._turn(each, made, closed)
        self._ring = None

    async def _turn(self, algorithm: str, made: list[SigningKey], closed: SigningKey | None) -> None:
        now = datetime.now(UTC)
        ours = SigningKey.filter(algorithm=algorithm)
        await ours.filter(state="retired", retired_at__lt=now - timedelta(days=RETIRED_DAYS)).delete()
        await ours.filter(state="active").update(state="retired", retired_at=now)
        if closed is not None:
            await ours.filter(id=closed.id).delete()
        if not await ours.filter(state="next").update(state="active", activated_at=now):
            first = made.pop()
            first.state, first.activated_at = "active", now
            await first.save(force_create=True)
        if made:
            await made[0].save(force_create=True)

    async def _read(self, *, afresh: bool = False) -> _Ring:
        """Returns all keys, and makes those that are lacking, unless within a transaction."""
        if not afresh and self._ring is not None and monotonic() < self._ring.read_at_s + MEMORY_S:
            return self._ring
        ring = await self._all()
        if self._identity.database.in_transaction:
            return ring  # not remembered: it may be undone
        if ring.lacks():
            async with self._making:
                ring = await self._completed()
        self._ring = ring
        return ring

    async def _completed(self) -> _Ring:
        """Returns all keys, after making those that are lacking still."""
        made = [await self._make(*each) for each in (await self._all()).lacks()]
        if made:
            async with self._alone():
                lacking = (await self._all()).lacks()
                for key in made:
                    if (key.algorithm, key.state) in lacking:
                        await key.save(force_create=True)
        return await self._all()

    async def _all(self) -> _Ring:
        with self._identity.database.use():
            return _Ring(await SigningKey.all().order_by("state", "-created_at", "id"))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Runs the block in a transaction while no other process is in here; SQLite has one writer anyway."""
        database = self._identity.database
        async with database.transaction():
            if database.dialect == "postgres":
                await database.fetch("SELECT pg_advisory_xact_lock($1)", [LOCK_KEY])
            yield

    async def _make(self, algorithm: str, state: str) -> SigningKey:
        """Returns a new key, not stored yet. RSA takes its time, and other requests go on meanwhile."""
        pair = await asyncio.to_thread(_generate, algorithm)
        kid = new_id()
        public = pair.as_dict(private=False) | {"kid": str(kid), "use": "sig", "alg": algorithm}
        return SigningKey(
            id=kid,
            algorithm=algorithm,
            state=state,
            public_jwk=public,
            sealed_jwk=self._identity.sealer.seal(PURPOSE, json.dumps(pair.as_dict(private=True))),
            activated_at=datetime.now(UTC) if state == "active" else None,
        )

    async def _open(self, key: SigningKey) -> _Key:
        kid = str(key.id)
        if kid not in self._opened:
            try:
                text = self._identity.sealer.open(PURPOSE, key.sealed_jwk)
            except NotOurs as error:
                log.error("signing key %s (%s): %s", kid, key.algorithm, error)  # noqa: TRY400  # where is known
                raise Unavailable("Nothing can be signed at the moment.") from error
            self._opened[kid] = await asyncio.to_thread(_imported, json.loads(text))
        return self._opened[kid]

    async def _closed(self, key: SigningKey | None) -> SigningKey | None:
        """Returns the key if it cannot be opened."""
        if key is not None:
            try:
                await self._open(key)
            except Unavailable:
                return key
        return None

    async def _named_by(self, token: str) -> SigningKey:
        """Returns the key that the token's header names, as to its algorithm too; asks afresh for one made since."""
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, TypeError) as error:
            raise Invalid(NOT_OURS) from error
        for afresh in (False, True):
            for key in (await self._read(afresh=afresh)).keys:
                if str(key.id) == header.get("kid") and key.algorithm == header.get("alg"):
                    return key
        raise Invalid(NOT_OURS)


def _is_for(audience: str, claims: Mapping[str, Any]) -> bool:
    told = claims.get("aud")
    return told == audience or (isinstance(told, list) and audience in told)


def _generate(algorithm: str) -> _Key:
    return RSAKey.generate_key(RSA_BITS) if algorithm == "RS256" else ECKey.generate_key("P-256")


def _imported(jwk: dict[str, Any]) -> _Key:
    return RSAKey.import_key(jwk) if jwk["kty"] == "RSA" else ECKey.import_key(jwk)
