"""What every exporter promises. A new platform passes here or is none."""

from __future__ import annotations

import hashlib
import io
import zipfile
from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest
from PIL import Image

from services.packager.build.manifest import MANIFEST
from services.packager.desktop.app_plan import GameTooLargeError
from services.packager.platforms import exporters
from shared.domain.platforms import PLATFORMS
from shared.errors import ProjectError
from tests.engine import assets, component, entity, glb, level, project
from tests.projects import build, build_context, in_memory, request

if TYPE_CHECKING:
    from shared.domain.options import Platform

EXPORTERS = exporters()


def _icon() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (512, 512), (9, 99, 199)).save(out, "PNG")
    return out.getvalue()


FILES = {
    "index.html": b"<!doctype html><title>Star Courier</title><script src=js/main.js></script>",
    "game.json": b'{"name": "Star Courier"}',
    "js/main.js": b"var lives = 3;\n" * 800,
    "js/main.js.map": b'{"version": 3, "sources": ["main.ts"], "mappings": "AAAA"}',
    "assets/ship.png": _icon(),
    "assets/ship.psd": b"layers",
    "assets/terrain/heights.bin": bytes(range(256)) * 4_000,
    "empty.txt": b"",
    "texte/été.txt": "naïve".encode(),
}

ENGINE = project(
    game={"icon": "assets/ship.png", "pwa": True},
    **{
        "scenes/main.json": level(
            entity("ship", component("MeshRenderer", meshId="ship", materialIds=["paint"])),
            entity("pilot", component("Script", scriptId="pilot.ts"), component("Collider")),
            assets=assets(ship="assets/ship.glb", paint="assets/paint.json"),
        ),
        "scenes/été.json": level(),
        "scripts/pilot.ts": b"export { Script as default } from 'aethel'",
        "assets/ship.glb": glb(),
        "assets/paint.json": b'{"map": "ship.png"}',
        "assets/ship.png": _icon(),
        "assets/unused.bin": bytes(range(256)) * 4_000,
    },
)

each_platform = pytest.mark.parametrize("platform", sorted(EXPORTERS))
each_project = pytest.mark.parametrize("files", [FILES, ENGINE], ids=["html5", "engine"])


def test_every_platform_that_is_offered_can_be_packed() -> None:
    """What the gateway accepts has an exporter, and nothing else has."""
    assert EXPORTERS.keys() == PLATFORMS.keys()
    assert all(exporter.name == name for name, exporter in EXPORTERS.items())


@each_platform
@each_project
def test_paths_are_sorted_and_unique(platform: Platform, files: dict[str, bytes]) -> None:
    """The order of an artifact is the order of its paths."""
    paths = [content.path for content in build(files, request(platform)).plan.contents]
    assert paths == sorted(set(paths))


@each_platform
@each_project
def test_the_same_input_gives_the_same_bytes(platform: Platform, files: dict[str, bytes]) -> None:
    """Whatever the number of threads and the order in which the project lists its files."""
    shuffled = dict(reversed(files.items()))
    first = build(files, request(platform), threads=2).data
    assert build(files, request(platform), threads=1).data == first
    assert build(shuffled, request(platform), threads=5).data == first


@each_platform
@each_project
def test_the_manifest_names_every_file_with_size_and_hash(
    platform: Platform, files: dict[str, bytes]
) -> None:
    """What it says is what another reader finds, in order; only itself is not in it."""
    built = build(files, request(platform))
    unpacked = built.files
    manifest = msgspec.json.decode(unpacked.pop(MANIFEST))
    assert manifest["files"] == [
        {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in sorted(unpacked.items())
    ]
    assert manifest["templates"] == [template.to_dict() for template in built.plan.templates]
    assert manifest["platform"] == platform
    assert manifest["snapshot"] == "5" * 64
    assert manifest["options"]["compression"] == "zstd"
    assert {"deflate", "pillow", "zlib-ng"} <= manifest["tools"].keys()


@each_platform
@each_project
def test_the_project_s_files_are_not_touched(platform: Platform, files: dict[str, bytes]) -> None:
    """But for the links in the page, and for what the player reads in another form."""
    unpacked = build(files, request(platform, "debug")).files
    changed = {path for path, data in files.items() if unpacked.get(path) != data}
    assert changed <= {"index.html", "game.json", "scripts/pilot.ts"}
    assert platform != "source" or not changed


@each_platform
def test_a_manifest_of_an_earlier_export_gives_way(platform: Platform) -> None:
    """A project that was unpacked from an export can be exported again."""
    built = build({**FILES, MANIFEST: b"old"}, request(platform))
    assert built.files[MANIFEST] != b"old"
    assert any(note.file == MANIFEST for note in built.plan.notes)


@pytest.mark.parametrize("platform", ["web", "source"])
def test_formats_agree_on_what_is_compressed(platform: Platform) -> None:
    """The content says it, not the name: what saves 2 % is deflated."""
    noise = Random(1).randbytes(40_000)
    kinds = {"shrinks": noise + bytes(1_700), "stays": noise + bytes(400)}
    game = {f"{name}.{end}": kinds[name] for name in kinds for end in ("bin", "jpg")}
    built = build({**game, "index.html": b"<title>Two</title>Two"}, request(platform))
    with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
        methods = {name: archive.getinfo(name).compress_type for name in game}
    assert methods == {
        "shrinks.bin": zipfile.ZIP_DEFLATED,
        "shrinks.jpg": zipfile.ZIP_DEFLATED,
        "stays.bin": zipfile.ZIP_STORED,
        "stays.jpg": zipfile.ZIP_STORED,
    }


@each_platform
def test_an_empty_project_is_refused(platform: Platform) -> None:
    """Nothing to export is the maker's to know, in words."""
    with build_context() as context, pytest.raises(ProjectError):
        EXPORTERS[platform].plan(in_memory({}), request(platform), context)


@pytest.mark.parametrize("platform", ["web", "linux"])  # an archive, and one in an application
def test_thousands_of_files_are_packed(platform: Platform) -> None:
    """More entries than two bytes count, or a refusal that says how many there may be."""
    many = {f"data/{n % 97}/{n}.txt": b"x" for n in range(66_000)}
    project = {**many, "index.html": b"<title>Many</title>Many"}
    if platform == "linux":
        with pytest.raises(GameTooLargeError, match="65,000 files"):
            build(project, request(platform))
        project = dict(list(project.items())[-60_000:])  # the page is the last
    built = build(project, request(platform))
    assert project.keys() <= {content.path for content in built.plan.contents}
    assert len(built.files) == len(built.plan.contents) > 60_000
