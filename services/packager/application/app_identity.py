"""An application's identity is its name, in every place that has rules of its own for names.

A title is the maker's and may hold anything; it is shown as it is. Everything derived from it is
made safe here, once, so that no writer of plists, resources or desktop entries meets a surprise.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.slug import slug
from shared.domain.paths import RESERVED
from shared.domain.visible_text import visible_line

if TYPE_CHECKING:
    from services.packager.request import Request

MAX_TITLE_BYTES: Final = 256  # what the shell takes
MAX_FILE_NAME_BYTES: Final = 120  # file systems take 255; folders and extensions join it
MAX_NUMBER: Final = 0xFFFF  # of each part of a Windows version
_ID_PREFIX: Final = "com.aethel.game"
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')  # on Windows; macOS and Linux forbid a part of it


class AppIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """One application's names and numbers."""

    title: str  # what people see: one line without what cannot be seen
    file_name: str  # the title as every file system takes it, without extension
    command: str  # lower-case ASCII letters, digits, hyphens
    bundle_id: str  # reverse domain name
    version: str  # as the maker wrote it

    @classmethod
    def of(cls, title: str, version: str, request: Request, project_id: str) -> AppIdentity:
        """The identity of a project's application.

        Without ``bundleId`` it is made of the project's id, so that a new title keeps the saves.
        """
        shown = _shortened(visible_line(title), MAX_TITLE_BYTES) or "Game"
        return cls(
            title=shown,
            file_name=file_name_of(shown),
            command=slug(shown),
            bundle_id=request.options.bundle_id or f"{_ID_PREFIX}.{_id_part(project_id)}",
            version=version,
        )

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """The version as Windows counts: four numbers, each at most 65535."""
        parts = [min(int(part), MAX_NUMBER) for part in self._release.split(".")]
        first, second, third, fourth, *_ = (*parts, 0, 0, 0)
        return first, second, third, fourth

    @property
    def short_version(self) -> str:
        """The version as macOS counts: at most three numbers."""
        return ".".join(str(int(part)) for part in self._release.split(".")[:3])

    @property
    def _release(self) -> str:
        return re.split("[-+]", self.version, maxsplit=1)[0]


def file_name_of(title: str) -> str:
    """A name that Windows, macOS and Linux all take, as close to the title as that allows."""
    name = visible_line(_FORBIDDEN.sub("", title))
    name = _shortened(name, MAX_FILE_NAME_BYTES).strip(". ")
    return f"Game {name}" if RESERVED.match(name) else name or "Game"


def _shortened(line: str, max_bytes: int) -> str:
    """The line cut between letters; what joins letters, or is half a flag, is not left over."""
    return visible_line(line.encode()[:max_bytes].decode(errors="ignore"))


def _id_part(project_id: str) -> str:
    """Project ids hold underscores, which bundle ids must not; two projects never share one."""
    plain = project_id.replace("_", "-").strip("-")
    if plain == project_id:
        return plain
    return f"{plain}-{hashlib.sha256(project_id.encode()).hexdigest()[:8]}"
