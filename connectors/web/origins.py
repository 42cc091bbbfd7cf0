"""Which sites' pages may talk to the web channel: our own and those that the operator named."""

from __future__ import annotations

from urllib.parse import urlsplit

from hotline.settings import Settings


class Origins:
    """From `HOTLINE_PUBLIC_URL` and `HOTLINE_ALLOWED_ORIGINS`."""

    def __init__(self, settings: Settings) -> None:
        own = urlsplit(settings.public_url)
        self._allowed = {entry.rstrip("/") for entry in settings.allowed_origins}
        if own.netloc:
            self._allowed.add(f"{own.scheme}://{own.netloc}")

    def allow(self, origin: str | None, host: str | None) -> bool:
        """Whether a page of this origin may; `host` is what the browser called us."""
        if origin is None:
            return False
        if origin in self._allowed:
            return True
        # The scheme is not compared: behind a proxy that ends TLS we see http for the citizen's https.
        scheme, _, named = origin.partition("://")
        return scheme in ("http", "https") and bool(named) and named == host
