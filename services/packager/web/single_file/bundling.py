"""Modules cannot be imported from inside a page: all of a page's become one script.

So does a worker that is a module. The bundler is the player's esbuild, in a folder that holds the
site's scripts and nothing else.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from services.packager.processes.inside import run_inside
from services.packager.processes.subprocess_runner import ProgramTimeoutError
from services.packager.web.aethel.findings import Findings
from services.packager.web.aethel.scripting import esbuild_messages
from services.packager.web.aethel.scripting.import_targets import misleads
from services.packager.web.html5.references import folder_of
from services.packager.web.html5.url_scanner import js_urls
from services.packager.web.single_file import import_maps
from services.packager.web.single_file.page_scripts import (
    ModuleScript,
    is_module,
    module_scripts,
    worker_addresses,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from services.packager.web.single_file.site_files import SiteFiles

ROOT: Final = "https://game.invalid/"  # where modules believe that they lie; the loader knows it
FOLDER: Final = ".aethel/"  # of what is made here, in the archive
SCRIPTS: Final = (".js", ".mjs", ".cjs", ".json")
MAX_SCRIPT_BYTES: Final = 32 << 20
TIMEOUT_S: Final = 60.0
MEMORY_BYTES: Final = 2 << 30
_COMPUTED: Final = ".aethel-computed.js"
_ENTRY: Final = ".aethel-entry.js"
_INLINE: Final = ".aethel-inline-"
_OUT: Final = ".aethel-out.js"
_OUTSIDE: Final = "a module imports what is not a file of the game"
_AS_STYLE: Final = re.compile(r"""\bwith\s*+\{\s*+type\s*+:\s*+["']css["']\s*+,?\s*+\}""")
_ALWAYS: Final = (
    "--bundle",
    "--charset=utf8",
    "--color=false",
    "--log-limit=50",
    "--metafile=.aethel-meta.json",
    "--loader:.css=js",
    "--external:https://*",
    "--external:http://*",
    f"--outfile={_OUT}",
)
# What cannot be told before it runs, the loader looks up among the game's modules.
_COMPUTED_IMPORTS: Final = (
    "--supported:dynamic-import=false",
    "--banner:js=const require=globalThis.aethelImport;",
)


class Bundled(msgspec.Struct, frozen=True):
    """What was made, by its path in the archive; and the files that nothing needs any more."""

    made: dict[str, bytes]
    consumed: frozenset[str]


class PageBundler:
    """Bundles every page of a site, and its workers."""

    def __init__(self, compiler: Path, folder: Path, files: SiteFiles) -> None:
        self._compiler = compiler
        self._folder = folder
        self._files = files
        self._findings = Findings()
        self._texts: dict[str, str] = {}
        folder.mkdir()

    def bundle(self, computed: Collection[str], *, minify: bool) -> Bundled:
        """All modules of each page as one, and each module worker.

        Args:
            computed: Modules that others import by an address which they put together.
            minify: Leave out blanks.

        Raises:
            InvalidProjectError: Modules that cannot be bundled, by file, line and column.
        """
        pages = {path: module_scripts(page) for path, page in self._files.pages.items()}
        workers = set(self._workers())
        if not any(pages.values()) and not workers:
            return Bundled({}, frozenset())
        self._write_scripts()
        arguments = ["--minify-whitespace"] if minify else []
        made, consumed = {}, set[str]()
        for path, scripts in pages.items():
            if scripts:
                aliases = self._write_entry(path, scripts, computed)
                made[f"{FOLDER}{path}.js"] = self._run(
                    _ENTRY,
                    path,
                    ["--format=esm", *_COMPUTED_IMPORTS, *aliases, *arguments],
                    consumed,
                )
        for path in sorted(workers):
            made[path] = self._run(path, path, ["--format=iife", *arguments], set())
        self._findings.check()
        # Data that a module imports may be fetched elsewhere.
        data = {path for path in consumed if path.endswith(".json")}
        return Bundled(made, frozenset(consumed & self._texts.keys() - workers - data))

    def _workers(self) -> Iterator[str]:
        """Those that are modules: the others stay as they are."""
        texts = [(path, self._text(path)) for path in self._scripts() if not path.endswith(".json")]
        inline = [(path, part.text) for path, page in self._files.pages.items()
                  for part in page.embedded if part.kind == "script"]  # fmt: skip
        for path, text in (*texts, *inline):
            for address in worker_addresses(text):
                found = self._files.beside(path, address) or self._files.beside("", address)
                if found and found.endswith(SCRIPTS) and is_module(self._text(found)):
                    yield found

    def _scripts(self) -> Iterator[str]:
        for path, content in self._files.contents.items():
            fits = path.endswith(SCRIPTS) and content.size_bytes <= MAX_SCRIPT_BYTES
            if fits and not misleads(path) and posixpath.basename(path) not in _NOT_READ:
                yield path

    def _text(self, path: str) -> str:
        if path not in self._texts:
            self._texts[path] = self._files.read(path).decode("utf-8-sig", "replace")
        return self._texts[path]

    def _write_scripts(self) -> None:
        (self._folder / "package.json").write_text('{"type": "module"}')
        for path in self._scripts():
            target = self._folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            text = self._text(path).replace("sourceMappingURL=", "sourceMappingURL:")
            target.write_text(_AS_STYLE.sub("", text))
            if "import.meta" in self._text(path):
                self._place(path)
        if any(_AS_STYLE.search(text) for text in self._texts.values()):
            self._write_styles()

    def _write_styles(self) -> None:
        """What modules import as style sheets: the loader makes them of the files."""
        for path in self._files.contents:
            if path.endswith(".css") and not misleads(path):
                target = self._folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(f"export default globalThis.aethelSheet({_js(path)});")

    def _place(self, path: str) -> None:
        """Let a module know where it lay, as many find their files by that."""
        address = json.dumps(ROOT + quote(path))
        output = self._compile(
            [path, "--format=esm", f"--define:import.meta.url={address}", "--charset=utf8",
             "--define:import.meta.resolve=aethelResolve",
             f"--banner:js=const aethelResolve=(to)=>new URL(to,{address}).href;",
             "--allow-overwrite", "--color=false", f"--outfile={path}"]
        )  # fmt: skip
        if output is None:
            self._findings.error(path, f"could not be bundled within {TIMEOUT_S:.0f} s")

    def _write_entry(
        self, path: str, scripts: Sequence[ModuleScript], computed: Collection[str]
    ) -> list[str]:
        """A module that imports a page's modules in their order.

        Returns:
            The arguments for what its import map leaves to other hosts.
        """
        page = self._files.pages[path]
        folder = folder_of(page, path) or ""
        if esbuild_messages.is_outside(folder):  # whose files are nobody's
            folder = ""
        place = posixpath.join(folder, posixpath.basename(path))
        (self._folder / place).parent.mkdir(parents=True, exist_ok=True)
        lines = [f"import {_js('./' + _COMPUTED)};"]
        for number, script in enumerate(scripts):
            if script.src is None:
                name = posixpath.join(posixpath.dirname(place), f"{_INLINE}{number}.js")
                (self._folder / name).write_text(script.text)
                lines.append(f"import {_js('./' + name)};")
            elif target := self._files.beside(place, script.src):
                lines.append(f"import {_js('./' + target)};")
            else:
                lines.append(f"import {_js(script.src)};")
        (self._folder / _ENTRY).write_text("\n".join(lines))
        known = (
            f"globalThis.aethelModules[{_js(module)}] = () => require({_js('./' + module)});"
            for module in sorted(computed)
        )
        (self._folder / _COMPUTED).write_text("\n".join(known))
        import_map = import_maps.read(page, place)
        (self._folder / "tsconfig.json").write_text(json.dumps(import_map.tsconfig()))
        return import_map.aliases()

    def _run(self, entry: str, file: str, arguments: Iterable[str], consumed: set[str]) -> bytes:
        """One bundle; empty where it cannot be made, and errors reported."""
        before = len(self._findings.errors)
        output = self._compile([entry, *_ALWAYS, *self._missing(), *arguments])
        if output is None:
            self._findings.error(file, f"could not be bundled within {TIMEOUT_S:.0f} s")
        for message in esbuild_messages.messages(output or ""):
            if message.failed:
                text = message.text.removesuffix(f": {esbuild_messages.IMPORTABLE}")
                of_page = posixpath.basename(message.file).startswith((_INLINE, _ENTRY))
                self._findings.error(file if of_page else f"{message.file}{message.at}", text)
        if len(self._findings.errors) > before:
            return b""
        try:
            made = (self._folder / _OUT).read_bytes()
            meta = json.loads((self._folder / ".aethel-meta.json").read_bytes())
        except FileNotFoundError:
            self._findings.error(file, "could not be bundled: too large, or too deeply nested")
            return b""
        inputs = set(meta["inputs"])
        if any(esbuild_messages.is_outside(path) for path in inputs):
            self._findings.error(file, _OUTSIDE)
        consumed |= inputs
        for name in (_OUT, ".aethel-meta.json"):
            (self._folder / name).unlink()
        return made

    def _missing(self) -> list[str]:
        """What modules may import later and no file of the game is: as long as nobody asks."""
        named = {
            address
            for path, text in self._texts.items()
            for _, address, kind in js_urls(text)
            if kind == "dynamic" and address.startswith((".", "/"))
            if self._files.beside(path, address) is None
        }
        return [f"--external:{address}" for address in sorted(named)]

    def _compile(self, arguments: Sequence[str]) -> str | None:
        """What it said; None where it did not end."""
        try:
            return run_inside(
                [self._compiler, *arguments],
                folder=self._folder,
                timeout_s=TIMEOUT_S,
                memory_bytes=MEMORY_BYTES,
            ).output
        except ProgramTimeoutError:
            return None


_NOT_READ: Final = frozenset({"package.json", "tsconfig.json", "jsconfig.json"})


def _js(text: str) -> str:
    return json.dumps(text)
