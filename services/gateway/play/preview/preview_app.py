"""The application on the preview origin: it plays what links lead to, and serves nothing else."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import nats.errors
import structlog

from services.gateway.play.archive.zip_index import ArchiveDamagedError
from services.gateway.play.builds import NothingToPlayError
from services.gateway.play.preview import messages
from services.gateway.play.preview.asgi import BrokenReplyError, Head, Reply, send_reply, whole
from services.gateway.play.preview.isolation import PREFLIGHT
from services.gateway.play.preview.messages import Message, ToldError
from shared.domain.events import now
from shared.errors import NotFoundError, TooManyRequestsError, UnavailableError
from shared.metrics import previews as metrics
from shared.metrics.born import born

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.play.archive.archives import Archives
    from services.gateway.play.builds import Build, Builds
    from services.gateway.play.known_links import KnownLinks
    from services.gateway.play.preview.asgi import Receive, Send
    from services.gateway.play.preview.entrance import Entrance
    from services.gateway.play.preview.file_replies import FileReplies
    from services.gateway.play.preview.isolation import Isolation
    from services.gateway.play.preview_origin import Place, PreviewOrigin
    from shared.stores.play_links import PlayLink

log = structlog.get_logger()

PAGE: Final = "index.html"
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
STATUSES: Final = (  # all that is ever answered: with files and redirections, and with messages
    *(200, 204, 206, 303, 304, 307, 416),
    *(401, 403, 404, 405, 410, 429, 500, 502, 503),
)
born(metrics.REQUESTS, status=map(str, STATUSES))


class PreviewApp:
    """An ASGI application; it is not the API's, and knows none of its routes."""

    def __init__(
        self,
        origin: PreviewOrigin,
        links: KnownLinks,
        *,
        entrance: Entrance,
        builds: Builds,
        archives: Archives,
        files: FileReplies,
        isolation: Isolation,
    ) -> None:
        self._origin = origin
        self._links = links
        self._entrance = entrance
        self._builds = builds
        self._archives = archives
        self._files = files
        self._isolation = isolation

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        head = Head.of(scope)
        is_head = head.method == "HEAD"
        try:
            try:
                reply = await self._reply(head, receive)
                await send_reply(reply, head_only=is_head, receive=receive, send=send)
            except BrokenReplyError:
                raise
            except Exception as error:  # noqa: BLE001 - this is where each becomes a page
                reply = self._told(_message_of(error), head)
                await send_reply(reply, head_only=is_head, receive=receive, send=send)
            metrics.REQUESTS.labels(int(reply.status)).inc()
        except BrokenReplyError as error:
            log.warning("preview.cut", error=repr(error.__cause__))

    async def _reply(self, head: Head, receive: Receive) -> Reply:
        place = self._origin.locate(head.headers.get("host", ""), head.path)
        if place is None:
            raise ToldError(messages.NO_SUCH_LINK)
        if head.method == "OPTIONS" and not place.has_own_origin:
            return Reply(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
        if head.method not in METHODS:
            raise ToldError(messages.NOT_ALLOWED)
        link = await self._links.by_token(place.token)
        if link is None:
            raise ToldError(messages.NO_SUCH_LINK)
        if link.expires_at is not None and link.expires_at <= now():
            raise ToldError(messages.LINK_EXPIRED)
        if place.lacks_slash:
            return _redirect(place.token, head)
        path = await self._entrance.enter(link, place, head, receive)
        return path if isinstance(path, Reply) else await self._file(link, place, path, head)

    async def _file(self, link: PlayLink, place: Place, path: str, head: Head) -> Reply:
        """A file of the newest build, or of the one before: a page may be open that needs it."""
        name = path if path and not path.endswith("/") else path + PAGE
        for build in await self._builds.of(link.project_id, link.export_id):
            archive = await self._archives.get(build.artifact)
            if name in archive.members:
                file = self._files.of(archive, name, head.headers)
                return self._guarded(link, place, build, file, head)
            if f"{name}/{PAGE}" in archive.members:
                folder = _redirect(name.rpartition("/")[2], head)
                return self._guarded(link, place, build, folder, head)
        raise ToldError(messages.NO_SUCH_FILE)

    def _guarded(
        self, link: PlayLink, place: Place, build: Build, reply: Reply, head: Head
    ) -> Reply:
        """What a game is sent, with what keeps it to itself."""
        wanted = link.cross_origin_isolated
        guards = self._isolation.of_game(
            place,
            isolated=build.wants_isolation if wanted is None else wanted,
            destination=head.headers.get("sec-fetch-dest", ""),
        )
        varies = ", ".join(h["Vary"] for h in (guards, reply.headers) if "Vary" in h)
        headers = {
            **guards,
            "Cache-Control": "private, no-cache" if link.password else "no-cache",
            **reply.headers,
            **({"Vary": varies} if varies else {}),
        }
        return Reply(status=reply.status, headers=headers, blocks=reply.blocks)

    def _told(self, message: Message, head: Head) -> Reply:
        language = messages.language_of(head.headers.get("accept-language", ""))
        body = messages.render(message, language)
        headers = {
            **self._isolation.of_message(messages.STYLE_SHA256),
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Content-Language": language,
            "Vary": "Accept-Language",
        }
        if message.retry_after_s is not None:
            headers["Retry-After"] = str(message.retry_after_s)
        if message.status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Form"  # RFC 9110 wants one; no browser asks for it
        return Reply(status=message.status, headers=headers, blocks=whole(body))


def _redirect(folder: str, head: Head) -> Reply:
    """To a folder beside the file that was asked for; relative, so that it leads nowhere else."""
    query = f"?{head.query}" if head.query else ""
    headers = {"Location": f"./{quote(folder)}/{query}", "Content-Length": "0"}
    return Reply(status=HTTPStatus.TEMPORARY_REDIRECT, headers=headers)


def _message_of(error: Exception) -> Message:
    """The page that tells of an error; what is ours is logged, too."""
    match error:
        case ToldError(message=message):
            return message
        case NothingToPlayError(has_expired=has_expired):
            return messages.BUILD_EXPIRED if has_expired else messages.NO_BUILD
        case NotFoundError():  # swept away since it was looked up
            return messages.BUILD_EXPIRED
        case TooManyRequestsError():
            return messages.TOO_MANY_GUESSES
        case ArchiveDamagedError():
            log.error("preview.archive-damaged", error=str(error))
            return messages.BUILD_DAMAGED
        case UnavailableError() | nats.errors.Error():
            log.warning("preview.unavailable", error=str(error))
            return messages.AWAY
        case _:
            log.error("preview.failed", exc_info=error)
            return messages.FAILED
