"""Where games are played: an origin for each link, or a path for each on one origin.

``https://*.play.example.com`` gives each link a host of its own, so browsers keep games apart by
themselves. On a plain origin, ``https://play.example.com/<token>/``, they are kept apart by a
sandbox without an origin, in which no game can store anything.
"""

from __future__ import annotations

import re
from typing import Final, Self
from urllib.parse import urlsplit

import msgspec

from shared.errors import ConfigurationError

TOKEN: Final = re.compile(r"[a-z2-7]{32}")  # 160 bits in base32: a label of a host, and of a path
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ORIGIN: Final = re.compile(r"https?://(\*\.)?([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?/?")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a request is about."""

    token: str
    path: str  # in the game, without a slash before it
    top: str  # the path of the game's first page on this host: ``/`` or ``/<token>/``
    has_own_origin: bool
    lacks_slash: bool = False  # ``/<token>`` is no folder: no reference would lead into the game


class PreviewOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """``EXPORT_PREVIEW_ORIGIN``, understood."""

    scheme: str
    host: str  # without the ``*.``
    port: str  # with its colon, or empty
    is_wildcard: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the setting.

        Raises:
            ConfigurationError: It is neither ``https://*.host`` nor ``https://host``.
        """
        found = _ORIGIN.fullmatch(text.strip().lower())
        if found is None:
            raise ConfigurationError(
                f"EXPORT_PREVIEW_ORIGIN={text!r} is no origin: write https://*.play.example.com "
                "(a host for each link) or https://play.example.com (a path for each)"
            )
        return cls(
            scheme=urlsplit(found[0]).scheme,
            host=found[2],
            port=found[3] or "",
            is_wildcard=bool(found[1]),
        )

    @property
    def is_local(self) -> bool:
        """Whether browsers trust it without TLS."""
        return self.host in LOOPBACK

    def url(self, token: str) -> str:
        """Where a link leads."""
        if self.is_wildcard:
            return f"{self.scheme}://{token}.{self.host}{self.port}/"
        return f"{self.scheme}://{self.host}{self.port}/{token}/"

    def locate(self, host: str, path: str) -> Place | None:
        """What a request is about; None where nothing of ours can be there.

        Args:
            host: The header ``Host``; its port does not matter.
            path: Decoded, with the slash before it.
        """
        name = _without_port(host.lower()).removesuffix(".")
        if self.is_wildcard:
            token, dot, rest = name.partition(".")
            if dot and rest == self.host and TOKEN.fullmatch(token):
                return Place(token=token, path=path[1:], top="/", has_own_origin=True)
        if name not in self._plain_hosts:
            return None
        token, slash, rest = path[1:].partition("/")
        if not TOKEN.fullmatch(token):
            return None
        return Place(
            token=token, path=rest, top=f"/{token}/", has_own_origin=False, lacks_slash=not slash
        )

    @property
    def _plain_hosts(self) -> frozenset[str]:
        """Hosts with a path for each link; on a wildcard only one's own machine has them."""
        if self.is_wildcard:
            return LOOPBACK if self.is_local else frozenset()
        return LOOPBACK if self.is_local else frozenset({self.host})


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
