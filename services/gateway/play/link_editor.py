"""Links as members make, see and revoke them."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from services.gateway.exports.downloads import ArtifactExpiredError
from services.gateway.play.builds import PLAYABLE, Build
from services.gateway.responses.play import PlayLinkView
from shared.domain.events import now
from shared.domain.log_keys import LogKeys, keys_of_document
from shared.errors import ConflictError, ExportError, InvalidRequestError, NotFoundError
from shared.jetstream.headroom import FOR_PLAY_LINKS
from shared.stores.play_links import PlayLink

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.play.known_links import KnownLinks
    from services.gateway.play.passwords import Passwords
    from services.gateway.play.preview_origin import PreviewOrigin
    from services.gateway.projects.membership import Projects
    from shared.domain.export_document import Document
    from shared.jetstream.headroom import Headroom
    from shared.stores.play_links import PlayLinks
    from shared.tokens import User

log = structlog.get_logger()

TOKEN_BYTES: Final = 20  # 32 letters


class NotPlayableError(ExportError):
    """An artifact that no browser plays."""

    code = "not-playable"
    title = "It cannot be played on a link"
    status = 422


class PlayLinkOptions(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """What a link should be like; what is not named stays, or is as for any new link."""

    password: Annotated[str, msgspec.Meta(min_length=4, max_length=200)] | UnsetType | None = UNSET
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | UnsetType | None = UNSET
    cross_origin_isolated: bool | UnsetType = UNSET


class LinkEditor:
    """Checks who asks, and what for."""

    def __init__(
        self,
        links: PlayLinks,
        origin: PreviewOrigin,
        *,
        known: KnownLinks,
        projects: Projects,
        exports: Exports,
        passwords: Passwords,
        headroom: Headroom,
    ) -> None:
        self._links = links
        self._origin = origin
        self._known = known
        self._projects = projects
        self._exports = exports
        self._passwords = passwords
        self._headroom = headroom

    async def make(
        self, project_id: str, export_id: str | None, user: User, options: PlayLinkOptions
    ) -> tuple[PlayLinkView, bool]:
        """The link of an export, or with None of a project, made or changed; whether it is new.

        Editors make links, and of an export whoever asked for it.

        Raises:
            NotFoundError, ForbiddenError: Not for this user.
            NotPlayableError, ConflictError, ArtifactExpiredError: There is no web build to play.
            InvalidRequestError: It would have expired already.
            StreamFullError: There is no room for new links.
        """
        project = await self._projects.get(project_id, user, "viewer")
        document = await self._exports.get(project_id, export_id) if export_id else None
        if document is None or document.state.user_id != user.user_id:
            project.value.require(user.user_id, "editor")
        self._check(options)
        build = await self._playable(document) if document else None
        known = await self._links.of(project_id, export_id)
        if known is None:
            await self._headroom.check(FOR_PLAY_LINKS)
        changes = await self._changes(options, known)
        fresh = PlayLink(
            token=base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower(),
            project_id=project_id,
            export_id=export_id,
            cross_origin_isolated=self._isolation(build),
            created_by=user.user_id,
            created_at=now(),
        )
        link, is_new = await self._links.make(
            fresh, lambda link: msgspec.structs.replace(link, **changes)
        )
        self._known.forget()
        keys = _keys(project_id, document)
        log.info("play-link.made", is_new=is_new, user_id=user.user_id, **keys)
        return self._view(link, build), is_new

    async def show(self, project_id: str, export_id: str | None, user: User) -> PlayLinkView:
        """A link, for members (raises NotFoundError: there is none)."""
        await self._projects.get(project_id, user, "viewer")
        document = await self._exports.get(project_id, export_id) if export_id else None
        link = await self._links.of(project_id, export_id)
        if link is None:
            raise NotFoundError("there is no play link: POST here makes one")
        return self._view(link, Build.of(document) if document else None)

    async def revoke(self, project_id: str, export_id: str | None, user: User) -> None:
        """End a link at once: editors any, everybody those that they have made."""
        project = await self._projects.get(project_id, user, "viewer")
        link = await self._links.of(project_id, export_id)
        if link is None or link.created_by != user.user_id:
            project.value.require(user.user_id, "editor")
        await self._links.revoke(project_id, export_id)
        self._known.forget()
        keys = {"export_id": export_id} if export_id else {}
        log.info("play-link.revoked", user_id=user.user_id, project_id=project_id, **keys)

    async def revoke_all(self, project_id: str) -> None:
        """End all links of a project that is being deleted."""
        await self._links.revoke_all(project_id)
        self._known.forget()

    def _check(self, options: PlayLinkOptions) -> None:
        expires_at = options.expires_at
        if isinstance(expires_at, datetime) and expires_at <= now():
            raise InvalidRequestError(
                "a link cannot have expired already", [("expiresAt", "name a time that is to come")]
            )
        if options.cross_origin_isolated is True and not self._origin.is_wildcard:
            raise NotPlayableError(
                "crossOriginIsolated needs an origin for each link, and this server has one for "
                "all: its operator sets EXPORT_PREVIEW_ORIGIN to a wildcard, https://*.…"
            )

    async def _playable(self, document: Document) -> Build:
        state = document.state
        if state.platform not in PLAYABLE.platforms:
            raise NotPlayableError(
                f"this export is for {state.platform}: only web exports are played on a link"
            )
        build = Build.of(document)
        if build is None:
            raise ConflictError(f"the export is {state.status}: there is nothing to play yet")
        if build.expires_at <= now():
            retry_url = f"{self._exports.links.status(state.project_id, state.id)}/retry"
            raise ArtifactExpiredError(await self._exports.state(document), retry_url=retry_url)
        return build

    async def _changes(self, options: PlayLinkOptions, known: PlayLink | None) -> dict[str, Any]:
        """What becomes of a link, field by field.

        The same password again is no change: it leaves those who have entered it in the game.
        """
        named = msgspec.structs.asdict(options)
        changes = {name: value for name, value in named.items() if value is not UNSET}
        if isinstance(options.password, str):
            kept = known.password if known else None
            if kept is None or not await self._passwords.is_same(options.password, kept):
                kept = await self._passwords.hash(options.password)
            changes["password"] = kept
        return changes

    def _isolation(self, build: Build | None) -> bool | None:
        """Whether a new link isolates its game: as its build asks, where that can be."""
        return None if build is None else build.wants_isolation and self._origin.is_wildcard

    def _view(self, link: PlayLink, build: Build | None) -> PlayLinkView:
        ends = [at for at in (link.expires_at, build and build.expires_at) if at]
        return PlayLinkView(
            url=self._origin.url(link.token),
            expires_at=min(ends, default=None),
            password_protected=link.password is not None,
            cross_origin_isolated=link.cross_origin_isolated,
            created_at=link.created_at,
        )


def _keys(project_id: str, document: Document | None) -> LogKeys:
    return keys_of_document(document) if document else {"project_id": project_id}
