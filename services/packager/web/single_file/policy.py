"""A page's own content security policy, as it has to be where everything stands in the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.project.html_page import Page

_SELF: Final = "'self'"
# Any of these would switch 'unsafe-inline' off.
_INLINE_OFF: Final = ("'nonce-", "'sha256-", "'sha384-", "'sha512-", "'strict-dynamic'")
_TEXT: Final = ("script-src", "script-src-elem", "style-src", "style-src-elem")
_IN_PLACE: Final = ("data:", "blob:")
_NOT_IN_META: Final = ("frame-ancestors", "report-uri", "sandbox")


def element(page: Page) -> str:
    """The element that sets it; nothing where the page has none."""
    policies = [
        tag.attributes.get("content", "")
        for tag in page.tags
        if tag.name == "meta"
        and tag.attributes.get("http-equiv", "").strip().lower() == "content-security-policy"
    ]
    return "".join(
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_inside(policy))}">\n'
        for policy in policies
    )


def _inside(policy: str) -> str:
    directives = (part.split() for part in policy.split(";"))
    return "; ".join(
        " ".join([name, *_sources(name.lower(), sources)])
        for name, *sources in filter(None, directives)
        if name.lower() not in _NOT_IN_META
    )


def _sources(name: str, sources: Iterable[str]) -> Iterator[str]:
    """The page's own host is the page itself now."""
    seen = set()
    for source in sources:
        for meant in _meant(name, source):
            if meant not in seen:
                seen.add(meant)
                yield meant


def _meant(name: str, source: str) -> tuple[str, ...]:
    if name in _TEXT and source.lower().startswith(_INLINE_OFF):
        return ("'unsafe-inline'",)
    if source.lower() != _SELF:
        return (source,)
    if name in _TEXT:
        return ("'unsafe-inline'",)
    if name == "default-src":
        return ("'unsafe-inline'", *_IN_PLACE)
    return _IN_PLACE if name.endswith("-src") else (source,)
