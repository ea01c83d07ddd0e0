"""Projects with one thing wrong: an export fails or warns, and names the file; none is silent."""

from __future__ import annotations

import copy
import io
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image

from services.packager.platforms import exporters
from shared.errors import ProjectError
from tests.browser.editor.conftest import files_of
from tests.browser.vite.test_built_projects import PROJECTS
from tests.browser.vite.test_built_projects import project as web_project
from tests.engine import assets, component, entity, glb, level, project
from tests.projects import build_context, in_memory, request
from tests.unit.packager.web.aethel.formats.reading import Reading, as_json

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping

    Files = Mapping[str, bytes | None]  # None: the file is gone


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


ENGINE: Final = project(
    **{
        "scenes/main.json": level(
            entity("eye", component("Camera", isMain=True)),
            entity("ship", component("MeshRenderer", meshId="ship", materialIds=["paint"])),
            entity("pilot", component("Script", scriptId="pilot.ts", properties={"rate": 1})),
            entity(
                "dancer",
                component("MeshRenderer", meshId="ship"),
                component("Animator", controllerPath="assets/moves.json"),
            ),
            assets=assets(ship="assets/ship.glb", paint="assets/paint.json"),
        ),
        "assets/moves.json": b'{"states": [{"name": "idle", "clip": "Idle"}, {"name": "Run"}]}',
        "scripts/pilot.ts": b"import { Script } from 'aethel';\nimport { speed } from './speed';\n"
        b"export default class extends Script { speed = speed * this.properties.rate }\n",
        "scripts/speed.ts": b"export const speed: number = 3;\n",
        "assets/ship.glb": glb(animations=[{"name": "Idle"}, {"name": "Run"}]),
        "assets/paint.json": b'{"map": "assets/ship.png", "color": "#ffffff"}',
        "assets/ship.png": _png(),
    },
)
PAGE: Final = {
    "index.html": b'<!doctype html><link rel="stylesheet" href="a.css"><img src="a.png">'
    b'<script type="module" src="a.js"></script>',
    "a.css": b"body { background: url(a.png) }",
    "a.js": b'import "./b.js"; fetch("data.json");',
    "b.js": b"export const b = 1;",
    "data.json": b"{}",
    "a.png": _png(),
}


@cache
def base(name: str) -> dict[str, bytes]:
    """An unbroken project."""
    return {"engine": ENGINE, "page": PAGE}.get(name) or (
        web_project(PROJECTS / name) if name in {"lamps", "workshop"} else files_of(name)
    )


def told(files: Mapping[str, bytes]) -> list[str]:
    """What keeps it from being exported, else the warnings of its export."""
    asked = request("web")
    try:
        with build_context(asked) as context:
            plan = exporters()["web"].plan(in_memory(files), asked, context)
    except ProjectError as error:
        return [str(error)]
    return [str(note) for note in plan.notes if note.level == "warning"]


def changed(name: str, path: str, old: str, new: str) -> Files:
    """A file in which one text is another one."""
    text = base(name)[path].decode()
    assert old in text, (name, path, old)
    return {path: text.replace(old, new, 1).encode()}


def moved(name: str, path: str, to: str) -> Files:
    """A file under another name."""
    return {path: None, to: base(name)[path]}


LEVEL: Final = "levels/main.level.json"
FPS: Final = "Content/Scenes/Arena.scene"
WALKER: Final = "Content/Scripts/Player/Walker.ts"
MAIN: Final = "scenes/main.json"
CONFIG: Final = "aethel.config.json"
YARD: Final = "scenes/yard.aethel"
HOPPER: Final = "assets/hopper.json"
VITE: Final = "src/main.ts"
# (project, what is wrong with it, what the message has to name)
GONE: Final = [
    ("engine", "scenes/main.json", "startScene"),
    ("engine", "assets/ship.glb", "assets/ship.glb"),
    ("engine", "assets/ship.png", "assets/ship.png"),
    ("engine", "assets/paint.json", "assets/paint.json"),
    ("engine", "scripts/pilot.ts", "pilot.ts"),
    ("engine", "scripts/speed.ts", "./speed"),
    ("template-fps", WALKER, "Walker"),
    ("template-fps", FPS, "Arena.scene"),
    ("template-hud", "Content/Scripts/Systems.ts", "Systems"),
    ("template-hud", "Content/Scripts/Drain.ts", "Drain"),
    ("c-prefab-material", "assets/barrel.prefab", "barrel"),
    ("c-prefab-material", "assets/stripes.png", "stripes.png"),
    ("c-prefab-material", "assets/paint.material", "paint.material"),
    ("c-animation-blueprint", "assets/hopper.glb", "hopper.glb"),
    ("c-animation-blueprint", HOPPER, "hopper.json"),
    ("c-animation-blueprint", "scripts/drive.ts", "drive"),
    ("c-game-script", "scripts/Turner.ts", "Turner"),
    ("content-assets", "Content/Audio/Tick.wav", "Tick.wav"),
    ("content-assets", "Content/Models/Crate.glb", "Crate.glb"),
    ("content-assets", "Content/Textures/Check.png", "Check.png"),
    ("content-assets", "Content/Materials/Check.material", "Check.material"),
    ("page", "a.css", "a.css"),
    ("page", "a.js", "a.js"),
    ("page", "b.js", "b.js"),
    ("page", "a.png", "a.png"),
    ("page", "data.json", "data.json"),
    ("lamps", VITE, "main.ts"),
    ("lamps", "src/palette.ts", "palette"),
    ("lamps", "src/lamps.json", "lamps.json"),
    ("lamps", "index.html", "index.html"),
    ("workshop", "src/panel.module.css", "panel.module.css"),
    ("workshop", "src/sum.worker.ts", "sum.worker"),
    ("workshop", "src/photo.png", "photo.png"),
]
CHANGED: Final = [
    ("engine", MAIN, '"MeshRenderer"', '"MeshRendrer"', "MeshRendrer"),
    ("engine", MAIN, '"isMain"', '"isMian"', "isMian"),
    ("engine", MAIN, "true", '"yes"', MAIN),
    ("engine", MAIN, '"id": "eye"', '"id": "ship"', "ship"),
    ("engine", MAIN, '"rate"', '"raet"', "raet"),
    ("engine", "assets/moves.json", "Idle", "Idel", "Idel"),
    ("engine", "assets/moves.json", "Run", "run", "'run'"),
    ("engine", "assets/moves.json", '"states"', '"start": "rest", "states"', "'rest'"),
    ("engine", "assets/paint.json", '"map"', '"mapp"', "mapp"),
    ("engine", "assets/paint.json", "#ffffff", "snow-white", "assets/paint.json"),
    ("engine", "assets/paint.json", "ship.png", "Ship.png", "Ship.png"),
    ("engine", "scripts/pilot.ts", "{ Script }", "{ Scrypt as Script }", "Scrypt"),
    ("engine", "scripts/pilot.ts", "{ speed }", "{ sped as speed }", "sped"),
    ("engine", "scripts/pilot.ts", "'./speed'", "'./Speed'", "spelled 'scripts/speed.ts'"),
    ("engine", "scripts/pilot.ts", "class extends", "clas extends", "scripts/pilot.ts"),
    ("engine", "scripts/pilot.ts", "'./speed'", "'node:fs'", "node:fs"),
    ("engine", "scripts/pilot.ts", "'./speed'", "'left-pad'", "left-pad"),
    ("engine", "scripts/speed.ts", "= 3", "= ", "scripts/speed.ts"),
    ("level-editor", LEVEL, '"objects"', '"objetcs"', LEVEL),
    ("level-editor", LEVEL, '"type": "mesh"', '"type": "mash"', "mash"),
    ("level-editor", LEVEL, '"StaticMesh"', '"StaticMash"', "StaticMash"),
    ("level-editor", LEVEL, '"Cube"', '"Cubus"', "Cubus"),
    ("level-editor", LEVEL, '"position"', '"positoin"', "positoin"),
    ("template-fps", CONFIG, "Arena.scene", "Aerna.scene", "Aerna.scene"),
    ("template-fps", CONFIG, "LeftShift", "MiddleShift", "MiddleShift"),
    ("template-fps", CONFIG, '"input"', '"inputt"', "inputt"),
    ("template-fps", FPS, '"Walker"', '"Wanderer"', "Wanderer"),
    ("template-fps", FPS, "MeshRenderer:Cube", "MeshRenderer:Cubus", "Cubus"),
    ("template-fps", FPS, '"position"', '"positoin"', "positoin"),
    ("template-fps", WALKER, "class Walker", "clas Walker", WALKER),
    ("template-fps", WALKER, "@aethel/core", "@aethel/kern", "@aethel/kern"),
    ("template-fps", WALKER, "{ Component", "{ Komponent as Component", "Komponent"),
    ("c-scene-serializer", YARD, '"mesh"', '"mash"', "mash"),
    ("c-scene-serializer", YARD, '"activeCamera": "', '"activeCamera": "x', YARD),
    ("c-scene-editor", MAIN, '"type": "mesh"', '"type": "mash"', "mash"),
    ("c-animation-blueprint", HOPPER, '"to": "', '"to": "x', HOPPER),
    ("c-animation-blueprint", HOPPER, '"operator": "', '"operator": "x', HOPPER),
    ("c-animation-blueprint", HOPPER, '"variable": "', '"variable": "x', HOPPER),
    ("c-prefab-material", "assets/barrel.prefab", '"collider"', '"kollider"', "kollider"),
    ("project-settings", "project_settings.json", '"F"', '"Ff"', "Ff"),
    ("project-settings", "project_settings.json", '"gravity"', '"gravitas"', "gravitas"),
    ("project-settings", "project_settings.json", '"ACES"', '"Filmisch"', "Filmisch"),
    ("terrain", MAIN, '"heightmap"', '"heihgtmap"', MAIN),
    ("page", "index.html", "a.css", "A.css", "A.css"),
    ("page", "index.html", "a.js", "gone.js", "gone.js"),
    ("page", "index.html", "a.js", "/a.js", "/a.js"),
    ("page", "a.css", "a.png", "gone.png", "gone.png"),
    ("page", "a.js", "./b.js", "./B.js", "B.js"),
    ("page", "a.js", "./b.js", "left-pad", "left-pad"),
    ("page", "a.js", 'fetch("data.json")', 'new Worker("B.js")', "'b.js'"),
    ("page", "a.js", 'fetch("data.json")', 'new Audio("A.png")', "'a.png'"),
    ("page", "a.js", 'fetch("data.json")', 'new Image().src = "A.png"', "'a.png'"),
    ("page", "a.js", 'fetch("data.json")', 'x.open("GET", "Data.json")', "'data.json'"),
    ("page", "a.js", 'fetch("data.json")', 'fetch("http://a.b/c.json")', "http://a.b"),
    ("page", "a.js", 'fetch("data.json")', "let = ;", "a.js:1: never runs"),
    ("page", "b.js", "export const", "exprt const", "b.js:1: never runs"),
    ("page", "a.css", "}", "}}", "a.css:1: is no CSS"),
    ("page", "index.html", ' type="module"', "", "it is written as a module"),
    ("page", "index.html", "<link", '<base href="/game/"><link', "/game/"),
    ("page", "index.html", "<link", "é<link", "names no encoding"),
    ("page", "index.html", "<link", "<script type=importmap>{</script><link", "the import map"),
    ("lamps", VITE, "import", "imprt", VITE),
    ("lamps", VITE, "./palette", "./Palette", "Palette"),
    ("lamps", "src/palette.ts", "export", "exprt", "src/palette.ts"),
    ("lamps", "index.html", "/src/main.ts", "/src/mian.ts", "mian.ts"),
    ("workshop", "src/base.css", "{", "{{(", "base.css"),
]
BROKEN: Final[dict[str, Callable[[bytes], bytes]]] = {  # of any document
    "cut short": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "no JSON": lambda _: b"{'a': 1}",
    "NaN": lambda data: re.sub(rb"(?<=[:\[] )-?\d+(?=[\s,}\]])", b"NaN", data, count=1),
    "huge": lambda data: re.sub(rb"(?<=[:\[] )-?\d+(?=[\s,}\]])", b"1e999", data, count=1),
}
DOCUMENTS: Final = {
    "level-editor": LEVEL,
    "template-fps": FPS,
    "config-input": CONFIG,
    "project-settings": "project_settings.json",
    "terrain": MAIN,
    "c-scene-editor": MAIN,
    "c-scene-serializer": YARD,
    "c-prefab-material": "assets/barrel.prefab",
    "c-animation-blueprint": HOPPER,
    "content-assets": "Content/Materials/Check.material",
    "lamps": "package.json",
    "engine": "assets/paint.json",
}
LFS: Final = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"
OTHERS: Final[list[tuple[str, Files, str]]] = [
    ("engine", {"assets/ship.glb": b"solid cube"}, "assets/ship.glb"),
    *(
        ("engine", {path: data}, path)
        for path in ("assets/ship.glb", "assets/ship.png", "assets/paint.json")
        for data in (b"", LFS)
    ),
    *(("page", {"a.png": data}, "a.png") for data in (b"", LFS, _png()[:-40])),
    ("workshop", {"src/photo.png": LFS}, "src/photo.png"),
    ("engine", {"scripts/pilot.ts": b"\xff\xfe\x00"}, "scripts/pilot.ts"),
    ("engine", {MAIN: b'{"entities": []}'}, MAIN),
    ("engine", {"Content/logic.blueprint": b'{"eventGraph": {}}'}, "Content/logic.blueprint"),
    ("engine", {"assets/tree.json": b'{"rootId": "a", "nodes": []}'}, "assets/tree.json"),
    ("engine", {"scripts/old.lua": b"print(1)"}, "scripts/old.lua"),
    ("page", {"index.html": b"<!doctype html><title>Game</title><body></body>"}, "index.html"),
    ("page", {"index.html": b""}, "index.html"),
    ("page", {"index.html": b"<canvas></canvas><script src=a.js></script>", "a.js": b""}, "'a.js'"),
    ("page", {"index.html": b"<noscript>Turn scripts on</noscript>"}, "shows nothing"),
    ("page", {"game.json": b'{"name": "G", "version": 1}'}, "$.version"),
    ("page", {"game.json": b"{"}, "game.json"),
]


def cases() -> Iterator[tuple[str, Files, str]]:
    """(project, its files that are other ones, what the message has to name)."""
    yield from ((name, {path: None}, named) for name, path, named in GONE)
    for name, path, old, new, named in CHANGED:
        yield name, changed(name, path, old, new), named
    for name, path in DOCUMENTS.items():
        for damage in BROKEN.values():
            data = damage(base(name)[path])
            if data != base(name)[path]:
                yield name, {path: data}, path
    yield from OTHERS


# Fields that say nothing about a game, or whose names are the maker's own.
UNHEARD: Final = (
    *("metadata", "navmeshSettings", "lightmapSettings", "actions", "layers", "assets"),
    *("properties", "position", "data", "sheenColor"),
)
BASES: Final = sorted({"engine", "page", "lamps", *DOCUMENTS})


@pytest.mark.parametrize("name", BASES)
def test_an_unbroken_project_is_exported_without_a_warning(name: str) -> None:
    """So that each warning of the others is of what is wrong with them."""
    assert told(base(name)) == []


def test_no_project_with_one_thing_wrong_is_exported_without_a_word() -> None:
    """It fails or warns, and names what is wrong."""
    silent = []
    for name, files, named in cases():
        broken = {path: data for path, data in {**base(name), **files}.items() if data is not None}
        said = told(broken)
        if not any(named in line for line in said):
            silent.append((name, files.keys(), named, said))
    assert silent == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - {"lamps", "engine"}))
def test_a_field_that_nobody_knows_is_told(
    name: str, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Whichever it is, and wherever it stands in the document."""
    path = DOCUMENTS[name]
    document = json.loads(base(name)[path])
    for _ in rounds(3):
        broken = copy.deepcopy(document)
        holder, field = rng.choice(list(fields_in(broken)))
        holder[f"{field}X"] = holder.pop(field)
        reading = Reading({**base(name), path: as_json(broken)})
        assert any(path in line for line in [*reading.errors, *reading.warnings]), field


def fields_in(document: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """(object, field) of every field that means something."""
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            heard = [field for field in item if field not in UNHEARD]
            yield from ((item, field) for field in heard)
            waiting += [item[field] for field in heard]
        elif isinstance(item, list):
            waiting += item
