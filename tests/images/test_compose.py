"""Both compose files, started by Compose itself, and the sample exported through them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.images.podman import compose_on_podman

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.images.engine import Engine

ROOT = Path(__file__).parents[2]
PARTS = ("cli", "gateway", "packager", "packager-video", "status", "uploader")


@pytest.fixture(scope="module")
def variables(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, str]]:
    """What ``scripts/compose-demo`` needs to be told of the engine."""
    if engine.program == "docker":
        yield {}
    else:
        with compose_on_podman(engine, tmp_path_factory.mktemp("podman")) as told:
            yield told


def test_the_demo_runs_on_the_compose_file_for_production(
    engine: Engine, variables: Mapping[str, str], tmp_path: Path
) -> None:
    """All starts and is healthy; the sample is exported for web, Linux and Android, and filmed."""
    images = tmp_path / "images.env"
    variables_of = {part: f"{part.upper().replace('-', '_')}_IMAGE" for part in PARTS}
    images.write_text("".join(f"{variables_of[part]}={engine.image(part)}\n" for part in PARTS))
    _demo(variables, str(images))


def test_the_demo_runs_on_the_compose_file_for_development(variables: Mapping[str, str]) -> None:
    """With the images that are there; else it builds them."""
    _demo(variables)


def _demo(variables: Mapping[str, str], *images: str) -> None:
    command = [str(ROOT / "scripts/compose-demo"), *images]
    subprocess.run(command, check=True, env={**os.environ, **variables})
