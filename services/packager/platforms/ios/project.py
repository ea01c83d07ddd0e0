"""An Xcode project is put together here: what is in it, under which path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec
from PIL import Image

from services.packager.archive.member import Member
from services.packager.platforms.ios import info_plist, template_texts
from services.packager.platforms.ios.asset_catalog import asset_catalog
from services.packager.platforms.ios.export_options import export_options
from services.packager.platforms.ios.identity import IosIdentity
from services.packager.platforms.ios.layout import (
    APP,
    INFO,
    LANGUAGES,
    NAMES,
    PRIVACY,
    SCRIPTS,
    WORDS,
    WWW,
)
from services.packager.platforms.ios.project_file import ProjectFile
from services.packager.platforms.ios.purposes import Purposes
from services.packager.platforms.ios.scheme import WORKSPACE, scheme
from shared.domain.options import Configuration, Orientation
from shared.templates import Template

if TYPE_CHECKING:
    from collections.abc import Iterable


TEMPLATE: Final = "ios-app"
_SOURCES: Final = "Sources/"
_RESOURCES: Final = "Resources/"


class XcodeProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project before the game is in it."""

    identity: IosIdentity
    picture: Image.Image
    orientation: Orientation
    configuration: Configuration
    template: Template
    purposes: Mapping[str, Purposes]  # language -> why it wants what players have to allow

    def made(self) -> dict[str, bytes]:
        """Every file around the game, by its path in the project's folder."""
        name = self.identity.command
        project = f"{name}.xcodeproj"
        sources = self._sources()
        return {
            f"{project}/project.pbxproj": ProjectFile(
                identity=self.identity, sources=tuple(sources)
            )
            .text()
            .encode(),
            f"{project}/project.xcworkspace/contents.xcworkspacedata": WORKSPACE.encode(),
            f"{project}/xcshareddata/xcschemes/{name}.xcscheme": scheme(
                self.identity, self.configuration
            ),
            **{f"{APP}/{path}": data for path, data in {**sources, **self._resources()}.items()},
            **export_options(self.configuration),
            **template_texts.texts(self.template, self.identity, self.configuration),
        }

    def members(self, game: Iterable[Member]) -> list[Member]:
        """All files of the project, sorted by path, below one folder."""
        root = self.identity.command
        files = [Member.of_bytes(f"{root}/{path}", data) for path, data in self.made().items()]
        files += [moved(member, f"{root}/{WWW}/{member.path}") for member in game]
        return sorted(files, key=lambda member: member.path)

    def _sources(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.template.files if path.startswith(_SOURCES))
        return {path.removeprefix(_SOURCES): self.template.read(path) for path in paths}

    def _resources(self) -> dict[str, bytes]:
        words = [f"{language}.lproj/{WORDS}" for language in LANGUAGES]
        shipped = (PRIVACY, *SCRIPTS, *words)
        return {
            INFO: info_plist.info_plist(
                self.identity,
                self.orientation,
                runtime=self.template.version,
                purposes=self.purposes.get(LANGUAGES[0], {}),
            ),
            **{path: self.template.read(f"{_RESOURCES}{path}") for path in shipped},
            **{
                f"{language}.lproj/{NAMES}": info_plist.strings(
                    self.identity, self.purposes.get(language, {})
                )
                for language in LANGUAGES
            },
            **asset_catalog(self.picture),
        }


def moved(member: Member, path: str) -> Member:
    """The same content under another path."""
    return msgspec.structs.replace(member, path=path)
