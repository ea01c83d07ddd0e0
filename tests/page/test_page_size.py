"""What a browser loads to show the page."""

from __future__ import annotations

from typing import Final

from tests.projects import TEMPLATES

MAX_BYTES: Final = 100_000
COUNTED: Final = (".js.br", ".css.br", ".html.br")


def test_the_page_stays_small() -> None:
    """All its code, styles and markup together, as they are sent: compressed with Brotli."""
    files = TEMPLATES.get("export-page").files
    sizes = {path: file.size for path, file in files.items() if path.endswith(COUNTED)}
    assert {path.rpartition(".")[0] for path in sizes} == {
        path for path in files if f"{path}.br".endswith(COUNTED)
    }
    assert 0 < sum(sizes.values()) <= MAX_BYTES, sizes
