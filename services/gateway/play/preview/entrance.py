"""The entrance to a link with a password: a form, and a grant for who knows it.

With an origin of its own the grant is a cookie of that host alone. On a shared origin games have no
cookies, so it is the first part of the path, which all relative references keep.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, quote

from services.gateway.play.passwords import GRANT, GRANT_LIVES_S, is_granted
from services.gateway.play.preview import messages
from services.gateway.play.preview.asgi import Reply, read_body
from services.gateway.play.preview.messages import ToldError

if TYPE_CHECKING:
    from services.gateway.play.passwords import Passwords
    from services.gateway.play.preview.asgi import Head, Receive
    from services.gateway.play.preview_origin import Place, PreviewOrigin
    from shared.stores.play_links import PlayLink

FORM_BYTES: Final = 4_096
FIELDS: Final = 8


class Entrance:
    """Lets those pass who have a grant, and gives one for the password."""

    def __init__(self, origin: PreviewOrigin, passwords: Passwords) -> None:
        self._passwords = passwords
        is_https = origin.scheme == "https"
        self._cookie = "__Host-play" if is_https else "play"
        # In a frame of another site the cookie is a third party's: kept apart for each such site.
        can_be_embedded = is_https or origin.is_local
        self._scope = "Secure; SameSite=None; Partitioned" if can_be_embedded else "SameSite=Lax"

    async def enter(
        self, link: PlayLink, place: Place, head: Head, receive: Receive
    ) -> str | Reply:
        """The path of the file that is asked for, or an answer that leads there.

        Raises:
            ToldError: A password is needed, or it is not this one.
            TooManyRequestsError: Too many were tried.
        """
        grant, path = self._grant(place, head)
        kept = link.password
        if head.method == "POST":
            if kept is None:
                raise ToldError(messages.NOT_ALLOWED)
            password = _password(await read_body(receive, limit=FORM_BYTES))
            given = await self._passwords.guess(link.token, password, kept)
            if given is None:
                raise ToldError(messages.WRONG_PASSWORD)
            return self._admit(place, path, given)
        if kept is not None and not is_granted(grant, kept):
            raise ToldError(messages.PASSWORD_NEEDED)
        return path

    def _grant(self, place: Place, head: Head) -> tuple[str, str]:
        """The grant that a request carries, if any, and the path in the game."""
        if place.has_own_origin:
            return _cookie(head.headers.get("cookie", ""), self._cookie), place.path
        first, slash, rest = place.path.partition("/")
        return (first, rest) if slash and GRANT.fullmatch(first) else ("", place.path)

    def _admit(self, place: Place, path: str, grant: str) -> Reply:
        headers = {"Cache-Control": "no-store", "Content-Length": "0"}
        if place.has_own_origin:
            headers["Location"] = place.top + quote(path.lstrip("/"))
            headers["Set-Cookie"] = (
                f"{self._cookie}={grant}; Path=/; Max-Age={GRANT_LIVES_S}; HttpOnly; {self._scope}"
            )
        else:
            headers["Location"] = f"{place.top}{grant}/{quote(path)}"
        return Reply(status=HTTPStatus.SEE_OTHER, headers=headers)


def _password(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode(), max_num_fields=FIELDS)
    except ValueError:  # not UTF-8, or too many fields
        return ""
    return fields.get("password", [""])[0]


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
