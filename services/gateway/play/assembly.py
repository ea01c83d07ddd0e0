"""Everything about playing, put together once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.play.archive.archives import Archives
from services.gateway.play.archive.member_bytes import MemberBytes
from services.gateway.play.artifact_files import ArtifactListing
from services.gateway.play.builds import Builds
from services.gateway.play.known_links import KnownLinks
from services.gateway.play.link_editor import LinkEditor
from services.gateway.play.passwords import Passwords
from services.gateway.play.preview.entrance import Entrance
from services.gateway.play.preview.file_replies import FileReplies
from services.gateway.play.preview.isolation import Isolation
from services.gateway.play.preview.preview_app import PreviewApp
from services.gateway.play.preview_origin import PreviewOrigin
from shared.settings import origins
from shared.stores.play_links import PlayLinks

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.exports.export_lists import ExportLists
    from services.gateway.exports.exports import Exports
    from services.gateway.projects.membership import Projects
    from services.gateway.settings import GatewaySettings
    from shared.jetstream.headroom import Headroom
    from shared.storage.bucket import Storage
    from shared.storage.ranged_reads import RangedReads


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """What the API's routes use, and the application on the preview origin."""

    links: LinkEditor
    listing: ArtifactListing
    preview: PreviewApp


async def assemble_play(
    nc: Client,
    reads: RangedReads,
    storage: Storage,
    settings: GatewaySettings,
    *,
    exports: Exports,
    lists: ExportLists,
    projects: Projects,
    headroom: Headroom,
) -> Play:
    """Bind to the links and put everything together (raises ConfigurationError: a bad origin)."""
    links, archives = await PlayLinks.bind(nc.jetstream()), Archives(reads)
    known = await KnownLinks.bind(nc, links)
    origin, passwords = PreviewOrigin.parse(settings.preview.origin), Passwords()
    return Play(
        links=LinkEditor(
            links,
            origin,
            known=known,
            projects=projects,
            exports=exports,
            passwords=passwords,
            headroom=headroom,
        ),
        listing=ArtifactListing(exports, projects=projects, archives=archives, storage=storage),
        preview=PreviewApp(
            origin,
            known,
            entrance=Entrance(origin, passwords),
            builds=Builds(exports, lists),
            archives=archives,
            files=FileReplies(MemberBytes(reads, archives)),
            isolation=Isolation(settings.public_url, origins(settings.cors_origins)),
        ),
    )
