"""Which of the packages that ``package.json`` names a build needs.

A build needs what the game imports. It brings Vite, its plugins and TypeScript itself, and checks
nothing: linters, tests and types are left out, and so are ``devDependencies`` that no source
imports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Note
from services.packager.web.packages.dependency import Dependency, read_dependency
from services.packager.web.packages.errors import PackageError
from services.packager.web.packages.imports import imports_of
from services.packager.web.packages.manifest import manifest_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from services.packager.project.files import ProjectFiles
    from services.packager.web.packages.manifest import Manifest

SHOWN: Final = 20  # names in one note
# The build has these itself, in the versions that it was tested with.
_BROUGHT: Final = frozenset(
    {
        "@sveltejs/vite-plugin-svelte",
        "@tailwindcss/aspect-ratio",
        "@tailwindcss/container-queries",
        "@tailwindcss/forms",
        "@tailwindcss/postcss",
        "@tailwindcss/typography",
        "@tailwindcss/vite",
        "@vitejs/plugin-legacy",
        "@vitejs/plugin-react",
        "@vitejs/plugin-react-swc",
        "@vitejs/plugin-vue",
        "@vitejs/plugin-vue-jsx",
        "autoprefixer",
        "esbuild",
        "postcss",
        "rollup",
        "tailwindcss",
        "tailwindcss-animate",
        "typescript",
        "vite",
        "vite-plugin-solid",
        "vite-tsconfig-paths",
    }
)
_TOOLS: Final = re.compile(
    r"@types/.*|@?eslint.*|@typescript-eslint/.*|typescript-eslint|prettier.*|stylelint.*|"
    r"@testing-library/.*|@storybook/.*|storybook|vitest|@vitest/.*|jest|@jest/.*|ts-jest|mocha|"
    r"chai|jsdom|happy-dom|playwright|@playwright/.*|cypress|puppeteer|husky|lint-staged|"
    r"commitlint|@commitlint/.*|nodemon|concurrently|cross-env|rimraf|npm-run-all\d?|"
    r"ts-node|tsx|vue-tsc|svelte-check|tsc-watch|webpack|webpack-.*|parcel|react-scripts|gh-pages|"
    r"serve|http-server|terser|globals"
)


class Wanted(msgspec.Struct, frozen=True):
    """What is installed, and what was left out."""

    dependencies: tuple[Dependency, ...]  # sorted by name
    optional: frozenset[str]
    notes: tuple[Note, ...]


def select(
    project: ProjectFiles,
    root: str,
    manifest: Manifest,
    *,
    have: Collection[str],
    everything: bool = False,
) -> Wanted:
    """The dependencies of a folder that its build needs.

    Args:
        project: All files.
        root: The folder.
        manifest: Its ``package.json``.
        have: Names that are there already, wherever they come from.
        everything: Whether all of them are, as its own tools build it.

    Raises:
        PackageError: One of them cannot be had.
    """
    file = manifest_path(root)
    imports = frozenset[str]() if everything else imports_of(project, root)
    chosen: dict[str, str] = {}
    left_out: list[str] = []
    for name, spec in (manifest.dev_dependencies | manifest.needed).items():
        development = name not in manifest.needed
        if everything or _is_needed(name, imports, development=development):
            chosen[name] = spec
        else:
            left_out.append(name)
    return Wanted(
        tuple(_read(sorted(chosen.items()), manifest, file, have)),
        frozenset(manifest.optional_dependencies),
        tuple(_notes(left_out, file)),
    )


def _is_needed(name: str, imports: frozenset[str], *, development: bool) -> bool:
    is_tool = name in _BROUGHT or _TOOLS.fullmatch(name)
    return name in imports or not (development or is_tool)


def _read(
    chosen: Iterable[tuple[str, str]], manifest: Manifest, file: str, have: Collection[str]
) -> Iterable[Dependency]:
    for name, spec in chosen:
        try:
            yield read_dependency(name, spec, file=file)
        except PackageError:
            if name in have:  # wherever it should come from, it is here
                yield Dependency(name, name, "*")
            elif name not in manifest.optional_dependencies:
                raise


def _notes(left_out: list[str], file: str) -> Iterable[Note]:
    if left_out:
        more = len(left_out) - SHOWN
        names = ", ".join(sorted(left_out)[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield Note(
            level="info",
            file=file,
            message=f"not installed, as the build brings them or no source imports them: {names}",
        )
