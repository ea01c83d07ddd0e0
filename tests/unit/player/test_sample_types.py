"""The sample's scripts are written against the declarations that makers get."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from services.packager.runtimes.build import node, source_of
from services.packager.runtimes.registry import BUILT

SAMPLE = Path(__file__).parents[3] / "samples" / "emberlight"
COMPILER = source_of("player") / "node_modules" / "typescript" / "bin" / "tsc"
PUBLISHED = BUILT / "player" / "aethel.d.ts"


def _complaints(folder: Path, *scripts: Path) -> str:
    """What TypeScript says of them, by the sample's own settings."""
    settings = {
        "extends": str(SAMPLE / "tsconfig.json"),
        "include": [str(path) for path in (*scripts, PUBLISHED)],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    command = [node(), str(COMPILER), "--project", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_the_sample_is_typed_by_the_published_declarations(tmp_path: Path) -> None:
    """Every script of it, strictly."""
    assert _complaints(tmp_path, SAMPLE / "scripts") == ""


def test_a_wrong_call_is_found(tmp_path: Path) -> None:
    """So it is the declarations that are looked at."""
    script = tmp_path / "wrong.ts"
    script.write_text('import { audio } from "aethel";\naudio.play(3);\n')
    assert "wrong.ts(2,12): error TS2345" in _complaints(tmp_path, script)
