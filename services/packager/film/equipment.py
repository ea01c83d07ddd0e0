"""Whether this process can make films, and what with."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.film.studio.browser import find_browser
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.missing import missing
from services.packager.film.studio.studio import Studio
from services.packager.processes.cpu_features import cpu_features
from shared.errors import ConfigurationError
from shared.templates import TemplateError

if TYPE_CHECKING:
    from services.packager.runtimes.registry import Templates
    from services.packager.settings import FilmSettings, PackagerSettings

log = structlog.get_logger()

PLATFORM: Final = "video"
CAMERA: Final = "film-camera"
SCRIPT: Final = "film-camera.js"
MOST_CORES: Final = 8  # that one process of a browser may keep busy, all the time
VERSION_S: Final = 60.0  # for a browser to say its version


class Equipment(msgspec.Struct, frozen=True, kw_only=True):
    """A studio, or what is lacking for one: packages and templates by name."""

    studio: Studio | None = None
    lacks: tuple[str, ...] = ()
    tools: dict[str, str] = {}  # the versions of all that shapes a film beside its site


def equipment(settings: PackagerSettings, templates: Templates) -> Equipment:
    """What this process has to make films with; none where it serves other platforms.

    Raises:
        ConfigurationError: It is to make films by name, and cannot.
    """
    if PLATFORM not in settings.platform_names:
        return Equipment()
    lacks, program = missing(settings.film.program), find_browser(settings.film.program)
    try:
        camera = templates.get(CAMERA)
    except TemplateError:
        lacks.append(f"the runtime template {CAMERA}")
    if lacks or program is None:
        if settings.platforms != "all":
            raise ConfigurationError(
                f"PACKAGER_PLATFORMS={settings.platforms!r}: films need {', '.join(lacks)}; "
                "`make system-packages` installs packages, `make templates` templates"
            )
        log.warning("films.unavailable", lacks=lacks)
        return Equipment(lacks=tuple(lacks))
    studio = Studio(
        camera.folder / SCRIPT,
        _limits(settings.film),
        confined=settings.sandbox.mode == "required",
        program=settings.film.program,
    )
    studio.require()
    said = subprocess.run(  # noqa: S603 - an operator's program
        [program, "--version"], capture_output=True, text=True, timeout=VERSION_S, check=False
    )
    tools = {
        "camera": camera.sha256,
        "browser": said.stdout.strip() or str(program.stat().st_mtime_ns),
        "processor": cpu_features(),
        **_drawing(),
    }
    return Equipment(studio=studio, tools=tools)


def _limits(settings: FilmSettings) -> StudioLimits:
    """Of each browser, as the studio takes them."""
    return StudioLimits(
        memory_bytes=settings.memory_bytes,
        shot_s=settings.film_s,  # how a slice gets on is watched by who has it filmed
        cpu_s=int(settings.film_s * MOST_CORES),
        browsers=settings.at_a_time,
    )


def _drawing() -> dict[str, str]:
    """The version of Mesa, as Debian has it."""
    ask = shutil.which("dpkg-query")
    if ask is None:
        return {}
    said = subprocess.run(  # noqa: S603 - Debian's own program
        [ask, "-W", "-f", "${Version}", "libgl1-mesa-dri"],
        capture_output=True,
        text=True,
        timeout=VERSION_S,
        check=False,
    )
    return {"mesa": said.stdout.strip()}
