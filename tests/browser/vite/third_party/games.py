"""What each project of a stranger's shows, and what somebody does in it."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Game(msgspec.Struct, frozen=True, kw_only=True):
    """One project: the conditions are expressions of its page."""

    name: str  # its folder
    folder: str = ""  # of the app, in a monorepo
    build: tuple[str, ...] = ()  # what its own script tells Vite beyond `build`
    ready: str
    acts: tuple[str, ...]  # selectors that are clicked; a key where it begins with a plus
    done: str
    facts: str
    shows: Any


def _images(count: int) -> str:
    return (
        f"document.images.length === {count} && "
        "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
    )


_LIT: Final = "[...document.querySelectorAll('[aria-pressed=true]')].map(({ id }) => id)"

SMALL: Final = (
    Game(
        name="vanilla-ts",
        ready=_images(2),
        acts=("#count", "#count"),
        done="document.querySelector('output').textContent === 'two'",
        facts="document.querySelector('#count').textContent",
        shows="counted 2",
    ),
    Game(
        name="react-ts",
        ready=_images(4),
        acts=("li:nth-child(2) button", "li:nth-child(3) button", "#pick"),
        done=f"document.querySelector('.harvest') && {_images(5)}",
        facts="[...document.querySelectorAll('p, strong')].map((one) => one.textContent)",
        shows=["height is 60", "5 leaves"],
    ),
    Game(
        name="svelte-ts",
        ready=_images(3),
        acts=("#hall", "#porch", "#hall", "#yard", "#hall"),
        done="document.querySelector('p')?.textContent === 'all lit'",
        facts=f"[{_LIT}, document.querySelector('output').textContent]",
        shows=[["hall", "porch", "yard"], "5"],
    ),
)

LARGE: Final = (
    Game(
        name="vue-ts",
        ready=_images(2),
        acts=("#clay", "[data-star='4']", "#lend"),
        done="document.querySelector('#loans').textContent === '1 lent'",
        facts="[location.hash, document.querySelector('hr').offsetWidth, "
        "document.querySelectorAll('[data-star]')[3].textContent.trim()]",
        shows=["#/book/clay", 86, "★"],
    ),
    Game(
        name="three-ts",
        ready="document.title === 'Crates: at rest'",
        acts=("+Space",),
        done="crates()[2][0] > 0.5",
        facts="crates().map(([, y]) => y > 0.4)",
        shows=[True, True, True],
    ),
    Game(
        name="phaser-ts",
        build=("--config", "vite/config.prod.mjs"),
        ready="document.title === 'on stone 0'",
        acts=("+ArrowRight", "+ArrowRight"),
        done="document.title === 'on stone 2'",
        facts="[game.renderer.type, document.querySelectorAll('canvas').length, "
        "getComputedStyle(document.body).backgroundColor]",
        shows=[2, 1, "rgb(38, 70, 83)"],
    ),
    Game(
        name="pixi-ts",
        ready="document.title === 'Shoal: 12'",
        acts=("canvas",),
        done="document.title === 'Shoal: 240, 160'",
        facts="[document.querySelector('canvas').width, document.querySelector('canvas').height]",
        shows=[480, 320],
    ),
    Game(
        name="babylon-ts",
        ready="document.title === 'Towers: standing'",
        acts=("canvas",),
        done="document.title.startsWith('Towers: box')",
        facts="heights().map((height) => Math.round(height * 2) / 2)",
        shows=[0.5, 1.5, 2.5],
    ),
    Game(
        name="monorepo",
        folder="apps/orchard",
        ready=_images(3),
        acts=("button", "button"),
        done="document.querySelector('span').textContent === 'apple 5'",
        facts="[...document.querySelectorAll('span')].map((one) => one.textContent)",
        shows=["apple 5", "pear 6", "plum 7"],
    ),
    Game(
        name="pnpm",
        ready="document.title === 'Pools: 0'",
        acts=("canvas", "canvas", "canvas"),
        done="document.title === 'Pools: 3'",
        facts="document.querySelector('canvas').className",
        shows="pool full",
    ),
)
