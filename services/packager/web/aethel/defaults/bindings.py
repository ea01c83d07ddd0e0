"""Bindings of the engine's files name keys and buttons; the player's are the browser's codes."""

from __future__ import annotations

from typing import Final

_KEYS: Final = {
    "Ctrl": "ControlLeft",
    "Control": "ControlLeft",
    "Shift": "ShiftLeft",
    "Alt": "AltLeft",
    "Return": "Enter",
    "Esc": "Escape",
    **{
        f"{side}{name}": f"{key}{side}"
        for side in ("Left", "Right")
        for name, key in (
            ("Shift", "Shift"),
            ("Ctrl", "Control"),
            ("Control", "Control"),
            ("Alt", "Alt"),
        )
    },
    **{name: f"Arrow{name}" for name in ("Up", "Down", "Left", "Right")},
    **{f"{name}Arrow": f"Arrow{name}" for name in ("Up", "Down", "Left", "Right")},
    **{str(digit): f"Digit{digit}" for digit in range(10)},
    **{letter: f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}
_CODES: Final = frozenset(
    (
        *("Space", "Enter", "Escape", "Tab", "Backspace", "Delete", "Insert", "CapsLock"),
        *("Home", "End", "PageUp", "PageDown", "Backquote", "Minus", "Equal", "BracketLeft"),
        *("BracketRight", "Backslash", "Semicolon", "Quote", "Comma", "Period", "Slash"),
        *(f"F{number}" for number in range(1, 13)),
        *(f"Numpad{digit}" for digit in range(10)),
        *_KEYS.values(),
    )
)
_MOUSE: Final = {
    "Mouse0": "mouse:0",
    "Mouse1": "mouse:2",
    "Mouse2": "mouse:1",
}  # left, right, middle
_GAMEPAD: Final = (
    *("A", "B", "X", "Y", "LeftBumper", "RightBumper", "LeftTrigger", "RightTrigger"),
    *("Back", "Start", "LeftStick", "RightStick", "DPadUp", "DPadDown", "DPadLeft", "DPadRight"),
)


def code_of(binding: str) -> str | None:
    """The player's name of a key or button; None where nobody knows it."""
    name = binding.strip()
    device, _, button = name.partition(":")
    if device == "Gamepad":
        return f"gamepad:{_GAMEPAD.index(button)}" if button in _GAMEPAD else None
    if name in _MOUSE:
        return _MOUSE[name]
    if len(name) == 1:
        name = name.upper()
    return _KEYS.get(name) or (name if name in _CODES else None)
