"""Files that a built script names at run time are shipped beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.web.vite.site_files import SiteFiles
from tests.projects import in_memory

if TYPE_CHECKING:
    from pathlib import Path


def test_levels_called_map_are_shipped_and_source_maps_are_not(tmp_path: Path) -> None:
    """What a file is tells them apart, not what it is called."""
    code = 'load("levels/e1m1.map"); load("old/a.js.map");\n//# sourceMappingURL=old/a.js.map\n'
    (tmp_path / "main.js").write_text(code)
    project = in_memory(
        {
            "levels/e1m1.map": b'{\n"classname" "worldspawn"\n}\n',
            "old/a.js.map": b'{"version": 3, "sources": [], "mappings": ""}',
        }
    )
    files = SiteFiles(project, tmp_path)
    files.add_built()
    (note,) = files.add_named("")
    assert note.file == "levels/e1m1.map"
    assert set(files.contents) == {"main.js", "levels/e1m1.map"}
