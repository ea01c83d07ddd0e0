"""The project's own files that direct a film: its camera path and its input track."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Content
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from shared.domain.entry_page import is_engine_project
from shared.domain.video.camera_path import read_camera_path
from shared.domain.video.timed_actions import read_track

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from services.packager.project.files import ProjectFiles
    from shared.domain.video.film_spec import FilmSpec

MAX_BYTES: Final = 8 << 20
_SCENES_ONLY: Final = "only a project in the engine's own format has one: leave it out"


class FilmFiles:
    """Those that a film uses, each checked."""

    def __init__(self, contents: Mapping[str, Content]) -> None:
        self._contents = contents

    def beside(self, site: Mapping[str, Content]) -> Mapping[str, Content]:
        """The same, which the camera finds in the site under their paths in the project.

        Raises:
            InvalidProjectError: A build has written another file there.
        """
        taken = [
            Finding(file=path, message="the build writes another file there: rename this one")
            for path, content in self._contents.items()
            if path in site and site[path].sha256 != content.sha256
        ]
        if taken:
            raise InvalidProjectError(taken)
        return self._contents


def film_files(project: ProjectFiles, spec: FilmSpec, *, has_output: bool) -> FilmFiles:
    """The files that ``options.video`` names.

    Args:
        project: Where they are.
        spec: The film's.
        has_output: Whether a folder with a finished build is filmed.

    Raises:
        InvalidProjectError: One is missing, or not what it should be; or nothing has a scene.
    """
    is_engine = not has_output and is_engine_project(project.files.keys())
    errors = [
        Finding(file=f"options.video.{option}", message=_SCENES_ONLY)
        for option, value in (("scene", spec.scene), ("cameraPath", spec.camera_path))
        if value and not is_engine
    ]
    contents: dict[str, Content] = {}
    readers: list[tuple[str, str, Callable[[bytes], object]]] = [
        ("cameraPath", spec.camera_path, read_camera_path),
        ("input", spec.input, read_track),
    ]
    for option, path, read in readers:
        if not path:
            continue
        if found := _fault(project, option, path, read):
            errors.append(found)
        else:
            contents[path] = Content.of(project, path)
    if errors:
        raise InvalidProjectError(errors)
    return FilmFiles(contents)


def _fault(
    project: ProjectFiles, option: str, path: str, read: Callable[[bytes], object]
) -> Finding | None:
    if path not in project:
        spelled = project.spelled(path)
        hint = f"the project has {spelled!r}" if spelled else "push it, and leave it in"
        return Finding(
            file=path, message=f"options.video.{option} names it, and it is not there: {hint}"
        )
    try:
        read(project.read(path, max_bytes=MAX_BYTES))
    except msgspec.DecodeError as error:
        message, _, place = str(error).partition(" - at `")
        return Finding(file=path, message=message, path=place.rstrip("`"))
    return None
