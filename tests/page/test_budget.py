from __future__ import annotations

from typing import Final

from shared.templates import BUILT

PAGE: Final = BUILT / "export-page"
CODE: Final = (".html", ".css", ".js")
MOST_BYTES: Final = 100_000


def test_the_page_is_small() -> None:
    """All of its code as it travels, also what loads later: at most 100 kB."""
    sizes = {
        path.name: path.with_name(f"{path.name}.br").stat().st_size
        for path in PAGE.rglob("*")
        if path.suffix in CODE
    }
    assert sizes
    assert sum(sizes.values()) <= MOST_BYTES, sizes
