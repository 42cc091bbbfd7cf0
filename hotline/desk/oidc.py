"""An outside sign-in provider: OpenID Connect's authorization code flow with PKCE, state and nonce.

https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636 (PKCE), RFC 9700 (best current practice).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hotline.errors import NotAllowed, SettingsError, SignInUnavailable
from hotline.settings import Settings

log = structlog.get_logger(__name__)
# Signatures with the provider's own key pair; never `none`, never a shared secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY_SECONDS = 60
UNAVAILABLE = "统一身份登录暂时不可用，请稍后再试"
REFUSED = "统一身份登录没有成功，请重新登录"
Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Journey:
    """What one browser must bring back from the provider; `verifier` proves that it is the same browser."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Journey:
        """Three fresh secrets."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """The verifier's hash, which may travel openly."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Provider:
    """The provider named by the settings; its own description is read at the first need and kept."""

    def __init__(self, http: aiohttp.ClientSession, settings: Settings) -> None:
        self._http = http
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._client = (settings.oidc_client_id, settings.oidc_client_secret)
        self._timeout = aiohttp.ClientTimeout(total=settings.oidc_timeout)
        self._description: dict[str, Any] = {}
        self._keys: KeySet | None = None
        if self._issuer and not (self._client[0] and _safe(self._issuer)):
            raise SettingsError("HOTLINE_OIDC_ISSUER must be https and needs HOTLINE_OIDC_CLIENT_ID")

    @property
    def enabled(self) -> bool:
        """Whether the settings name a provider."""
        return bool(self._issuer)

    async def address(self, journey: Journey, back: str) -> str:
        """Where to send the browser. Raises SignInUnavailable."""
        description = await self._described()
        return f"{description['authorization_endpoint']}?" + urlencode({
            "response_type": "code", "client_id": self._client[0], "redirect_uri": back,
            "scope": "openid profile email", "state": journey.state, "nonce": journey.nonce,
            "code_challenge": journey.challenge, "code_challenge_method": "S256"})

    async def claims(self, code: str, journey: Journey, back: str) -> Claims:
        """Who came back with this code. Raises NotAllowed for a bad code or token, SignInUnavailable."""
        description = await self._described()
        answer = await self._call("POST", description["token_endpoint"], data=self._client_fields() | {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back,
            "code_verifier": journey.verifier}, headers=self._client_header())
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotAllowed(REFUSED, 401)
        return await self._checked(token, journey)

    async def _checked(self, token: str, journey: Journey) -> Claims:
        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS, iss={"essential": True, "value": self._description["issuer"]},
            aud={"essential": True, "value": self._client[0]}, sub={"essential": True}, exp={"essential": True},
            iat={"essential": True}, nonce={"essential": True, "value": journey.nonce})
        try:
            found = await self._decoded(token)
            wanted.validate(found.claims)
        except (JoseError, ValueError) as error:
            log.warning("oidc_token_refused", why=type(error).__name__)
            raise NotAllowed(REFUSED, 401) from error
        party = found.claims.get("azp")
        if party is not None and party != self._client[0]:
            raise NotAllowed(REFUSED, 401)
        return found.claims

    async def _decoded(self, token: str) -> jwt.Token:
        """A key that we do not know may be a new one: the provider's keys are read once more."""
        if self._keys is not None:
            try:
                return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                self._keys = None
        self._keys = _key_set(await self._call("GET", self._description["jwks_uri"]))
        return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    async def _described(self) -> dict[str, Any]:
        if not self._description:
            found = await self._call("GET", f"{self._issuer}/.well-known/openid-configuration")
            ends = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            # Another issuer in its own description is how a mix-up attack begins.
            if str(found.get("issuer", "")).rstrip("/") != self._issuer or not all(
                    isinstance(end, str) and _safe(end) for end in ends):
                log.error("oidc_description_unusable")
                raise SignInUnavailable(UNAVAILABLE)
            self._description = found
        return self._description

    async def _call(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        try:
            async with self._http.request(
                    method, address, timeout=self._timeout, allow_redirects=False, **options) as response:
                if 400 <= response.status < 500 and method == "POST":
                    raise NotAllowed(REFUSED, 401)
                response.raise_for_status()
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            log.warning("oidc_provider_failed", why=type(error).__name__)
            raise SignInUnavailable(UNAVAILABLE) from error
        if not isinstance(answer, dict):
            raise SignInUnavailable(UNAVAILABLE)
        return answer

    def _client_fields(self) -> dict[str, str]:
        return {"client_id": self._client[0], "client_secret": self._client[1]} if self._by_post() else {}

    def _client_header(self) -> dict[str, str]:
        """RFC 6749, 2.3.1: id and secret are form-encoded before they are joined."""
        if self._by_post():
            return {}
        joined = ":".join(quote(part, safe="") for part in self._client)
        return {"Authorization": f"Basic {base64.b64encode(joined.encode()).decode()}"}

    def _by_post(self) -> bool:
        ways = self._description.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" not in ways


def claim(claims: Claims, path: str) -> Any:
    """A claim by its dotted path, as Keycloak nests its roles; None when it is not there."""
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _key_set(answer: dict[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set(answer)  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SignInUnavailable(UNAVAILABLE) from error


def _safe(address: str) -> bool:
    """https, or this machine itself, where tests and a proxy beside us live."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
