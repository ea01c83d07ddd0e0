"""Puts a game together from the built template, as an export does, but from a few literals."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from services.packager.runtimes.registry import read_template
from services.packager.web.aethel.page import PROGRAMS, SERVERS
from shared.templates import BUILT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]
NO_ROTATION = (0, 0, 0, 1)
LYING = (-0.7071067811865476, 0, 0, 0.7071067811865476)  # a plane as a floor


def entity(
    name: str,
    components: Mapping[str, Json] | None = None,
    position: tuple[float, ...] = (0, 0, 0),
    rotation: tuple[float, ...] = NO_ROTATION,
    scale: tuple[float, ...] = (1, 1, 1),
    **more: Any,
) -> Json:
    """An entity of a level; ``rotation`` is a quaternion."""
    return {
        "id": name,
        "name": name,
        "parentId": None,
        "transform": {
            "position": dict(zip("xyz", position, strict=True)),
            "rotation": dict(zip("xyzw", rotation, strict=True)),
            "scale": dict(zip("xyz", scale, strict=True)),
        },
        "components": [{"type": kind, "data": data} for kind, data in (components or {}).items()],
        "tags": [],
        "layer": 0,
        "active": True,
        **more,
    }


def level(*entities: Json, **more: Any) -> Json:
    """A level of these entities."""
    return {"formatVersion": "1.0.0", "metadata": {"name": "test"}, "entities": [*entities], **more}


CAMERA = entity("camera", {"Camera": {"isMain": True}}, (0, 2, 8))
SUN = entity(
    "sun", {"Light": {"type": "directional", "intensity": 2}}, rotation=(-0.5, 0, 0, 0.866)
)
FLOOR = entity(
    "floor",
    {"MeshRenderer": {"meshId": "primitive:plane"}, "Collider": {"shape": "plane"}},
    rotation=LYING,
)


def assemble(
    folder: Path,
    *,
    scenes: Mapping[str, Json | bytes],
    game: Json | None = None,
    scripts: Mapping[str, str] | None = None,
    assets: Mapping[str, bytes] | None = None,
    configuration: str = "debug",
    variant: str = "lean",
    missing: tuple[str, ...] = (),
) -> Path:
    """Write a playable game.

    Args:
        folder: Where; made if need be.
        scenes: By name; bytes are written as ``.aelv``.
        game: ``game.json``, without what has a default.
        scripts: Project path → TypeScript.
        assets: Project path → bytes.
        configuration: Debug builds have a source map.
        variant: ``full`` where scripts import three.
        missing: Files that the manifest names but the host does not have.
    """
    template = read_template(BUILT / "player")
    description = json.loads(template.description)
    player = description["variants"][variant]
    for path in template.files:
        target = folder / path
        if not path.startswith(("bin/", "index.html")):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(template.folder / path, target)
    _write_page(folder, template.read("index.html").decode(), player)
    files = _write_project(folder, scenes, assets or {})
    for path in missing:
        files[path] = {"size": 1000}
    manifest = {
        "format": 1,
        "gameId": "test-game",
        "configuration": configuration,
        "game": {"name": "Test game", **(game or {})},
        "scenes": {
            path[7:].rsplit(".", 1)[0]: path for path in files if path.startswith("scenes/")
        },
        "files": files,
        "scripts": _bundle(folder, scripts, player, template.folder) if scripts else None,
    }
    (folder / "aethel.json").write_text(json.dumps(manifest))
    return folder


def _write_page(folder: Path, page: str, player: Json) -> None:
    preloads = [
        f'<link rel="modulepreload" href="{path}">'
        for path in player["core"]
        if path.endswith(".js") and path not in player["fetched"]
    ]
    values = {"title": "Test game", "lang": "en", "entry": player["entry"], "servers": SERVERS}
    values["programs"] = PROGRAMS
    for name, value in {**values, "head": "\n".join(preloads)}.items():
        page = page.replace("{{" + name + "}}", value)
    (folder / "index.html").write_text(page)


def _write_project(
    folder: Path, scenes: Mapping[str, Json | bytes], assets: Mapping[str, bytes]
) -> dict[str, Json]:
    files = dict(assets)
    for name, scene in scenes.items():
        if isinstance(scene, bytes):
            files[f"scenes/{name}.aelv"] = scene
        else:
            files[f"scenes/{name}.json"] = json.dumps(scene).encode()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return {path: {"size": len(data)} for path, data in files.items()}


def _bundle(folder: Path, scripts: Mapping[str, str], player: Json, template: Path) -> str:
    """One module of all scripts; ``aethel`` and ``three`` stay the player's own."""
    sources = folder / "sources"
    for path, text in scripts.items():
        (sources / path).parent.mkdir(parents=True, exist_ok=True)
        (sources / path).write_text(text)
    imports = [f'import * as s{i} from "./{path}";' for i, path in enumerate(scripts)]
    table = ", ".join(f'"{path}": s{i}' for i, path in enumerate(scripts))
    (sources / "all.js").write_text("\n".join([*imports, f"export default {{ {table} }};"]))
    command = [str(template / "bin" / "esbuild"), "all.js", "--bundle", "--format=esm"]
    command += ["--sourcemap", "--outfile=../scripts/game.js", "--external:../player/*"]
    command += ["--jsx=automatic", "--jsx-import-source=@aethel/ui"]
    command += [f"--alias:{name}=../{path}" for name, path in player["modules"].items()]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)
    shutil.rmtree(sources)
    return "scripts/game.js"
