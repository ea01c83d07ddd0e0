"""A start tag of HTML tells what it loads, what it runs, and whether it shows anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_CANDIDATE: Final = re.compile(r"[^\s,]\S*")
_UNSEEN: Final = frozenset(
    (
        *("html", "head", "title", "meta", "link", "base", "style", "body", "noscript", "template"),
        *("script", "param", "source", "track", "br", "wbr", "slot"),
    )
)
# What stays empty where neither a text, nor a style, nor a script fills it.
_HOLLOW: Final = frozenset(
    (
        *("a", "abbr", "address", "article", "aside", "b", "bdi", "blockquote", "center", "code"),
        *("data", "div", "em", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "header", "i", "label", "main", "nav", "p", "pre", "s", "section", "small", "span"),
        *("strong", "sub", "sup", "time", "u", "var", "output", "canvas"),
    )
)
_LINKS: Final = {"a", "area", "use", "image"}
_LOADING_RELS: Final = frozenset(
    (
        *("stylesheet", "modulepreload", "preload", "prefetch", "icon", "manifest"),
        "apple-touch-icon",
    )
)
SCRIPT_TYPES: Final = frozenset(
    (
        *("", "module", "text/javascript", "application/javascript", "text/ecmascript"),
        *("application/ecmascript", "application/x-javascript", "text/x-javascript"),
    )
)


class Tag(msgspec.Struct, frozen=True):
    """One start tag with its attributes, names in lower case."""

    name: str
    attributes: dict[str, str]
    line: int
    is_inert: bool = False  # what it stands in shows none of it: a fallback, or a template

    @property
    def script(self) -> Literal["", "module", "classic"]:
        """What it loads a script as, if it does."""
        if self.name != "script" or "src" not in self.attributes:
            return ""
        kind = self.attributes.get("type", "").strip().lower()
        return "module" if kind == "module" else "classic"

    @property
    def shows(self) -> bool:
        """Whether it shows anything by itself, or leads elsewhere."""
        acts = any(name.startswith("on") or name == "style" for name in self.attributes)
        refreshes = self.attributes.get("http-equiv", "").strip().lower() == "refresh"
        if self.is_inert or refreshes:
            return refreshes
        if self.name in _UNSEEN:
            return acts and self.name in ("html", "body")
        return acts or self.name not in _HOLLOW

    @property
    def runs(self) -> bool:
        """Whether it is a script that browsers of today run."""
        kind = self.attributes.get("type", "").strip().lower()
        return self.name == "script" and kind in SCRIPT_TYPES and "nomodule" not in self.attributes

    @property
    def rels(self) -> frozenset[str]:
        """What a link is for."""
        return frozenset(self.attributes.get("rel", "").lower().split())

    @property
    def is_link(self) -> bool:
        """Whether its URLs are opened, not loaded."""
        return self.name in ("a", "area")

    def urls(self) -> list[str]:
        """What a browser would load or open because of this tag."""
        found = [self.attributes.get(name, "") for name in ("src", "poster")]
        if self.name in _LINKS or _LOADING_RELS & self.rels:
            found += [self.attributes.get("href", ""), self.attributes.get("xlink:href", "")]
        if self.name == "object":
            found.append(self.attributes.get("data", ""))
        for name in ("srcset", "imagesrcset"):
            found += _candidates(self.attributes.get(name, ""))
        return [url for url in found if url.strip()]


def _candidates(srcset: str) -> Iterator[str]:
    """Its URLs: commas stand between them, and may stand in them (WHATWG HTML 4.8.4.2.1)."""
    at = 0
    while match := _CANDIDATE.search(srcset, at):
        yield match[0].rstrip(",")
        ended = match[0].endswith(",")
        at = match.end() if ended else srcset.find(",", match.end()) + 1 or len(srcset)
