"""The packager's settings are read from the environment (docs/settings.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from services.packager.sandbox.confinement import Limits
from services.packager.signing.keys import SigningKeys
from shared.domain.platforms import PLATFORMS
from shared.errors import ConfigurationError
from shared.settings import Bind, RetrySettings, S3Settings, ServiceSettings, env
from shared.templates import BUILT

GIB: Final = 1 << 30
MOST_BROWSERS: Final = 4  # that are started where nobody says how many


class TemplateSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where runtime templates are installed; the command line reads this alone."""

    folder: Annotated[
        str,
        env(
            "PACKAGER_TEMPLATES_DIR",
            "folder of runtime templates; empty: build/templates of the checkout",
        ),
    ] = ""

    @property
    def path(self) -> Path:
        """The folder; what is not there is found when a template is needed."""
        return Path(self.folder) if self.folder else BUILT


class SigningSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where signing keys are kept; the command line reads this alone, too."""

    folder: Annotated[
        str,
        env(
            "PACKAGER_SIGNING_DIR",
            "folder of signing keys (docs/desktop.md, docs/phones.md); empty: none",
        ),
    ] = ""
    timeout_s: Annotated[
        float,
        env(
            "PACKAGER_SIGNING_TIMEOUT_S",
            "how long each program that signs or notarises may take, s",
            gt=0,
        ),
    ] = 600.0

    @property
    def keys(self) -> SigningKeys:
        """The operator's keys.

        Raises:
            ConfigurationError: There is no such folder; else nothing would be signed, unnoticed.
        """
        if self.folder and not Path(self.folder).is_dir():
            raise ConfigurationError(
                f"PACKAGER_SIGNING_DIR={self.folder!r}: there is no such folder"
            )
        return SigningKeys(Path(self.folder) if self.folder else None, self.timeout_s)


class SandboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How far builds are confined, and what each may use."""

    mode: Annotated[
        Literal["required", "best-effort"],
        env(
            "PACKAGER_SANDBOX",
            "required: start only where Landlock and seccomp confine builds; best-effort: confine "
            "as far as possible, for projects that you trust",
        ),
    ] = "required"
    memory_bytes: Annotated[
        int, env("PACKAGER_BUILD_MEMORY_BYTES", "memory of one build, bytes", ge=256 << 20)
    ] = 1536 << 20
    cpu_s: Annotated[int, env("PACKAGER_BUILD_CPU_S", "computing time of one build, s", ge=1)] = (
        1_200
    )
    file_bytes: Annotated[
        int,
        env("PACKAGER_BUILD_FILE_BYTES", "the largest file a build may write, bytes", ge=64 << 20),
    ] = 8 * GIB

    run_build_scripts: Annotated[
        bool,
        env(
            "PACKAGER_RUN_BUILD_SCRIPTS",
            "true: web projects that the exporter cannot build itself are built by the `build` "
            "script of their package.json, inside of the sandbox (docs/web-projects.md)",
        ),
    ] = False

    @property
    def limits(self) -> Limits:
        """As the sandbox takes them."""
        return Limits(
            memory_bytes=self.memory_bytes,
            cpu_s=self.cpu_s,
            file_bytes=self.file_bytes,
            own_programs=self.run_build_scripts,
        )


class RegistrySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where packages of web projects come from; the command line reads this, too."""

    url: Annotated[
        str,
        env(
            "PACKAGER_NPM_REGISTRY",
            "URL of the npm registry that web projects get their packages from; empty: none",
            pattern=r"^(https?://[^\s?#@]+)?$",
        ),
    ] = ""
    token: Annotated[
        str,
        env(
            "PACKAGER_NPM_TOKEN",
            "bearer token for that registry; every maker can install whatever it may read",
            secret=True,
            may_be_empty=True,
        ),
    ] = ""


class FilmSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How films are made, where this process serves the platform ``video``."""

    browsers: Annotated[
        int,
        env(
            "PACKAGER_FILM_BROWSERS",
            "slices of films that are filmed at a time, each in a browser of its own; 0: as many "
            "as cores, at most 4",
            ge=0,
            le=64,
        ),
    ] = 0
    films: Annotated[
        int,
        env(
            "PACKAGER_FILM_CONCURRENCY",
            "films that are made at a time, in place of PACKAGER_CONCURRENCY: each waits for its "
            "slices, mostly; PACKAGER_CONCURRENCY of them are built or made one file at a time",
            ge=1,
            le=256,
        ),
    ] = 16
    memory_bytes: Annotated[
        int,
        env(
            "PACKAGER_FILM_MEMORY_BYTES",
            "memory of one browser that films, with all that belongs to it, bytes",
            ge=1 << 30,
        ),
    ] = 4 * GIB
    shot_s: Annotated[
        float,
        env(
            "PACKAGER_FILM_SHOT_S",
            "how long the filming of one slice may take however light its scene is, and until its "
            "first frame is there, s; then its own pace tells whether it will be there within "
            "PACKAGER_FILM_S",
            ge=60,
        ),
    ] = 7_200.0
    film_s: Annotated[
        float,
        env(
            "PACKAGER_FILM_S",
            "how long a whole film may take, waiting for browsers included, s; in place of "
            "BUILD_QUEUE_PROCESSING_TIMEOUT_MS",
            ge=60,
        ),
    ] = 21_600.0
    program: Annotated[
        str,
        env(
            "PACKAGER_FILM_PROGRAM",
            "path of the browser that films; empty: Debian's chromium-headless-shell",
        ),
    ] = ""

    @property
    def at_a_time(self) -> int:
        """How many slices are filmed at a time."""
        return self.browsers or min(os.cpu_count() or 1, MOST_BROWSERS)


class PackagerSettings(ServiceSettings, frozen=True, kw_only=True):
    """Read once in ``__main__``; passed down, never imported."""

    s3: S3Settings
    retry: RetrySettings
    templates: TemplateSettings
    signing: SigningSettings
    sandbox: SandboxSettings
    registry: RegistrySettings = RegistrySettings()
    film: FilmSettings = FilmSettings()
    bind: Annotated[str, env("PACKAGER_BIND", "host:port of health and metrics", pattern=Bind)] = (
        "127.0.0.1:8082"
    )
    platforms: Annotated[
        str, env("PACKAGER_PLATFORMS", "platforms this process packs, comma separated, or all")
    ] = "all"
    concurrency: Annotated[
        int,
        env(
            "PACKAGER_CONCURRENCY",
            "exports at a time, of each platform; one more for others while one user or project "
            "holds all, and a small one while large ones do",
            ge=1,
            le=64,
        ),
    ] = 2
    in_hand_bytes: Annotated[
        int,
        env(
            "PACKAGER_IN_HAND_BYTES",
            "projects that are built at a time on all platforms together, bytes; a quarter is for "
            "small ones, one alone may be larger",
            ge=256 << 20,
        ),
    ] = 8 * GIB
    threads: Annotated[
        int, env("PACKAGER_THREADS", "compressing threads of each export", ge=1, le=64)
    ] = 2
    cache_dir: Annotated[
        str, env("PACKAGER_CACHE_DIR", "folder of cached project files; may be shared and lost")
    ] = ".cache/packager"
    cache_bytes: Annotated[
        int, env("PACKAGER_CACHE_BYTES", "how large that folder may become, bytes", ge=1 << 20)
    ] = 10 * GIB
    disk_bytes: Annotated[
        int,
        env(
            "PACKAGER_DISK_BYTES",
            "what the cache's volume may take of its disk, for metrics; 0: all of it",
            ge=0,
        ),
    ] = 0
    drain_timeout_s: Annotated[
        float,
        env(
            "PACKAGER_DRAIN_TIMEOUT_S",
            "how long work in hand may go on after SIGTERM, s; below the pod's grace period",
            ge=0,
        ),
    ] = 25.0

    @property
    def film_retry(self) -> RetrySettings:
        """How exports to films are tried: one takes as long as its slices."""
        timeout_ms = int(self.film.film_s * 1_000)
        return msgspec.structs.replace(self.retry, processing_timeout_ms=timeout_ms)

    @property
    def platform_names(self) -> tuple[str, ...]:
        """The platforms, sorted.

        Raises:
            ConfigurationError: One that nobody can pack.
        """
        if self.platforms == "all":
            return tuple(sorted(PLATFORMS))
        names = {name.strip() for name in self.platforms.split(",")} - {""}
        if not names or not names <= PLATFORMS.keys():
            allowed = ", ".join(sorted(PLATFORMS))
            message = (
                f"PACKAGER_PLATFORMS={self.platforms!r}: allowed are all, or some of {allowed}"
            )
            raise ConfigurationError(message)
        return tuple(sorted(names))
