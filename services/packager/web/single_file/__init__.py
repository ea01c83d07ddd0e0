"""A game in one HTML file plays from a disk, and where a page may ask for nothing.

Every file of the site stands in the page, as base64 in one JSON text; the loader, which comes with
the player, hands them out (``runtimes/web-player/single-file``, ADR 31).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.formats import Container
from services.packager.archive.member import Member
from services.packager.build.packing import LEVELS
from services.packager.build.plan import BuildPlan, Carried, Content, Note
from services.packager.build.progress import megabytes
from services.packager.build.stages import Stage
from services.packager.web.aethel import player_chunks
from services.packager.web.game_site import ENTRY
from services.packager.web.single_file import notes
from services.packager.web.single_file.bundling import PageBundler
from services.packager.web.single_file.document import write_document
from services.packager.web.single_file.site_files import SiteFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.concatenated import Piece
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.web.game_site import Site

FORMAT: Final = "single-file"
PLAYER: Final = "player"  # the template that has the loader, and the bundler


class OneFile(msgspec.Struct, frozen=True, kw_only=True):
    """The artifact is the page itself."""

    page: Member
    container: Container = "file"
    carries: Carried = "archive"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """The one file."""
        del game
        return [self.page]


def plan_single_file(
    site: Site, project: ProjectFiles, request: Request, context: BuildContext
) -> BuildPlan:
    """The plan of a site as one file.

    Raises:
        SingleFileError: It cannot be one; the message says what to change.
        TemplateError: The player is not installed.
    """
    context.stage(Stage(name="joining"))
    template = context.templates.get(PLAYER)
    player = player_chunks.player_of(template)
    files = SiteFiles(site, project)
    bundler = PageBundler(template.folder / player.bundler, context.scratch / "single-file", files)
    bundled = bundler.bundle(site.computed_modules, minify=request.configuration != "debug")
    loader = template.read(player.single_file).decode()
    level = LEVELS[request.options.compression]
    written = write_document(context.scratch / ENTRY, files, bundled, loader, level)
    page = Content(
        path=ENTRY, size_bytes=written.size_bytes, sha256=written.sha256, derived=written.path
    )
    return BuildPlan(
        contents=(page,),
        title=site.title,
        version=site.version,
        entry=ENTRY,
        content_type="text/html; charset=utf-8",
        suffix=".html",
        notes=(
            Note(level="info", file=ENTRY, message=_size(written.size_bytes, written.shares)),
            *notes.of(site, files, request),
            *site.notes,
        ),
        templates=(template, *(used for used in site.templates if used.name != PLAYER)),
        packages=site.packages,
        reproducible=site.reproducible,
        lacking=site.lacking,
        application=OneFile(page=written.member()),
    )


def _size(size_bytes: int, shares: Sequence[tuple[str, int]]) -> str:
    """How large it is, and because of what."""
    largest = ", ".join(f"{path} {megabytes(size)}" for path, size in shares)
    return f"one file of {megabytes(size_bytes)}; the largest in it: {largest}"
