"""Static hosts read from files how long to cache, and which headers WebAssembly threads need.

``_headers`` is read by Netlify and Cloudflare Pages, ``serve.json`` by Vercel's ``serve``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

HEADERS: Final = "_headers"
SERVE: Final = "serve.json"
NO_CACHE: Final = "no-cache"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
ISOLATION: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
ANY_ORIGIN: Final = {"Access-Control-Allow-Origin": "*"}
MAX_RULES: Final = 99  # Cloudflare Pages takes 100
# At least eight hexadecimal digits, letters and figures both: no date is a hash, and no word.
_HASHED: Final = re.compile(
    r"[.-](?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}(?:\.[A-Za-z0-9]+)+$"
)
_PLAIN: Final = re.compile(r"^[A-Za-z0-9_./-]+$")  # means the same to every host's pattern language


def files(
    paths: Iterable[str],
    *,
    isolated: bool,
    hashed: Collection[str] = (),
    embeddable: bool = False,
) -> dict[str, bytes]:
    """Both files, for a site.

    Args:
        paths: Of all its files.
        isolated: Whether the page may use SharedArrayBuffer.
        hashed: Those of the files that certainly change their name with their content.
        embeddable: Whether the page may run in a sandboxed frame, whose requests have no origin.
    """
    known = {path for path in paths if path in hashed or is_hashed(path)}
    immutable = sorted(path for path in known if _PLAIN.match(path))[:MAX_RULES]
    everywhere = {
        "Cache-Control": NO_CACHE,
        **(ISOLATION if isolated else {}),
        **(ANY_ORIGIN if embeddable else {}),
    }
    return {HEADERS: _headers(immutable, everywhere), SERVE: _serve(immutable, everywhere)}


def is_hashed(path: str) -> bool:
    """Whether the name carries a hash of the content, so that another content has another name."""
    return _HASHED.search(path.rpartition("/")[2]) is not None


def _headers(hashed: list[str], everywhere: dict[str, str]) -> bytes:
    """``!`` takes back what ``/*`` said, on hosts that would join both; others take the closest."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in everywhere.items())]
    for path in hashed:
        lines += [f"/{path}", "  ! Cache-Control", f"  Cache-Control: {IMMUTABLE}"]
    return ("\n".join(lines) + "\n").encode()


def _serve(hashed: list[str], everywhere: dict[str, str]) -> bytes:
    """Of several rules for a header, the last one counts."""
    rules = [("**", everywhere), *((path, {"Cache-Control": IMMUTABLE}) for path in hashed)]
    document = {
        "cleanUrls": False,
        "headers": [
            {"source": source, "headers": [{"key": k, "value": v} for k, v in headers.items()]}
            for source, headers in rules
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
