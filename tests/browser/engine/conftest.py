from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import served
from tests.browser.engine.data import data
from tests.browser.engine.game import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
WICK = HERE.parents[2] / "samples/emberlight/assets/models/wick.glb"
NOTHING = b'{"asset": {"version": "2.0"}, "scene": 0, "scenes": [{}]}'
THREE = HERE.parents[2] / "runtimes/web-player/node_modules/three"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A static host with three.js, the pages written by hand, test data, and every export."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "three").symlink_to(THREE)
    (folder / "references").symlink_to(HERE / "references")
    (folder / "models").symlink_to(HERE / "models")
    (folder / "data").mkdir()
    for name, drawn in (data() | {"wick.glb": WICK.read_bytes(), "nothing.gltf": NOTHING}).items():
        (folder / "data" / name).write_bytes(drawn)
    with served(folder) as url:
        yield Site(folder, url)
