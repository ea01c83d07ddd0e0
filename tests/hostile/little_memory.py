"""A process that decodes files with less and less memory left, and prints what came of each."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from services.packager.optimizing import images, models
from services.packager.project.unreadable import decoding
from shared.errors import ExportError
from tests.gltf import encoder
from tests.hostile.media_files import painted, picture


def main(folder: Path, limits: list[int]) -> None:
    """Decode each file within each limit: so many bytes more than the process has now."""
    files = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    images.smaller(picture(), lossless=False)  # what is loaded once, is loaded now
    models.smaller(painted(), {}, encoder(), lossless=False)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    for limit in sorted(limits, reverse=True):
        for path, data in files.items():
            resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + limit, most))
            print(_decoded(path.name, data))  # noqa: T201 - for who started it


def _decoded(name: str, data: bytes) -> str:
    try:
        with decoding(name):
            if name.endswith(".glb"):
                models.smaller(data, {}, encoder(), lossless=False)
            else:
                images.smaller(data, lossless=False)
    except ExportError as error:
        return error.code
    return "done"


def _data_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmData")).split()[1]) << 10


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(limit) for limit in sys.argv[2:]])
