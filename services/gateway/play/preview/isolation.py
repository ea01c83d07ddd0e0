"""What keeps a previewed game to itself: the headers of every answer on the preview origin.

With an origin of its own a game has its own storage, cookies and workers, and the sandbox takes
from it only what it could do to the page around it. On a shared origin the sandbox takes its origin
as well. The API trusts no cookie, so a game that asks it is a stranger there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from services.gateway.play.preview_origin import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.gateway.play.preview_origin import Place

# No way to navigate what is around it, and no window that escapes from the sandbox.
_SANDBOX: Final = (
    "sandbox allow-scripts allow-pointer-lock allow-forms allow-modals allow-popups "
    "allow-downloads allow-orientation-lock allow-presentation"
)
_FRAMES: Final = frozenset({"iframe", "frame", "embed", "object"})
_ANYWHERE: Final = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
SHARED: Final = {  # a game without an origin is foreign to its own files
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Length, Content-Range, ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT: Final = {
    **SHARED,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
    "Content-Length": "0",
}


class Isolation:
    """The headers.

    Args:
        public_url: Of the service, whose page shows games.
        embedders: Further origins that may, ``EXPORT_CORS_ORIGINS``.
    """

    def __init__(self, public_url: str, embedders: Iterable[str]) -> None:
        self.frame_ancestors = " ".join(
            ["frame-ancestors 'self'", *sorted({*_origins(public_url), *embedders})]
        )

    def of_game(self, place: Place, *, isolated: bool, destination: str) -> dict[str, str]:
        """The headers of a game's file.

        A browser shows no page that is both sandboxed and the first of a new group of windows
        (COOP), and a page at the top has nothing around it: there COOP takes the sandbox's place.

        Args:
            place: Where it is.
            isolated: Whether it may use SharedArrayBuffer.
            destination: ``Sec-Fetch-Dest``: what the browser wants it for.
        """
        if not place.has_own_origin:
            policy = f"{_SANDBOX}; {self.frame_ancestors}"
            return {**_ANYWHERE, **SHARED, "Content-Security-Policy": policy}
        headers = {
            **_ANYWHERE,
            "Origin-Agent-Cluster": "?1",  # no document.domain
            "Cross-Origin-Resource-Policy": "cross-origin" if isolated else "same-origin",
            "Content-Security-Policy": f"{_SANDBOX} allow-same-origin; {self.frame_ancestors}",
        }
        if isolated:
            headers["Cross-Origin-Embedder-Policy"] = "require-corp"
            headers["Vary"] = "Sec-Fetch-Dest"
            if destination not in _FRAMES:
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Content-Security-Policy"] = self.frame_ancestors
        return headers

    def of_message(self, style_hash: str) -> dict[str, str]:
        """The headers of a page of our own: no script, one style, one form."""
        policy = (
            f"default-src 'none'; style-src 'sha256-{style_hash}'; form-action 'self'; "
            f"base-uri 'none'; {self.frame_ancestors}"
        )
        return {
            **_ANYWHERE,
            **SHARED,  # a game that asks for a file it does not have is to see that
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
        }


def _origins(url: str) -> list[str]:
    """The origin of a URL; one's own machine goes by two names."""
    parts = urlsplit(url)
    if f"{parts.hostname}" not in LOOPBACK:
        return [f"{parts.scheme}://{parts.netloc}"]
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{name}{port}" for name in ("127.0.0.1", "localhost")]
