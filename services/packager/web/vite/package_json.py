"""A project's package.json says which tools it was made with, and what it needs from others."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from services.packager.web.packages.catalogs import from_catalogs

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

MANIFEST: Final = "package.json"
VITE: Final = "vite"
_BUNDLERS: Final = frozenset({"@rspack/core", "esbuild", "parcel", "rollup", VITE, "webpack"})
_PAGE_BUNDLERS: Final = frozenset({"@rspack/core", "@rsbuild/core", "parcel", "rollup", "webpack"})
_FIELDS: Final = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_PUSH: Final = "push the folder that it makes, and name it with the option outputDir"
_STATIC: Final = f"export it statically ({{how}}), {_PUSH}"
OPERATOR: Final = (
    "; or ask the operator of this exporter whether it may run build scripts of projects "
    "(PACKAGER_RUN_BUILD_SCRIPTS)"
)
# Tools that are more than a bundler of pages: servers, or compilers of their own.
FRAMEWORKS: Final = {
    "next": ("Next.js", _STATIC.format(how='"output": "export"')),
    "nuxt": ("Nuxt", _STATIC.format(how="nuxi generate")),
    "@angular/core": ("Angular", f"build it (ng build), {_PUSH}"),
    "@sveltejs/kit": ("SvelteKit", _STATIC.format(how="@sveltejs/adapter-static")),
    "@remix-run/dev": ("Remix", _STATIC.format(how="its SPA mode")),
    "@react-router/dev": ("React Router's framework", _STATIC.format(how='"ssr": false')),
    "astro": ("Astro", _STATIC.format(how="astro build")),
    "gatsby": ("Gatsby", f"build it (gatsby build), {_PUSH}"),
    "@solidjs/start": ("SolidStart", _STATIC.format(how="its static preset")),
    "@tanstack/react-start": ("TanStack Start", _STATIC.format(how="its static mode")),
    "@builder.io/qwik-city": ("Qwik City", _STATIC.format(how="its static adapter")),
    "expo": ("Expo", _STATIC.format(how="npx expo export --platform web")),
    "react-scripts": ("Create React App", f"build it (npm run build), {_PUSH}"),
    "@vue/cli-service": ("Vue CLI", f"build it (npm run build), {_PUSH}"),
    "solid-js": ("Solid, which needs a compiler that is not here", f"build it, {_PUSH}"),
}
# Packages that no game can have.
_NOT_FOR_GAMES: Final = {
    "@aethel/api": "is for plug-ins of the editor, and no registry has it: remove it",
    "@aethel/engine": "is no package that exists: remove it, and write against three.js, say",
    "@aethel/core": "is for scripts of a project in the engine's own format: remove it",
    "@aethel/ui": "is for scripts of a project in the engine's own format: remove it",
}


class PackageJson(msgspec.Struct, frozen=True):
    """What matters of the nearest ``package.json`` around a folder; empty where there is none."""

    path: str = ""
    needs: dict[str, str] = {}  # every package that it names, whatever for: range by name
    version: str = ""
    build: str = ""  # the script of that name

    def has(self, module: str) -> bool:
        """Whether it names the package of a module."""
        parts = module.split("/")
        return "/".join(parts[: 2 if module.startswith("@") else 1]) in self.needs

    @property
    def other_bundler(self) -> str:
        """The bundler that makes its pages, where that is not Vite; "" where there is none."""
        others = sorted(_PAGE_BUNDLERS.intersection(self.needs))
        return others[0] if others and VITE not in self.needs else ""

    @property
    def has_bundler(self) -> bool:
        """Whether a tool may add scripts to its pages."""
        return not _BUNDLERS.isdisjoint(self.needs)

    @property
    def framework(self) -> str:
        """What it is made with, where that is not built here; "" otherwise."""
        return next(
            (name for package, (name, _) in FRAMEWORKS.items() if package in self.needs), ""
        )

    def refused(self) -> Finding | None:
        """Why the project cannot be built here, and what to do."""
        for package, (name, remedy) in FRAMEWORKS.items():
            if package in self.needs:
                message = f"is a project of {name}, which is not built here: {remedy}{OPERATOR}"
                return Finding(file=self.path, message=message, path=f"$.….{package}")
        return None

    def check(self) -> None:
        """Refuse packages that no registry has.

        Raises:
            InvalidProjectError: Which, and what to do.
        """
        if wrong := [
            Finding(file=self.path, message=f"“{package}” {why}")
            for package, why in _NOT_FOR_GAMES.items()
            if package in self.needs
        ]:
            raise InvalidProjectError(wrong)


def nearest(project: ProjectFiles, folder: str) -> PackageJson:
    """The one around a folder.

    Raises:
        InvalidProjectError: It cannot be read.
        ManifestError: The catalogs that it names cannot.
    """
    while True:
        path = posixpath.join(folder, MANIFEST)
        if path in project:
            return _read(project, path)
        if not folder:
            return PackageJson()
        folder = posixpath.dirname(folder)


def _read(project: ProjectFiles, path: str) -> PackageJson:
    try:
        document = read_json(project, path)
    except UnreadableError as error:
        raise InvalidProjectError([Finding(file=path, message=str(error))]) from None
    needs: dict[str, str] = {}
    for field in _FIELDS:
        needs |= _ranges(document.get(field))
    version = document.get("version")
    scripts = document.get("scripts")
    build = scripts.get("build") if isinstance(scripts, dict) else None
    needs = from_catalogs(project, posixpath.dirname(path), needs)
    return PackageJson(path, needs, _text(version), _text(build))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _ranges(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: wanted for name, wanted in value.items() if isinstance(wanted, str)}
