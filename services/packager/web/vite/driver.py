"""The driver is our program around Vite: it gets a job, and answers with what it made.

It runs on node, inside of the build's own confinement; of a project it runs nothing.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.processes.inside import run_inside
from services.packager.processes.subprocess_runner import ProgramTimeoutError
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.runtimes.node import find_node
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from shared.templates import TemplateError

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.processes.subprocess_runner import Finished
    from shared.templates import Template

TIMEOUT_S: Final = 120.0
MEMORY_BYTES: Final = 6 << 30  # of addresses that may be written; what is used is watched
HEAP_MIB: Final = 1_024
BROUGHT: Final = ("vue", "svelte")
TAILWIND: Final = ("@tailwindcss/postcss", "@tailwindcss/vite", "tailwindcss")
STYLE_COMPILERS: Final = frozenset({"less", "sass", "sass-embedded", *TAILWIND})
MAX_RESULT_BYTES: Final = 64 << 20
_OUT_OF_MEMORY: Final = (
    "heap out of memory",
    "Array buffer allocation failed",
    "memory allocation of",
)


class Description(msgspec.Struct, frozen=True):
    """What the template's description says for us."""

    driver: str
    packages: dict[str, str]  # version by name


class Job(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is to be built; ``project`` and ``out`` are folders, the rest are project paths."""

    project: str
    out: str
    root: str
    pages: tuple[str, ...]
    config: str
    minify: bool
    sourcemap: bool
    vue: bool
    svelte: bool
    jsx: str  # whose elements JSX makes where no configuration says; "" for nobody knows
    wanted: dict[str, str] = {}  # what the project says of packages that the template brings
    tsconfigs: tuple[str, ...] = ()  # settings of TypeScript
    has_script: bool = False  # the project's own tools do what is not done here
    external: tuple[str, ...] = ()  # names that the page's import map explains

    @property
    def brought(self) -> frozenset[str]:
        """Packages whose compilers, and so the packages themselves, are the template's."""
        return STYLE_COMPILERS.union(name for name in BROUGHT if getattr(self, name))


class Message(msgspec.Struct, frozen=True):
    """Something for the maker; line and column count from 1, 0 where they are not known."""

    file: str
    line: int
    column: int
    text: str
    frame: str

    @property
    def place(self) -> str:
        """File, line and column, as far as they are known."""
        known = (self.line, self.column) if self.column else (self.line,)
        return ":".join([self.file, *map(str, known)]) if self.line else self.file


class Output(msgspec.Struct, frozen=True):
    """A file that was made, and the files that it is a copy of."""

    path: str
    sources: tuple[str, ...]


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """What was made, and of what."""

    root: str
    public_dir: str | None
    outputs: tuple[Output, ...]
    modules: tuple[str, ...]
    read: tuple[str, ...]
    errors: tuple[Message, ...]
    warnings: tuple[Message, ...]
    undone: tuple[str, ...] = ()  # what only the project's own tools do

    @property
    def used(self) -> frozenset[str]:
        """The files that certainly went into what was made."""
        return frozenset(
            {*self.modules, *(path for output in self.outputs for path in output.sources)}
        )


class Driver:
    """Runs Vite on one project.

    Args:
        template: Vite, as it was installed.
        folder: Where the job and its result are written.
    """

    def __init__(self, template: Template, folder: Path) -> None:
        self._template = template
        self._folder = folder
        self._about = msgspec.json.decode(template.description, type=Description)

    @property
    def tool(self) -> str:
        """Vite and its version, for people."""
        return f"Vite {self._about.packages['vite']}"

    def build(self, job: Job, *, threads: int) -> Result:
        """Build a project.

        Raises:
            InvalidProjectError: The tools broke on it without a word about why.
            ProjectTooHeavyError: It takes too long, or too much memory.
            TemplateError: There is no node.
        """
        asked, answer = self._folder / "job.json", self._folder / "result.json"
        asked.write_bytes(msgspec.json.encode(job))
        try:
            finished = self._run([str(asked), str(answer)], threads)
        except ProgramTimeoutError:
            raise ProjectTooHeavyError("time", limit=f"{TIMEOUT_S:.0f} s to build it") from None
        if not answer.exists():
            raise _broken(finished)
        with answer.open("rb") as file:
            data = file.read(MAX_RESULT_BYTES + 1)
        if len(data) > MAX_RESULT_BYTES:
            raise ProjectTooHeavyError("memory")
        return msgspec.json.decode(data, type=Result)

    def _run(self, arguments: list[str], threads: int) -> Finished:
        node = find_node()
        if node is None:
            raise TemplateError(f"the runtime template {self._template.name} needs node")
        program = self._template.folder / self._about.driver
        options = (f"--max-old-space-size={HEAP_MIB}", "--openssl-config=/dev/null")
        try:
            return run_inside(
                [node.program, *options, program, *arguments],
                folder=self._folder,
                timeout_s=TIMEOUT_S,
                memory_bytes=MEMORY_BYTES,
                variables={
                    "RAYON_NUM_THREADS": str(threads),
                    "ROLLDOWN_WORKER_THREADS": str(threads),
                    "MIMALLOC_ARENA_EAGER_COMMIT": "0",  # a gigabyte that nobody uses would count
                },
            )
        except OSError as error:  # it lies where only its owner may go, say
            raise TemplateError(f"node cannot be started by builds: {error}") from error


def _broken(finished: Finished) -> Exception:
    """The tools ended without a result: too little memory, or something that they cannot read."""
    if finished.code == -signal.SIGABRT or any(text in finished.output for text in _OUT_OF_MEMORY):
        return ProjectTooHeavyError("memory", limit=f"{HEAP_MIB} MiB to build it")
    last = finished.output.strip().splitlines()[-1:] or [f"status {finished.code}"]
    message = f"cannot be built: the tools broke off ({last[0]})"
    return InvalidProjectError([Finding(file="package.json", message=message)])
