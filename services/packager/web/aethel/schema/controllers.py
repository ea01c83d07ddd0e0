"""A controller of an Animator: states that play clips, and transitions between them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from services.packager.web.aethel.schema.fields import Name, Number, Positive, Struct


class State(Struct, frozen=True, kw_only=True):
    """One state."""

    name: Name
    clip: Name | None = None
    loop: bool | None = None
    speed: Number | None = None
    fade_in: Positive | None = None
    fade_out: Positive | None = None


class Condition(Struct, frozen=True, kw_only=True):
    """A parameter compared with a value."""

    parameter: Name
    operator: Literal["<", "<=", ">", ">=", "==", "!="] | None = None
    value: bool | Number


class Transition(Struct, frozen=True, kw_only=True):
    """From one state, or from any, to another."""

    to: Name
    from_: Name | None = msgspec.field(default=None, name="from")
    when: Name | None = None
    conditions: list[Condition] | None = None
    finished: bool | None = None
    fade: Positive | None = None


class Controller(Struct, frozen=True, kw_only=True):
    """A controller."""

    states: list[State]
    transitions: list[Transition] | None = None
    start: Name | None = None
    parameters: dict[str, Any] | None = None
    name: Name | None = None
