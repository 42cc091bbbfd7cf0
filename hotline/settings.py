"""The only reader of the environment. Every name here stands in docs/settings.md (a test checks it)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """All settings with their defaults; durations in seconds, sizes in bytes. Built by `from_env`."""

    var: Path = ROOT / "var"
    port: int = 12345
    host: str = "0.0.0.0"
    internal_port: int = 12346
    bot_port: int = 5005
    action_port: int = 5055
    bot_model: str = ""
    database_url: str = ""
    redis_url: str = ""
    case_backend_url: str = ""
    case_backend_key: str = ""
    open311_api_key: str = ""
    service_token: str = ""
    session_secret: str = ""
    admin_password: str = ""
    totp_key: str = ""
    totp_roles: tuple[str, ...] = ()
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_roles_claim: str = "roles"
    oidc_timeout: float = 5.0
    public_url: str = ""
    allowed_origins: tuple[str, ...] = ()
    gas_firms: str = ""
    duty_webhook: str = ""
    duty_after: float = 60.0
    knowledge_unverified: str = "show"
    embeddings: str = "hotline.text.embedding.universal"
    city_limits: bool = False
    log_level: str = "INFO"
    max_body: int = 262_144
    max_attachment: int = 10_485_760
    max_text: int = 20_000
    rate_messages: int = 20
    rate_seconds: float = 10.0
    fragment_seconds: float = 2.0
    bot_timeout: float = 3.0
    internal_timeout: float = 1.0
    action_timeout: float = 2.0
    bot_attempts: int = 3
    retry_seconds: float = 1.0
    case_timeout: float = 5.0
    case_retry_seconds: float = 30.0
    emergency_silence: float = 1800.0
    assign: str = "manual"
    answer_seconds: float = 180.0
    abandon_seconds: float = 1800.0
    test_share: float = 0.2
    training_minutes: int = 30
    training_memory_mb: int = 6000
    wechat_token: str = ""
    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_aes_key: str = ""
    wechat_api_url: str = "https://api.weixin.qq.com"
    wechat_oauth_url: str = ""
    wechat_stable_token: bool = True
    wechat_token_url: str = ""
    wechat_token_key: str = ""
    wechat_timeout: float = 5.0
    wechat_media_timeout: float = 20.0
    wechat_reply_seconds: float = 4.0
    wechat_clock_seconds: float = 300.0
    wechat_message_quota: int = 5
    wechat_message_seconds: float = 172800.0
    wechat_click_quota: int = 3
    wechat_click_seconds: float = 60.0
    wechat_vendor_url: str = ""
    wechat_vendor_token: str = ""
    wechat_vendor_keys: tuple[str, ...] = ()
    wechat_vendor_timeout: float = 3.5
    wechat_progress_template: str = ""
    wechat_rating_template: str = ""

    @property
    def internal_url(self) -> str:
        """Where the bot's actions and the front door's own tools find the internal API."""
        return f"http://127.0.0.1:{self.internal_port}"

    @property
    def bot_url(self) -> str:
        """Where the front door finds the bot's channel."""
        return f"http://127.0.0.1:{self.bot_port}"

    @property
    def models(self) -> Path:
        """Where the training room keeps its models, a folder each."""
        return self.var / "training" / "models"

    @property
    def own_backend_url(self) -> str:
        """The embedded case backend's address, used unless another is set."""
        return f"http://127.0.0.1:{self.port}/open311/v2"

    @property
    def wechat_oauth(self) -> str:
        """Where citizens' browsers are sent to sign in: the platform's own host, or the simulator that stands in."""
        if self.wechat_oauth_url:
            return self.wechat_oauth_url.rstrip("/")
        own = self.wechat_api_url.rstrip("/") == "https://api.weixin.qq.com"
        return "https://open.weixin.qq.com" if own else self.wechat_api_url.rstrip("/")

    def address(self, url: str) -> str:
        """An address of ours as others can follow it; unchanged while no public address is set."""
        return self.public_url.rstrip("/") + url if url.startswith("/") else url

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read HOTLINE_* names; missing secrets are made once and kept under var/ (mode 600).

        Raises SettingsError with the variable's name when a value cannot be used.
        """
        source = os.environ if env is None else env
        values: dict[str, object] = {}
        for name, default in _defaults().items():
            raw = source.get(f"HOTLINE_{name.upper()}")
            if raw is not None and raw != "":
                values[name] = _convert(name, raw, default)
        var = Path(str(values.get("var", cls.var)))
        for name in ("service_token", "open311_api_key", "session_secret", "totp_key"):
            if not values.get(name):
                values[name] = _kept_secret(var, name)
        values.setdefault("database_url", f"sqlite+aiosqlite:///{var / 'hotline.sqlite'}")
        values.setdefault("case_backend_key", values["open311_api_key"])
        if values.get("knowledge_unverified", "show") not in ("show", "hide"):
            raise SettingsError("HOTLINE_KNOWLEDGE_UNVERIFIED must be show or hide")
        if values.get("assign", "manual") not in ("auto", "manual"):
            raise SettingsError("HOTLINE_ASSIGN must be auto or manual")
        if not 0 <= float(str(values.get("test_share", cls.test_share))) <= 0.9:
            raise SettingsError("HOTLINE_TEST_SHARE must be between 0 and 0.9")
        if values.get("wechat_aes_key") and len(str(values["wechat_aes_key"])) != 43:
            raise SettingsError("HOTLINE_WECHAT_AES_KEY must have 43 characters")
        if values.get("wechat_aes_key") and not values.get("wechat_app_id"):
            raise SettingsError("HOTLINE_WECHAT_APP_ID is needed with HOTLINE_WECHAT_AES_KEY")
        if float(str(values.get("wechat_reply_seconds", cls.wechat_reply_seconds))) > 4.5:
            raise SettingsError("HOTLINE_WECHAT_REPLY_SECONDS must be at most 4.5: the platform hangs up after 5")
        values["database_url"] = _async_url(str(values["database_url"]))
        return cls(**values)  # type: ignore[arg-type]


def names() -> list[str]:
    """Names of all environment variables the product reads."""
    return [f"HOTLINE_{name.upper()}" for name in _defaults()]


def _defaults() -> dict[str, object]:
    return {name: field.default for name, field in Settings.__dataclass_fields__.items()}


def _convert(name: str, raw: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            if raw.lower() not in ("1", "0", "true", "false", "yes", "no"):
                raise ValueError(raw)
            return raw.lower() in ("1", "true", "yes")
        if isinstance(default, int):
            number = int(raw)
            if number < 0 or (name.endswith("port") and number > 65535):
                raise ValueError(raw)
            return number
        if isinstance(default, float):
            seconds = float(raw)
            if not 0 <= seconds < 1e9:
                raise ValueError(raw)
            return seconds
    except ValueError as error:
        raise SettingsError(f"HOTLINE_{name.upper()} has an unusable value") from error
    if isinstance(default, tuple):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if isinstance(default, Path):
        return Path(raw).expanduser().resolve()
    return raw


def _async_url(url: str) -> str:
    """Accept the usual spellings of a database address and name the asynchronous driver."""
    for plain, driver in (("sqlite://", "sqlite+aiosqlite://"), ("postgresql://", "postgresql+asyncpg://"),
                          ("postgres://", "postgresql+asyncpg://")):
        if url.startswith(plain):
            return driver + url[len(plain):]
    if not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise SettingsError("HOTLINE_DATABASE_URL must be a sqlite or postgresql address")
    return url


def _kept_secret(var: Path, name: str) -> str:
    """Read a secret from var/, or make it; two processes that start together agree on one."""
    var.mkdir(parents=True, exist_ok=True)
    path = var / name
    draft = var / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
