"""The baker is a program of the player's template: it gets one scene's files, and bakes its meshes.

It runs on node, inside of the build's own confinement; of a project it runs nothing.
"""

from __future__ import annotations

import hashlib
import signal
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from services.packager.processes.inside import run_inside
from services.packager.processes.subprocess_runner import ProgramTimeoutError
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.runtimes.node import find_node
from shared.templates import TemplateError

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.processes.subprocess_runner import Finished
    from shared.templates import Template

TIMEOUT_S: Final = 120.0
MEMORY_BYTES: Final = 6 << 30  # of addresses that may be written; what is used is watched
HEAP_MIB: Final = 1_024
MAX_TRIANGLES: Final = 4_000_000
MAX_SIZES: Final = 8  # of agents in one scene
MAX_RESULT_BYTES: Final = 64 << 20


class BakerBrokenError(Exception):
    """The baker ended without an answer: something in the project that its parts cannot read."""


class SceneFile(msgspec.Struct, frozen=True):
    """A scene, by its name and its path in the project."""

    name: str
    file: str


class Job(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is to be baked; ``files`` are places on the disk by project path."""

    scene: SceneFile
    files: dict[str, str]
    most_triangles: int
    most_sizes: int


class Mesh(msgspec.Struct, frozen=True, rename="camel"):
    """A mesh for one size of agents, in metres; no bytes: there is no ground for them."""

    radius: float
    height: float
    mesh: bytes | None
    polygons: int
    cell_size: float
    wanted_cell_size: float


class Baked(msgspec.Struct, frozen=True, rename="camel"):
    """What was made of one scene, or why nothing could be."""

    error: str = ""
    ground: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{0,16}$(?!\n)")] = ""
    triangles: int = 0
    meshes: tuple[Mesh, ...] = ()
    left_out: int = 0  # sizes of agents
    prefabs_have_ground: bool = False


class Baker:
    """Runs the baker of a player.

    Args:
        template: The player.
        program: In the template; what it consists of lies in the same folder.
    """

    def __init__(self, template: Template, program: str) -> None:
        self._template = template
        self._program = program

    @property
    def has_node(self) -> bool:
        """Whether anything can be baked here."""
        return find_node() is not None

    @property
    def sha256(self) -> str:
        """Of all that it consists of."""
        folder = self._program.rpartition("/")[0]
        files = self._template.files.items()
        parts = [f"{path} {file.sha256}" for path, file in files if path.startswith(f"{folder}/")]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()

    def bake(self, job: Job, folder: Path, *, file: str) -> bytes:
        """The answer, as JSON of :class:`Baked`.

        Args:
            job: The scene.
            folder: The answer is written there.
            file: The scene's, as its maker knows it.

        Raises:
            BakerBrokenError: It broke off.
            ProjectTooHeavyError: It takes too long, or too much memory.
            TemplateError: There is no node, or it cannot be started.
        """
        asked, answer = folder / "job.json", folder / "result.json"
        asked.write_bytes(msgspec.json.encode(job))
        try:
            finished = self._run([str(asked), str(answer)], folder)
        except ProgramTimeoutError:
            limit = f"{TIMEOUT_S:.0f} s to bake its navigation mesh"
            raise ProjectTooHeavyError("time", file=file, limit=limit) from None
        if not answer.exists():
            raise _broken(finished, file)
        if answer.stat().st_size > MAX_RESULT_BYTES:
            raise ProjectTooHeavyError("memory", file=file)
        return answer.read_bytes()

    def _run(self, arguments: list[str], folder: Path) -> Finished:
        node = find_node()
        if node is None:
            raise TemplateError("navigation meshes are baked by node, which is not installed")
        program = self._template.folder / self._program
        options = (f"--max-old-space-size={HEAP_MIB}", "--openssl-config=/dev/null")
        try:
            return run_inside(
                [node.program, *options, program, *arguments],
                folder=folder,
                timeout_s=TIMEOUT_S,
                memory_bytes=MEMORY_BYTES,
            )
        except OSError as error:  # it lies where only its owner may go, say
            raise TemplateError(f"node cannot be started by builds: {error}") from error


def _broken(finished: Finished, file: str) -> Exception:
    """It ended without an answer: too little memory, or what a decoder breaks on."""
    if finished.code == -signal.SIGABRT or "heap out of memory" in finished.output:
        limit = f"{HEAP_MIB} MiB to bake its navigation mesh"
        return ProjectTooHeavyError("memory", file=file, limit=limit)
    last = finished.output.strip().splitlines()[-1:] or [f"status {finished.code}"]
    return BakerBrokenError(f"what reads its models broke off ({last[0]})")
