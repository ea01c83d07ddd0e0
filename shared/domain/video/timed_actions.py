"""Input tracks: what a player does in a film, in order of time."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.video.film_spec import TimedAction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_ACTIONS: Final = 100_000
_PHASES: Final = {
    "key": ("down", "up"),
    "action": ("down", "up"),
    "pointer": ("down", "up", "move", "wheel"),
    "gamepad": ("down", "up"),
}
_decoder = msgspec.json.Decoder(tuple[TimedAction, ...])


def in_order(track: Sequence[TimedAction]) -> tuple[TimedAction, ...]:
    """By time; what happens at one time keeps its order."""
    return tuple(sorted(track, key=attrgetter("t")))


def read_track(data: bytes) -> tuple[TimedAction, ...]:
    """A file of timed actions: a JSON list.

    Raises:
        msgspec.ValidationError: Which action is none, and why.
        msgspec.DecodeError: It is no JSON.
    """
    track = _decoder.decode(data)
    if len(track) > MAX_ACTIONS:
        raise msgspec.ValidationError(f"{len(track):,} actions, at most {MAX_ACTIONS:,}")
    for number, why in action_objections(track):
        raise msgspec.ValidationError(f"{why} - at `$[{number}]`")
    return in_order(track)


def action_objections(track: Sequence[TimedAction]) -> Iterator[tuple[int, str]]:
    """What speaks against actions, each by its place in the track."""
    for number, action in enumerate(track):
        if why := _objection(action):
            yield number, why


def _objection(action: TimedAction) -> str | None:
    if action.phase not in _PHASES[action.type]:
        return f"{action.type} has the phases {', '.join(_PHASES[action.type])}"
    if action.type == "key" and not action.code:
        return "a key has a code, such as KeyW or Space"
    if action.type == "action" and not action.name:
        return "an action has the name that game.json gives it"
    if action.type == "gamepad" and (action.button is None) == (action.axis is None):
        return "a gamepad's action has a button or an axis"
    return None
