"""Confinement keeps the compiler of scripts inside of the project.

The compiler follows whatever a script names: files of the whole system, folders with all that is
in them, code and source maps in ``data:`` URLs. So it first prints each script by itself, which
reads nothing else, and says what that one imports, whatever its spelling; a script that leads
outside is never bundled. Afterwards every file that the bundle is said to be made of is looked for
among those that it was given.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec

from services.packager.web.aethel.scripting import esbuild_messages, import_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from services.packager.processes.subprocess_runner import Finished

    Compiler = Callable[[Sequence[str]], Finished | None]  # None: it took too long

AT_ONCE: Final = 1_000  # scripts on one command line
MOST_TOLD: Final = 3  # of what one script imports
ROUNDS: Final = 3  # each leaves out the scripts that the one before could not read
UNREAD: Final = "could not be read: too large, or too deeply nested"
STUB: Final = b"!"  # no script: where it is imported the compiler complains, and we say of what
# What it makes itself: a table for a computed path, an empty module.
_MADE: Final = re.compile(r"(?:\(disabled\):|(?:import|require)(?:\.\w+)?\(\").*", re.DOTALL)

Faults = dict[str, list[tuple[str, str]]]  # script -> where in it, and what


def faults_of(texts: Mapping[str, str], folder: Path, compiler: Compiler) -> Faults:
    """The scripts that must not be bundled, and why.

    Args:
        texts: All scripts by path.
        folder: Where they lie.
        compiler: Runs in the folder, with these arguments.
    """
    faults: Faults = {}
    for path in filter(import_targets.misleads, texts):
        faults[path] = [("", "has a name that means another place to the compiler")]
    left = sorted(texts.keys() - faults.keys())
    for start in range(0, len(left), AT_ONCE):
        some = {path: texts[path] for path in left[start : start + AT_ONCE]}
        with TemporaryDirectory(dir=folder.parent) as out:
            faults |= _printed(some, folder.parent / out, compiler)
    return faults


def strangers(
    meta: Any, source_map: bytes, folder: Path, given: Collection[str], texts: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Where a bundle's scripts import what they were not given: the script, and the place in it.

    Args:
        meta: What the compiler says of its inputs.
        source_map: The bundle's; it lies beside the bundle.
        folder: Where everything lies.
        given: The files that were put there, by path.
        texts: All scripts by path.
    """
    named = {file: None for file in meta["inputs"] if not _MADE.fullmatch(file)}
    for file, content in sorted((named | dict(_mapped(meta, source_map))).items()):
        if file not in given or content not in {None, _text(folder / file)}:
            yield next(_importers(meta, file, texts), ("scripts", ""))


def _printed(texts: dict[str, str], out: Path, compiler: Compiler) -> Faults:
    """What is wrong with these scripts, each by itself."""
    faults: Faults = {}
    for _ in range(ROUNDS):
        left = sorted(texts.keys() - faults.keys())
        finished = compiler(_arguments(left, out)) if left else None
        if finished is None:
            break
        if finished.code == 0:
            return faults | dict(_led_outside(texts, left, out))
        for message in esbuild_messages.messages(finished.output):
            if message.failed and message.file in texts:
                faults.setdefault(message.file, []).append((message.at, message.text))
    return faults | {path: [("", UNREAD)] for path in texts.keys() - faults.keys()}


def _arguments(paths: Sequence[str], out: Path) -> list[str]:
    """Print each under its number; nothing is bundled, and nothing is taken for dead."""
    return [
        *(f"{number}=./{path}" for number, path in enumerate(paths)),
        "--minify-whitespace",
        "--define:process.env.NODE_ENV=NODE_ENV",
        "--log-level=error",
        "--log-limit=0",
        f"--outdir={out}",
        f"--metafile={out / 'meta.json'}",
    ]


def _led_outside(
    texts: Mapping[str, str], paths: Sequence[str], out: Path
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Scripts that import what they must not."""
    meta = msgspec.json.decode((out / "meta.json").read_bytes())
    imported = {about.get("entryPoint"): about["imports"] for about in meta["outputs"].values()}
    for number, path in enumerate(paths):
        targets = {item["path"] for item in imported[path]}
        printed = (out / f"{number}.js").read_text()
        found = {target: import_targets.objection(path, target) for target in sorted(targets)}
        found |= dict(import_targets.computed_objections(path, printed))
        text = texts[path]
        wrong = islice(((target, why) for target, why in found.items() if why), MOST_TOLD)
        if told := [(import_targets.place(text, target), why) for target, why in wrong]:
            yield path, told


def _mapped(meta: Any, source_map: bytes) -> Iterator[tuple[str, str | None]]:
    """The files that the bundle's map names, and what it has of each."""
    folder = posixpath.dirname(next(iter(meta["outputs"])))  # the same for all outputs
    made = msgspec.json.decode(source_map)
    for source, content in zip(made["sources"], made["sourcesContent"], strict=True):
        yield (
            posixpath.normpath(posixpath.join(folder, unquote(source))),
            content,
        )


def _text(file: Path) -> str:
    return file.read_bytes().decode()


def _importers(meta: Any, file: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for importer, about in meta["inputs"].items():
        for item in about["imports"]:
            if item["path"] == file and importer in texts:
                target = item.get("original", file)
                yield importer, import_targets.place(texts[importer], target)
