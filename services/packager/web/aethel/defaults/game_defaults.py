"""What other files than ``game.json`` say of a game."""

from __future__ import annotations

from typing import Any

import msgspec


class GameDefaults(msgspec.Struct, kw_only=True):
    """Settings where ``game.json`` and levels say nothing."""

    game: dict[str, Any] = {}  # fields of game.json
    actions: dict[str, Any] = {}  # of its input
    level: dict[str, dict[str, Any]] = {}  # settings of each level, group by group
    entry: str | None = None  # the first scene's file, as it is written there
