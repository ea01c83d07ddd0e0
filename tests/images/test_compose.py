from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.images.engine import Engine

ROOT = Path(__file__).parents[2]


def test_the_demo_runs_on_the_compose_file_for_production(engine: Engine, tmp_path: Path) -> None:
    """Everything starts and is healthy; the sample is exported for the web and for Linux."""
    if engine.program != "docker":
        pytest.skip("podman asks for no health without systemd, and Compose waits for it: docker")
    images = tmp_path / "images.env"
    parts = ("cli", "gateway", "packager", "status", "uploader")
    images.write_text("".join(f"{part.upper()}_IMAGE={engine.image(part)}\n" for part in parts))
    subprocess.run([ROOT / "scripts/compose-demo", images], check=True)
