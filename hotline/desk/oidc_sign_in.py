"""The way out to the sign-in provider and back: a signed cookie carries what must match on the return."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

import structlog
from aiohttp import web

from hotline.desk.accounts import Accounts, Clock, SignedIn, check_username, utc_now
from hotline.desk.gate import Gate, is_https, set_cookie
from hotline.desk.oidc import REFUSED, Claims, Journey, Provider, claim
from hotline.desk.rights import ROLES, check_roles
from hotline.errors import BadInput, Conflict, HotlineError, NotAllowed, NotFound, SignInUnavailable
from hotline.settings import Settings
from hotline.store import account_changes, agents
from hotline.store.agents import Account
from hotline.store.database import Database

log = structlog.get_logger(__name__)
COOKIE = "hotline_desk_oidc"
CALLBACK = "/desk/api/oidc/callback"
JOURNEY_SECONDS = 600


class OidcSignIn:
    """Accounts are found by the provider's subject and made at the first sign-in; the provider says their roles."""

    def __init__(
        self, database: Database, accounts: Accounts, gate: Gate, provider: Provider, settings: Settings,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._gate = gate
        self._provider = provider
        self._public_url = settings.public_url.rstrip("/")
        self._roles_claim = settings.oidc_roles_claim
        self._secret = settings.session_secret.encode()
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Whether there is a provider, the way out, the way back."""
        return [
            self._gate.open("GET", "/desk/api/oidc", self._offered),
            self._gate.open("GET", "/desk/api/oidc/start", self._start),
            self._gate.open("GET", CALLBACK, self._callback),
        ]

    async def _offered(self, request: web.Request) -> web.Response:
        return web.json_response({"enabled": self._provider.enabled})

    async def _start(self, request: web.Request) -> web.StreamResponse:
        if not self._provider.enabled:
            raise NotFound("no sign-in provider is set")
        journey = Journey.new()
        try:
            answer = web.Response(status=302, headers={
                "Location": await self._provider.address(journey, self._back(request))})
        except HotlineError as error:
            return _to_desk(error)
        # Lax: the provider's redirect is a visit from another site, and a strict cookie would stay at home.
        answer.set_cookie(COOKIE, self._sealed(journey), path=CALLBACK, httponly=True, samesite="Lax",
                          secure=is_https(request), max_age=JOURNEY_SECONDS)
        return answer

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        if not self._provider.enabled:
            raise NotFound("no sign-in provider is set")
        try:
            signed = await self._enter(request)
        except HotlineError as error:
            return _to_desk(error)
        answer = web.Response(status=302, headers={"Location": "/desk/"})
        set_cookie(request, answer, signed.token)
        answer.del_cookie(COOKIE, path=CALLBACK)
        return answer

    async def _enter(self, request: web.Request) -> SignedIn:
        journey = self._opened(request.cookies.get(COOKIE, ""))
        code, state = request.query.get("code", ""), request.query.get("state", "")
        if journey is None or not code or not hmac.compare_digest(state.encode(), journey.state.encode()):
            raise NotAllowed(REFUSED, 401)
        account = await self._account(await self._provider.claims(code, journey, self._back(request)))
        if account.disabled:
            raise NotAllowed("账号已停用")
        return await self._accounts.admit(account, "login_oidc")

    async def _account(self, claims: Claims) -> Account:
        subject, roles = str(claims["sub"]), _roles(claim(claims, self._roles_claim))
        if not 1 <= len(subject) <= 200:
            raise NotAllowed(REFUSED, 401)
        async with self._database.read() as connection:
            account = await account_changes.account_of_subject(connection, subject)
        if account is None:
            return await self._made(subject, roles, claims)
        if set(account.agent.roles) != set(roles):
            async with self._database.write() as connection:
                await account_changes.set_roles(connection, account.agent.id, roles)
                await agents.add_audit(connection, account.agent.id, "roles_oidc", account.agent.id, self._now())
        return await self._read(account.agent.id)

    async def _made(self, subject: str, roles: list[str], claims: Claims) -> Account:
        """A local account that has no password anybody knows."""
        name = str(claims.get("name") or claims.get("preferred_username") or "")[:60].strip() or "统一身份用户"
        for username in (_username(claims), f"oidc-{hashlib.sha256(subject.encode()).hexdigest()[:16]}"):
            if username is None:
                continue
            try:
                agent = await self._accounts.add(username, name, roles, secrets.token_urlsafe(32), must_change=False,
                                                 subject=subject)
            except Conflict:
                # A local account has this name, and a provider's word does not make it theirs.
                log.info("oidc_username_taken")
                continue
            return await self._read(agent.id)
        raise Conflict("账号没有建成，请重试")

    async def _read(self, agent_id: str) -> Account:
        async with self._database.read() as connection:
            account = await agents.get_account(connection, agent_id)
        if account is None:
            raise NotFound("no such account")
        return account

    def _back(self, request: web.Request) -> str:
        own = f"{'https' if is_https(request) else 'http'}://{request.host}"
        return f"{self._public_url or own}{CALLBACK}"

    def _sealed(self, journey: Journey) -> str:
        values = [journey.state, journey.nonce, journey.verifier, int(self._now().timestamp())]
        text = urlsafe_b64encode(json.dumps(values).encode()).decode()
        return f"{text}.{self._seal(text)}"

    def _opened(self, cookie: str) -> Journey | None:
        text, _, seal = cookie.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(text).encode()):
            return None
        state, nonce, verifier, at = json.loads(urlsafe_b64decode(text))
        return Journey(state, nonce, verifier) if self._young(at) else None

    def _young(self, at: int) -> bool:
        now: datetime = self._now()
        return 0 <= now.timestamp() - at + 1 <= JOURNEY_SECONDS

    def _seal(self, text: str) -> str:
        return hmac.new(self._secret, b"oidc:" + text.encode(), hashlib.sha256).hexdigest()


def _roles(claimed: object) -> list[str]:
    """The house's roles among those that the provider gives. Raises NotAllowed without any, or with a bad pair."""
    given = claimed.split() if isinstance(claimed, str) else claimed if isinstance(claimed, list) else []
    roles = [role for role in ROLES if role in given]
    try:
        check_roles(roles)
    except BadInput as error:
        raise NotAllowed("您的统一身份账号没有坐席台的角色，请联系管理员") from error
    return roles


def _username(claims: Claims) -> str | None:
    wanted = str(claims.get("preferred_username") or "")
    try:
        check_username(wanted)
    except BadInput:
        return None
    return wanted


def _to_desk(error: HotlineError) -> web.Response:
    """A person stands at the end of this redirect: the sign-in page has words for each of these codes.

    Never the words themselves: whoever makes up a link must not write on our page.
    """
    refused = isinstance(error, NotAllowed) and error.status == 401
    why = "unavailable" if isinstance(error, SignInUnavailable) else "refused" if refused else "not_allowed"
    return web.Response(status=302, headers={"Location": f"/desk/?sign_in={why}"})
