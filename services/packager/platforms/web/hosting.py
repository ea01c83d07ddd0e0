"""Static hosts read from files how long to cache, and which headers WebAssembly threads need.

``_headers`` is read by Netlify and Cloudflare Pages, ``serve.json`` by Vercel's ``serve``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from shared.domain.precompressed import Precompressed

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
    compressed: Mapping[str, Precompressed] = {},
    embeddable: bool = False,
) -> dict[str, bytes]:
    """Both files, for a site.

    Args:
        paths: Of all its files.
        isolated: Whether the page may use SharedArrayBuffer.
        hashed: Those of the files that certainly change their name with their content.
        compressed: Those of the files that browsers unpack if the host says so.
        embeddable: Whether the page may run in a sandboxed frame, whose requests have no origin.
    """
    known = {path for path in paths if path in hashed or is_hashed(path)}
    rules = _rules(sorted(known), compressed)
    everywhere = {
        "Cache-Control": NO_CACHE,
        **(ISOLATION if isolated else {}),
        **(ANY_ORIGIN if embeddable else {}),
    }
    return {HEADERS: _headers(rules, everywhere), SERVE: _serve(rules, everywhere)}


def compression_notes(files: Mapping[str, Precompressed]) -> list[Note]:
    """One warning: not every host says what these files need."""
    if not files:
        return []
    first, *others = files
    more = f" (and {len(others)} more)" if others else ""
    message = (
        f"is compressed{more}: the game starts only where the host sends it with Content-Encoding: "
        f"{files[first].coding}. _headers and serve.json say so to hosts that read them; for "
        "others switch Decompression Fallback on in Unity's publishing settings, or compression "
        "off, and build again"
    )
    return [Note(file=first, message=message)]


def is_hashed(path: str) -> bool:
    """Whether the name carries a hash of the content, so that another content has another name."""
    return _HASHED.search(path.rpartition("/")[2]) is not None


def _rules(hashed: list[str], compressed: Mapping[str, Precompressed]) -> dict[str, dict[str, str]]:
    """Headers by path; those without which the game does not start come first."""
    rules: dict[str, dict[str, str]] = {}
    for path, file in compressed.items():
        rules[path] = {"Content-Encoding": file.coding, "Content-Type": file.media_type}
    for path in hashed:
        rules[path] = rules.get(path, {}) | {"Cache-Control": IMMUTABLE}
    plain = [path for path in rules if _PLAIN.match(path)][:MAX_RULES]
    return {path: rules[path] for path in plain}


def _headers(rules: dict[str, dict[str, str]], everywhere: dict[str, str]) -> bytes:
    """``!`` takes back what ``/*`` said, on hosts that would join both; others take the closest."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in everywhere.items())]
    for path, headers in rules.items():
        lines += [f"/{path}", *(f"  ! {name}" for name in headers if name in everywhere)]
        lines += [f"  {name}: {value}" for name, value in headers.items()]
    return ("\n".join(lines) + "\n").encode()


def _serve(paths: dict[str, dict[str, str]], everywhere: dict[str, str]) -> bytes:
    """Of several rules for a header, the last one counts."""
    rules = [("**", everywhere), *paths.items()]
    document = {
        "cleanUrls": False,
        "headers": [
            {"source": source, "headers": [{"key": k, "value": v} for k, v in headers.items()]}
            for source, headers in rules
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
