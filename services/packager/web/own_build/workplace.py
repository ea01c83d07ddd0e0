"""The workplace of a build script: the project and its packages, what stands in for npm, a home.

Everything is a plain file: a build makes no links, and tools that look for a program by its name
find a short script that starts it.
"""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.runtimes.node import REMEDY, find_node
from shared.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.packager.build.context import ScriptRunner
    from services.packager.processes.subprocess_runner import Finished
    from services.packager.web.vite.package_json import PackageJson

STAND_IN: Final = "src/run-script.mjs"
MANAGERS: Final = ("npm", "npx", "pnpm", "pnpx", "yarn", "bun", "bunx")
HEAP_MIB: Final = 1_024
MAX_MANIFEST_BYTES: Final = 1 << 20
MAX_PROGRAMS: Final = 10_000
_PROGRAM: Final = re.compile(r"[A-Za-z0-9_][\w.@-]{0,99}")
_HEAD_BYTES: Final = 100


class Workplace:
    """Folders for one script.

    Args:
        folder: Where they are made; a script may change all that lies there.
        template: The builder's, which has the stand-in for npm.
    """

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder = folder
        self._template = template
        self.project = folder / "project"
        self._bin = folder / "bin"
        self._home = folder / "home"
        for made in (self.project, self._bin, self._home):
            made.mkdir(parents=True)

    def link_programs(self, root: str) -> None:
        """Give names to the programs of packages, and to those that run other scripts."""
        for manager in MANAGERS:
            command = f'exec node {shlex.quote(str(self._stand_in))} {manager} "$@"'
            _write_program(self._bin / manager, command)
        modules = self.project / root / "node_modules"
        (modules / ".bin").mkdir(parents=True, exist_ok=True)
        for _, (name, program) in zip(range(MAX_PROGRAMS), _programs(modules), strict=False):
            target = modules / ".bin" / name
            if not target.exists():
                start = "exec node" if _is_for_node(program) else "exec"
                _write_program(target, f'{start} {shlex.quote(str(program))} "$@"')

    def run(
        self, scripts: ScriptRunner, root: str, package: PackageJson, *, threads: int
    ) -> Finished:
        """Run the script ``build``, as npm would.

        Raises:
            ProjectTooHeavyError: It takes too long, or writes too much.
            TemplateError: There is no node, or it cannot be started.
        """
        node = find_node()
        if node is None:
            raise TemplateError(f"build scripts need node: {REMEDY}")
        path = (str(self._bin), str(node.program.parent), "/usr/local/bin", "/usr/bin", "/bin")
        try:
            return scripts.run(
                [node.program, self._stand_in, "npm", "run", "build", *_arguments(package)],
                folder=self.project / root,
                around=self._folder,
                variables=self._variables(package, ":".join(path), threads),
                readable=(self._template,),
            )
        except OSError as error:
            raise TemplateError(f"build scripts cannot be started: {error}") from error

    def _variables(self, package: PackageJson, path: str, threads: int) -> dict[str, str]:
        """All that a script sees of an environment; nothing of it is the packager's."""
        home = str(self._home)
        return {
            "PATH": path,
            "HOME": home,
            "TMPDIR": home,
            "LC_ALL": "C.UTF-8",
            "NODE_ENV": "production",
            # It takes warnings for errors where it believes that nobody watches.
            "CI": "false" if "react-scripts" in package.needs else "true",
            "OPENSSL_CONF": "/dev/null",  # the system's lies where nothing is seen
            "NODE_OPTIONS": f"--max-old-space-size={HEAP_MIB}",
            "RAYON_NUM_THREADS": str(threads),
            "ROLLDOWN_WORKER_THREADS": str(threads),
            "MIMALLOC_ARENA_EAGER_COMMIT": "0",
            "NO_UPDATE_NOTIFIER": "1",
            "ASTRO_TELEMETRY_DISABLED": "1",
            "GATSBY_TELEMETRY_DISABLED": "1",
            "NEXT_TELEMETRY_DISABLED": "1",
            "NG_CLI_ANALYTICS": "false",
            "NUXT_TELEMETRY_DISABLED": "1",
        }

    @property
    def _stand_in(self) -> Path:
        return self._template / STAND_IN


def _arguments(package: PackageJson) -> list[str]:
    """Vite is asked for addresses that lead anywhere from any folder, where it comes last."""
    last = re.split(r"&&|\|\||;", package.build)[-1].split()
    is_vite = last[:2] == ["vite", "build"] and not any(w.startswith("--base") for w in last)
    return ["--", "--base=./"] if is_vite else []


def _programs(modules: Path) -> Iterator[tuple[str, Path]]:
    """Names and files of all programs that packages bring, wherever they may lead."""
    for folder in _packages(modules):
        about = _manifest(folder / "package.json")
        found = about.get("bin")
        own = str(about.get("name", "")).rpartition("/")[2]
        named = {own: found} if isinstance(found, str) else found
        for name, path in (named if isinstance(named, dict) else {}).items():
            if not isinstance(path, str) or not _PROGRAM.fullmatch(name):
                continue
            inside = posixpath.normpath(path)
            program = folder / inside
            if not inside.startswith(("/", "..")) and program.is_file():
                yield name, program


def _packages(modules: Path) -> Iterator[Path]:
    for entry in sorted(modules.iterdir()):
        if entry.name.startswith(".") or not entry.is_dir():
            continue
        yield from sorted(entry.iterdir()) if entry.name.startswith("@") else (entry,)


def _manifest(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MAX_MANIFEST_BYTES:
            return {}
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _is_for_node(program: Path) -> bool:
    with program.open("rb") as file:
        first = file.read(_HEAD_BYTES).partition(b"\n")[0]
    return not first.startswith(b"\x7fELF") and (b"node" in first or not first.startswith(b"#!"))


def _write_program(file: Path, command: str) -> None:
    file.write_text(f"#!/bin/sh\n{command}\n")
    os.chmod(file, 0o755)  # noqa: PTH101, S103 - it is a program
