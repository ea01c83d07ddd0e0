"""What a browser lets the export page do: as much as it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.settings import origin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# Lit's own policy, and the page's for the script of its worker.
TRUSTED_TYPES: Final = "lit-html default"
DENIED_FEATURES: Final = (
    "camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial",
    "usb",
)  # fmt: skip
OF_ALL: Final = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# Of the script of a worker: it compiles the WebAssembly that hashes files, and reaches nothing.
OF_WORKERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
}


def page_headers(
    *, websocket_url: str, preview_origin: str, download_origins: Sequence[str]
) -> dict[str, str]:
    """The headers of the page itself.

    Args:
        websocket_url: Where exports are watched.
        preview_origin: Where games are played: an origin, perhaps with a wildcard for its host.
        download_origins: Where downloads lead, so that films are shown where they are asked for.
    """
    films = " ".join(("'self'", *download_origins))
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"{films} data: blob:",
        "media-src": films,
        "font-src": "'self'",
        "connect-src": f"'self' {origin_of(websocket_url)}",
        "worker-src": "'self'",
        "frame-src": preview_origin,
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": TRUSTED_TYPES,
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {of}" for name, of in directives.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED_FEATURES),
        "X-Frame-Options": "DENY",
    }
