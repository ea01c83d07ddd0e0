"""What may be connected to: an address on the web, whoever has named it."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def is_web_address(url: str) -> bool:
    """Whether it is ``http`` or ``https``, and names a host and no port that cannot be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number or too large
        return False


def led_to(url: str, location: str) -> str:
    """Where a redirect leads from ``url``; as it was said where that is no address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return location
