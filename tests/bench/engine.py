"""Exports of the engine's own projects: the packager's own time, scripts, and the player's size.

CPU seconds, children included, of a warm process: what else the machine does is not counted.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.build.cache_key import plan_of
from services.packager.platforms import exporters
from services.packager.runtimes.build import node
from services.packager.web.aethel.player_chunks import Player, player_of
from tests.bench.measurement import Measurement
from tests.engine import component, entity, level, project
from tests.projects import TEMPLATES, build, build_context, in_memory, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS: Final = 7
SCRIPTS: Final = 300
SAMPLE: Final = Path(__file__).parents[2] / "samples" / "emberlight"
BROTLI: Final = """
const { brotliCompressSync, constants } = require("node:zlib");
const { readFileSync } = require("node:fs");
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
const sizes = process.argv.slice(1).map((f) => brotliCompressSync(readFileSync(f), options).length);
console.log(sizes.reduce((a, b) => a + b));
"""


def measure(cache: Path) -> Iterator[Measurement]:
    """All numbers of engine projects."""
    del cache
    sample = _without_media(_files(SAMPLE))
    yield _time("engine.export", lambda: build(sample, request()), target=0.5)
    yield _time("engine.300_scripts", _bundling(), target=1.0)
    player = player_of(TEMPLATES.get("player"))
    yield Measurement(name="player.core_brotli", value=_brotli_kb(player), unit="kB", target=150)


def _time(name: str, work: Callable[[], object], *, target: float) -> Measurement:
    work()
    times = []
    for _ in range(ROUNDS):
        started = _cpu_s()
        work()
        times.append(_cpu_s() - started)
    return Measurement(name=name, value=statistics.median(times), unit="s", target=target)


def _cpu_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _without_media(files: dict[str, bytes]) -> dict[str, bytes]:
    """Pictures and sounds are fetched and stored, whoever exports them; icons are made of one."""
    empty = {path: b"" for path in files if path.endswith((".png", ".jpg", ".wav"))}
    return {**files, **empty}


def _bundling() -> Callable[[], object]:
    """300 scripts of some length that all run in one scene."""
    body = "".join(f"  m{n}() {{ return this.entity.position.x * {n}; }}\n" for n in range(40))
    text = (
        'import {{ Script }} from "aethel";\nexport default class S{0} extends Script {{\n{1}}}\n'
    )
    names = [f"scripts/s{n}.ts" for n in range(SCRIPTS)]
    files = project(
        **{
            "scenes/main.json": level(
                *(entity(name, component("Script", scriptId=name)) for name in names)
            ),
            **{name: text.format(n, body).encode() for n, name in enumerate(names)},
        }
    )
    asked = request()

    def work() -> None:
        with build_context() as context:
            plan_of(exporters()["web"], in_memory(files), asked, context, snapshot="5" * 64)

    return work


def _brotli_kb(player: Player) -> float:
    """What a browser fetches of the player for a game without physics, models or effects."""
    folder = TEMPLATES.get("player").folder
    core = [str(folder / path) for path in player.variants["lean"].core]
    command = [node(), "-e", BROTLI, *core]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1e3
