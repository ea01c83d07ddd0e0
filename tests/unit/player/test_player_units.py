"""The web player's own tests, in the language that it is written in."""

from __future__ import annotations

from services.packager.runtimes.build import run_script


def test_the_players_units() -> None:
    """Scenes, input, animation, steering, … : see ``runtimes/web-player/test``."""
    run_script("player", "test")
