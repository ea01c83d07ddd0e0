"""The script bundle is all scripts of a game as one module, made by the player's esbuild.

Scripts are anybody's: they are bundled in a folder that holds nothing else, by a program that runs
no code of theirs and is kept in that folder; what lies outside is neither shipped nor quoted.
"""

from __future__ import annotations

import hashlib
import posixpath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.processes.inside import run_inside
from services.packager.processes.subprocess_runner import Finished, ProgramTimeoutError
from services.packager.web.aethel.asset_index import SCRIPTS
from services.packager.web.aethel.player_chunks import Variant
from services.packager.web.aethel.scripting import esbuild_messages, script_confinement
from services.packager.web.aethel.scripting.import_targets import misleads, package_objection, place
from services.packager.web.aethel.scripting.scripts import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.player_chunks import Player
    from services.packager.web.aethel.scripting.script_confinement import Faults
    from shared.templates import Template

TIMEOUT_S: Final = 60.0
MEMORY_BYTES: Final = 2 << 30
MAX_DATA_BYTES: Final = 8 << 20  # of one JSON or text file that scripts import
HASH_DIGITS: Final = 8
DATA: Final = (".json", ".txt", ".glsl", ".vert", ".frag")
THREE: Final = "three"
_ENTRY: Final = ".entry.mjs"
_OUT: Final = f"{SCRIPTS}.game.js"
# JSX is the player's own UI library's, whatever a project's own configuration says.
_TSCONFIG: Final = (
    '{"compilerOptions": {"target": "ES2022", "experimentalDecorators": true,'
    ' "jsx": "react-jsx", "jsxImportSource": "@aethel/ui"}}'
)
_ALWAYS: Final = (
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--color=false",
    f"--tsconfig-raw={_TSCONFIG}",
)


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The module: its default export is the namespace of each script by its project path."""

    code: bytes
    source_map: bytes | None
    variant: Variant  # of the player that it goes with
    imported: frozenset[str]  # files of the player

    @property
    def path(self) -> str:
        """Where it lies; the name carries its hash."""
        digest = hashlib.sha256(self.code).hexdigest()[:HASH_DIGITS]
        return f"{SCRIPTS}game-{digest}.js"


class Bundler:
    """Runs the compiler that comes with the player, on the scripts of one project."""

    def __init__(
        self,
        template: Template,
        player: Player,
        context: BuildContext,
        project: ProjectFiles,
        texts: Mapping[str, str],
    ) -> None:
        self._compiler = template.folder / player.bundler
        self._variants = player.variants
        self._folder = context.scratch / "bundle"
        self._texts = texts
        self._given: set[str] = set()  # files that lie in the folder
        self._faults: Faults = {}
        self._with_three = any(THREE in quoted(text) for text in texts.values())
        if texts:
            self._write_sources(project, texts)
            self._faults |= script_confinement.faults_of(texts, self._folder, self._run_compiler)
            for path in self._faults:
                self._write_file(path, script_confinement.STUB)

    def bundle(
        self, entries: Collection[str], findings: Findings, *, minify: bool
    ) -> Bundle | None:
        """One module of all scripts that components may name, and of what those import.

        Args:
            entries: Those that components may name.
            findings: What is wrong with them, by file, line and column.
            minify: Shorten names and leave out blanks.

        Returns:
            None where there are no entries, or errors were reported.
        """
        if not entries:
            return None
        self._write_entry(entries, findings, fatal=True)
        made = self._run("full" if self._with_three else "lean", findings, minify=minify)
        if made and self._with_three and self._variants["full"].modules[THREE] not in made.imported:
            made = self._run("lean", findings, minify=minify)  # a string, not a module
        return made

    def check_unused(self, unused: Collection[str], findings: Findings) -> None:
        """Warn of what is wrong with scripts that are not shipped: some day they will be."""
        if not unused:
            return
        self._write_entry(unused, findings, fatal=False)
        finished = self._compile(self._write_modules(self._variants["full"]), minify=False)
        if finished:
            esbuild_messages.report(finished.output, findings, known=self._faults, fatal=False)
        else:
            findings.lacking.append("unused scripts")

    def _write_sources(self, project: ProjectFiles, texts: Mapping[str, str]) -> None:
        """The scripts, and the data that they may import."""
        names = {posixpath.basename(part) for text in texts.values() for part in quoted(text)}
        for path, text in texts.items():
            # Else the compiler would follow it, wherever it leads.
            self._write_file(path, text.replace("sourceMappingURL=", "sourceMappingURL:").encode())
        for path, file in project.files.items():
            wanted = path.endswith(DATA) and posixpath.basename(path) in names
            if wanted and file.size <= MAX_DATA_BYTES:
                self._write_data(path, project.read(path, max_bytes=MAX_DATA_BYTES))
        self._write_file(
            "package.json", b'{"type": "module"}'
        )  # so that none further up is looked for

    def _write_data(self, path: str, data: bytes) -> None:
        """A file; if it describes a package, then one that stays in the project."""
        is_package = posixpath.basename(path).lower() == "package.json"
        if why := package_objection(path, data) if is_package else "":
            self._faults[path] = [("", why)]
        self._write_file(path, data)

    def _write_entry(self, entries: Collection[str], findings: Findings, *, fatal: bool) -> None:
        """A module that imports all of them."""
        tell = findings.error if fatal else findings.warning
        for path in filter(misleads, sorted(entries)):
            for at, why in self._faults[path]:
                tell(f"{path}{at}", why)
        paths = sorted(path for path in entries if not misleads(path))
        imports = (f"import * as s{n} from {_js('./' + path)};" for n, path in enumerate(paths))
        record = ", ".join(f"{_js(path)}: s{n}" for n, path in enumerate(paths))
        self._write_file(_ENTRY, "\n".join([*imports, f"export default {{{record}}};"]).encode())

    def _write_modules(self, variant: Variant) -> dict[str, str]:
        """What scripts may import of the player, by its place beside their bundle.

        Each stands here as a module that passes on the names which it has, so that a script which
        imports another one is told so by file and line, and not by the browser.
        """
        for name, file in variant.modules.items():
            names = ", ".join(variant.exported[name])
            self._write_file(
                _stub(name), f"export {{ {names} }} from {_js('../' + file)};".encode()
            )
        return {module: f"../{file}" for module, file in variant.modules.items()}

    def _write_file(self, path: str, data: bytes) -> None:
        if misleads(path):
            return
        self._given.add(path)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def _run(self, name: str, findings: Findings, *, minify: bool) -> Bundle | None:
        """The module; None, and errors reported, where it cannot be made."""
        variant = self._variants["full" if name == "full" else "lean"]
        modules = self._write_modules(variant)
        before = len(findings.errors)
        finished = self._compile(modules, minify=minify)
        if finished is None:
            findings.error("scripts", f"could not be bundled within {TIMEOUT_S:.0f} s")
            return None
        esbuild_messages.report(finished.output, findings, known=self._faults)
        if finished.code != 0:
            if len(findings.errors) == before:
                findings.error("scripts", "could not be bundled: too large, or too deeply nested")
            return None
        meta = msgspec.json.decode((self._folder / "meta.json").read_bytes())
        imported = frozenset(self._imported(meta, modules, findings))
        code = (self._folder / _OUT).read_bytes()
        source_map = (self._folder / f"{_OUT}.map").read_bytes()
        for file, at in script_confinement.strangers(
            meta, source_map, self._folder, self._given, self._texts
        ):
            findings.error(f"{file}{at}", esbuild_messages.OUTSIDE)
        made = Bundle(code=code, source_map=source_map, variant=variant, imported=imported)
        return made if len(findings.errors) == before else None

    def _compile(self, modules: Mapping[str, str], *, minify: bool) -> Finished | None:
        return self._run_compiler([*_arguments(modules), *(["--minify"] if minify else [])])

    def _run_compiler(self, arguments: Sequence[str]) -> Finished | None:
        """How the compiler ended; None where it did not."""
        try:
            return run_inside(
                [self._compiler, *_ALWAYS, *arguments],
                folder=self._folder,
                timeout_s=TIMEOUT_S,
                memory_bytes=MEMORY_BYTES,
            )
        except ProgramTimeoutError:
            return None

    def _imported(self, meta: Any, modules: Mapping[str, str], findings: Findings) -> Iterator[str]:
        """Files of the player; anything else that stays an import fails the export."""
        kept = {item["path"] for item in meta["outputs"][_OUT]["imports"] if item.get("external")}
        for file, about in meta["inputs"].items():
            for target in {item["path"] for item in about["imports"]} & kept:
                if target in modules.values():
                    yield target.removeprefix("../")
                else:
                    message = f"imports {target!r}; {esbuild_messages.IMPORTABLE}"
                    findings.error(f"{file}{place(self._texts.get(file, ''), target)}", message)


def _arguments(modules: Mapping[str, str]) -> list[str]:
    """Modules of the player stay imports, by their own files, so that there is one of each."""
    return [
        _ENTRY,
        "--bundle",
        "--sourcemap=external",
        "--metafile=meta.json",
        "--log-limit=50",
        f"--outfile={_OUT}",
        *(f"--loader:{suffix}=text" for suffix in DATA if suffix != ".json"),
        *(f"--alias:{name}=./{_stub(name)}" for name in modules),
        *(f"--external:{file}" for file in modules.values()),
    ]


def _stub(module: str) -> str:
    """The file that stands for a module of the player."""
    return f"{esbuild_messages.PLAYER}{module}.mjs"


def _js(text: str) -> str:
    """A string of JavaScript."""
    return msgspec.json.encode(text).decode()
