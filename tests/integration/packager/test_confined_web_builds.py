"""Programs on node, inside of a build's confinement: threads, no network, no other files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from shared.errors import ExportError, ProjectError
from tests.engine import component, entity, level, project
from tests.integration.packager.test_handler import _download, _export, _requested
from tests.projects import store

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.packager.handler import PackagerHandler
    from shared.storage.bucket import Storage

MODELS: Final = Path(__file__).parents[2] / "browser/engine/models"
PAGE = b'<!doctype html>\n<title>Game</title>\n<script type="module" src="/src/main.ts"></script>\n'


async def _built(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, files: dict[str, bytes]
) -> dict[str, bytes]:
    packaged = await _export(handler, js, _requested(await store(storage, files), "web"))
    data = await _download(storage, packaged)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_web_project_is_built_in_the_sandbox(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """With workers, styles, WebAssembly and components: all parts of the tools run there."""
    files = {
        "index.html": PAGE,
        "package.json": b'{"devDependencies": {"@tailwindcss/vite": "4", "autoprefixer": "10"}, '
        b'"postcss": {"plugins": {"autoprefixer": {}}}}',
        "src/main.ts": b"import V from './V.vue'; import S from './S.svelte'; import './a.css';\n"
        b"import W from './w?worker'; console.log(V, S, new W())",
        "src/V.vue": b"<template><p>{{ 1 }}</p></template><style scoped>p { color: red }</style>",
        "src/S.svelte": b"<script lang='ts'>let n: number = $state(1)</script><p>{n}</p>",
        "src/a.css": b"@import 'tailwindcss'; p { @apply mt-[7px]; background: url(./dot.svg) }",
        "src/dot.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "src/w.ts": b"postMessage(1 as number)",
        "public/big.bin": bytes(3 << 20),
    }
    made = await _built(handler, storage, js, files)
    assert made["big.bin"] == files["public/big.bin"]
    (style,) = (name for name in made if name.startswith("assets/index-") and ".css" in name)
    assert b"margin-top:7px" in made[style]
    assert b'src="./assets/index-' in made["index.html"]


async def test_navigation_meshes_are_baked_in_the_sandbox(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Of a model, too, which a decoder in a thread of its own unpacks."""
    floor = entity(
        "floor",
        component("MeshRenderer", meshId="assets/floor.glb"),
        component("Collider", shape="mesh"),
        transform={"rotation": [-0.7071, 0, 0, 0.7071], "scale": [20, 20, 20]},
    )
    scene = level(floor, entity("agent", component("NavMeshAgent")))
    model = (MODELS / "draco.glb").read_bytes()
    files = project(**{"scenes/main.json": scene, "assets/floor.glb": model})
    made = await _built(handler, storage, js, files)
    manifest = json.loads(made["aethel.json"])
    (mesh,) = manifest["navigation"]["scenes/main.json"]["meshes"]
    assert made[mesh["file"]].startswith(b"AENM")


async def test_a_broken_project_fails_for_its_maker(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """With its code and its place, at once: it is not tried again."""
    files = {"index.html": PAGE, "src/main.ts": b"let a = 1;\nlet b = ;\n"}
    with pytest.raises(ProjectError, match=r"src/main\.ts:2:9") as caught:
        await _built(handler, storage, js, files)
    assert not caught.value.retryable
    assert isinstance(caught.value, ExportError)
    assert "> 2 | let b = ;" in str(caught.value)
