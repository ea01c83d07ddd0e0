"""A story is one export from its request to its end, and what its user saw of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from random import Random

Kind = Literal["valid", "twin", "signed", "phone", "cancel", "invalid", "lost", "garbage", "deadly"]


@dataclass
class Story:
    """One export; also the display that :func:`cli.watch.follow` shows it on."""

    kind: Kind
    number: int
    id: str = ""
    project: str = ""
    states: list[dict[str, Any]] = field(default_factory=list)  # as the WebSocket sent them
    lines: list[tuple[int, str]] = field(default_factory=list)  # of the latest watch
    gaps: int = 0
    cancel: str = ""  # "accepted", "refused"
    final: dict[str, Any] = field(default_factory=dict)  # as the gateway shows it at the very end

    @property
    def path(self) -> str:
        return f"/api/projects/{self.project}/export/{self.id}"

    def state(self, state: dict[str, Any]) -> None:
        self.states.append(state)

    def log(self, message: dict[str, Any]) -> None:
        if message["type"] == "gap":
            self.gaps += 1
        else:
            self.lines.append((message["seq"], message["message"]))


def cast_of(random: Random, count: int, *, lost: int) -> list[Story]:
    """So many stories, mixed: most of them valid."""
    shares: dict[Kind, int] = {
        "lost": lost,
        "cancel": count // 6,
        "invalid": count // 12,
        "twin": count // 12,
        "garbage": max(count // 20, 1),
        "signed": count // 15,
        "phone": count // 15,
        "deadly": max(count // 200, 1),
    }
    kinds = [kind for kind, share in shares.items() for _ in range(share)]
    kinds += ["valid"] * (count - len(kinds))
    random.shuffle(kinds)
    return [Story(kind, number) for number, kind in enumerate(kinds)]


def described(story: Story) -> str:
    """A story in one line, for those who look for what went wrong."""
    seen = [(s["generation"], s["status"], round(s["progress"])) for s in story.states]
    return f"{story.kind} {story.project}/{story.id}: {json.dumps(seen)}"
