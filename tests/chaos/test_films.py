"""Films are made once, by whoever is left: the short form of what ``make chaos`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.films import run

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_film_is_made_once_whatever_dies(tmp_path: Path) -> None:
    """Browser, worker and director; NATS and S3 away; canceled, nothing is left of it."""
    await run(tmp_path, away_s=3, cancels=1)
