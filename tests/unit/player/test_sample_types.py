"""The samples' scripts are written against the declarations that makers get."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from services.packager.runtimes.build import node, source_of
from shared.templates import BUILT

SAMPLES = Path(__file__).parents[3] / "samples"
COMPILER = source_of("player") / "node_modules" / "typescript" / "bin" / "tsc"
PUBLISHED = BUILT / "player" / "aethel.d.ts"
OF_TEMPLATES = (BUILT / "player" / "core.d.ts", BUILT / "player" / "ui.d.ts")
OF_VITE = source_of("web-builder") / "node_modules" / "vite" / "client.d.ts"


def _complaints(folder: Path, sample: str, *scripts: Path) -> str:
    """What TypeScript says of them, by the sample's own settings."""
    settings = {
        "extends": str(SAMPLES / sample / "tsconfig.json"),
        "compilerOptions": {"types": []},
        "include": [str(path) for path in scripts],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    command = [node(), str(COMPILER), "--project", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    ("sample", "scripts", "declarations"),
    [
        ("emberlight", "scripts", [PUBLISHED]),
        ("cairns", "Content/Scripts", OF_TEMPLATES),
        ("lanterns", "src", [OF_VITE]),
    ],
)
def test_samples_are_typed_by_the_published_declarations(
    tmp_path: Path, sample: str, scripts: str, declarations: list[Path]
) -> None:
    """Every script of them, strictly."""
    assert _complaints(tmp_path, sample, SAMPLES / sample / scripts, *declarations) == ""


def test_a_wrong_call_is_found(tmp_path: Path) -> None:
    """So it is the declarations that are looked at."""
    script = tmp_path / "wrong.ts"
    script.write_text('import { audio } from "aethel";\naudio.play(3);\n')
    found = _complaints(tmp_path, "emberlight", script, PUBLISHED)
    assert "wrong.ts(2,12): error TS2345" in found
