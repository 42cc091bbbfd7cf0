"""The second factor: time-based codes (RFC 6238), each good once, asked for at every sign-in with a password."""

from __future__ import annotations

from datetime import datetime

import pyotp
import structlog
from pyotp.utils import strings_equal

from hotline.desk.sealing import Sealer, is_sealed
from hotline.errors import BadInput, CodeNeeded, Conflict, NotAllowed
from hotline.store import account_changes, agents
from hotline.store.agents import Account, Session
from hotline.store.database import Database

log = structlog.get_logger(__name__)
ISSUER = "青岛12345坐席台"
# Clocks of telephones differ: the code before and the one after are taken too.
STEPS = (0, -1, 1)
WRONG_CODE = "动态口令不对或已用过，请等下一个"


async def begin(database: Database, sealer: Sealer, session: Session) -> tuple[str, str]:
    """A new secret and its address for an authenticator. Raises Conflict when none can be bound."""
    secret = pyotp.random_base32()
    async with database.write() as connection:
        account = await agents.get_account(connection, session.agent.id)
        if account is not None and account.oidc_subject:
            raise Conflict("统一身份登录的账号不用动态口令")
        await account_changes.begin_totp(connection, session.agent.id, sealer.seal(secret, session.agent.id))
    return secret, pyotp.TOTP(secret).provisioning_uri(name=session.agent.username, issuer_name=ISSUER)


async def confirm(database: Database, sealer: Sealer, session: Session, code: str, now: datetime) -> None:
    """The first code proves that the authenticator has the secret. Raises BadInput, Conflict."""
    async with database.write() as connection:
        account = await agents.get_account(connection, session.agent.id)
        if account is None or account.totp_secret is None or account.totp_confirmed:
            raise Conflict("请先开始绑定")
        step = matching_step(_secret(sealer, account), code, now)
        if step is None or not await account_changes.use_step(connection, account.agent.id, step):
            raise BadInput("动态口令不对", "code")
        await account_changes.confirm_totp(connection, account.agent.id)
        await agents.add_audit(connection, account.agent.id, "totp_on", account.agent.username, now)


async def drop(database: Database, session: Session, now: datetime) -> None:
    """Forget the secret; the caller has checked the password."""
    async with database.write() as connection:
        await account_changes.drop_totp(connection, session.agent.id)
        await agents.add_audit(connection, session.agent.id, "totp_off", session.agent.username, now)


async def demand_code(database: Database, sealer: Sealer, account: Account, code: str, now: datetime) -> None:
    """Raise CodeNeeded unless the account has no second factor or the code is right and new."""
    if not account.totp_confirmed or account.totp_secret is None:
        return
    if not code:
        raise CodeNeeded("请输入动态口令")
    step = matching_step(_secret(sealer, account), code, now)
    if step is not None:
        async with database.write() as connection:
            if await account_changes.use_step(connection, account.agent.id, step):
                return
    raise CodeNeeded(WRONG_CODE)


async def seal_all(database: Database, sealer: Sealer) -> int:
    """Seal what older versions have stored in the clear; returns how many secrets that were."""
    async with database.write() as connection:
        clear = [(agent_id, secret) for agent_id, secret in await account_changes.totp_secrets(connection)
                 if not is_sealed(secret)]
        for agent_id, secret in clear:
            await account_changes.replace_totp_secret(connection, agent_id, secret, sealer.seal(secret, agent_id))
    return len(clear)


def _secret(sealer: Sealer, account: Account) -> str:
    secret = sealer.open(account.totp_secret or "", account.agent.id)
    if secret is None:
        log.error("totp_secret_unreadable", agent=account.agent.id)
        raise NotAllowed("动态口令的密钥读不出来，请管理员重设您的密码，再重新绑定")
    return secret


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that the code belongs to."""
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // totp.interval
    return next((current + offset for offset in STEPS
                 if strings_equal(totp.generate_otp(current + offset), code.replace(" ", ""))), None)
