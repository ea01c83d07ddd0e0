"""The site around a game: page, player, settings, installing it, playing it without a network."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec
import pytest
from PIL import Image

from services.packager.project.html_page import read_page
from services.packager.runtimes.registry import Templates
from services.packager.web import site_of
from services.packager.web.aethel import player_chunks
from services.packager.web.aethel.page import MOST_PRELOADS
from services.packager.web.icons import IconError
from shared.templates import TemplateError
from tests.engine import (
    as_json,
    boot,
    component,
    entity,
    export,
    glb,
    level,
    notes,
    project,
)
from tests.media import small
from tests.projects import TEMPLATES, build_context, in_memory, request

if TYPE_CHECKING:
    from pathlib import Path

    from shared.domain.options import Configuration

TEMPLATE = TEMPLATES.get("player")
BOX = {"primitive": "box"}
LEAN = player_chunks.player_of(TEMPLATE).variants["lean"]


def picture(edge: int = 256) -> bytes:
    """An icon."""
    out = io.BytesIO()
    Image.new("RGB", (edge, edge), (200, 80, 10)).save(out, "PNG")
    return out.getvalue()


def chunks(files: dict[str, bytes], configuration: Configuration = "release") -> set[str]:
    """The parts of the player that a game ships beyond the core."""
    shipped = export(files, configuration).files.keys()
    return {
        chunk
        for chunk, paths in LEAN.chunks.items()
        if set(paths) <= shipped and not set(paths) <= set(LEAN.core)
    }


def scene(*entities: dict[str, Any], **settings: Any) -> dict[str, bytes]:
    """A project with one level."""
    return project(**{"scenes/main.json": level(*entities, settings=settings)})


def model(*extensions: str) -> dict[str, bytes]:
    """A project that shows a model."""
    thing = entity("e", component("MeshRenderer", meshId="m.glb"))
    return {**scene(thing), "assets/m.glb": glb(extensionsUsed=list(extensions))}


@pytest.mark.parametrize("configuration", ["debug", "release", "distribution"])
def test_the_page_s_policy_comes_before_all_that_it_is_for(configuration: Configuration) -> None:
    """Only what stands behind it is held by it; without TLS a game speaks in debug alone."""
    page = export(project(), configuration).files["index.html"].decode()
    before, _, rest = page.partition('<meta http-equiv="Content-Security-Policy" content="')
    assert re.findall(r"<(\w+)", before) == ["html", "head", "meta"]
    policy, _, rest = rest.partition('"')
    rules = {name: values for name, *values in (rule.split() for rule in policy.split(";"))}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert rules["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert ("ws:" in rules["connect-src"]) is (configuration == "debug")
    assert "wss:" in rules["connect-src"]
    assert "<script" in rest
    assert re.findall(r"<style|style=|<script>", page) == []


@pytest.mark.parametrize(("extensions", "needs"), [((), False), (("KHR_texture_basisu",), True)])
def test_only_who_carries_ktx2_textures_may_make_programs_of_text(
    extensions: tuple[str, ...], *, needs: bool
) -> None:
    """Their transcoder does; no other game pays for it."""
    page = export(model(*extensions)).files["index.html"].decode()
    assert ("'unsafe-eval'" in page) is needs


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (scene(), set()),
        (scene(entity("e", component("Collider"))), {"physics"}),
        (scene(entity("e", component("RigidBody"))), {"physics"}),
        (scene(entity("e", component("Animator"))), {"animation"}),
        (scene(postProcessing={"enabled": True}), {"effects"}),
        (scene(postProcessing={"enabled": False}), set()),
        (model(), {"gltf"}),
        (model("KHR_draco_mesh_compression"), {"gltf", "draco"}),
        (model("EXT_meshopt_compression"), {"gltf", "meshopt"}),
        (model("KHR_texture_basisu"), {"gltf", "ktx2"}),
        (
            {
                **scene(skybox={"type": "hdri", "texture": "sky.hdr"}),
                "assets/sky.hdr": small("sky.hdr"),
            },
            {"hdr"},
        ),
        (project(**{"scenes/main.json": as_json({"objects": [BOX], "lights": [{}]})}), {"effects"}),
        (
            project(
                **{
                    "scenes/main.json": as_json(
                        {
                            "objects": [{**BOX, "physics": {"static": True}}],
                            "lights": [{}],
                            "environment": {"postProcessing": {"enabled": False}},
                        }
                    )
                }
            ),
            {"physics"},
        ),
        (
            {
                **scene(entity("e", component("Script", scriptId="a.ts"))),
                "scripts/a.ts": b"export const start = (c) => c.entity.addComponent('RigidBody')",
            },
            {"physics"},
        ),
    ],
)
def test_a_game_ships_the_parts_of_the_player_that_it_needs(
    files: dict[str, bytes], expected: set[str]
) -> None:
    """And no other; debug adds what maps errors to their source."""
    assert chunks(files) == expected
    assert chunks(files, "debug") == {*expected, "errors"}


def test_the_page_is_filled_in_and_escaped() -> None:
    """Whatever a game is called, and nothing is left open."""
    files = project(game={"name": "<b>&\"{{entry}}'</b>", "language": "pt-BR"})
    page = export(files).files["index.html"]
    assert read_page(page).title == "<b>&\"{{entry}}'</b>"
    assert b'<html lang="pt-BR">' in page
    assert b"<b>" not in page
    sources = [tag.attributes["src"] for tag in read_page(page).tags if tag.name == "script"]
    (notice,) = (file for file in LEAN.core if "/notice-" in file)
    assert sources == [notice, LEAN.entry]
    assert f'rel="modulepreload" href="{notice}"'.encode() not in page


def test_everything_that_the_page_names_is_there() -> None:
    """The player, its style, the manifest, and what is loaded ahead."""
    built = export(project(game={"icon": "icon.png"}, **{"assets/icon.png": picture()}))
    page = read_page(built.files["index.html"])
    urls = {url for tag in page.tags for url in tag.urls()}
    assert urls <= built.files.keys()
    assert {"manifest.webmanifest", "favicon.ico", LEAN.entry} <= urls
    assert b'href="data:,"' not in built.files["index.html"]
    assert b'<link rel="icon" href="data:,">' in export(project()).files["index.html"]


def preloaded(files: dict[str, bytes]) -> list[str]:
    """What the page has fetched before its modules ask for it."""
    tags = read_page(export(files).files["index.html"]).tags
    return [tag.attributes["href"] for tag in tags if tag.attributes.get("rel") == "preload"]


def test_only_so_much_is_named_ahead() -> None:
    """The manifest and the first scene before all; a large scene does not make a large page."""
    boxes = [entity(f"e{n}", component("MeshRenderer", meshId=f"m{n}.glb")) for n in range(300)]
    models = {f"assets/m{n}.glb": glb() for n in range(300)}
    named = preloaded({**scene(*boxes), **models})
    assert named[:3] == ["aethel.json", "scenes/main.json", "assets/m0.glb"]
    assert len(named) == MOST_PRELOADS


def test_what_only_scripts_and_other_scenes_use_is_not_fetched_ahead() -> None:
    """Physics is that of the first scene, which has none."""
    files = {
        **scene(entity("e", component("Script", scriptId="a.ts"))),
        "scenes/next.json": level(entity("e", component("RigidBody"))),
        "assets/boom.wav": small("boom.wav"),
        "scripts/a.ts": b'import { audio, scene } from "aethel";\naudio.play("boom.wav"); '
        b'scene.load("next");',
    }
    assert "assets/boom.wav" in export(files).files
    assert preloaded(files) == ["aethel.json", "scenes/main.json"]


def test_settings_have_their_defaults_and_keep_what_is_the_game_s_own() -> None:
    """The player gets all of them."""
    files = project(game={"maxFPS": 30, "vsync": None, "difficulty": "hard", "id": "toy-1"})
    manifest = boot(export(files))
    assert manifest["gameId"] == "toy-1"
    assert manifest["format"] == 1
    assert manifest["configuration"] == "release"
    game = manifest["game"]
    assert (game["maxFPS"], game["vsync"], game["difficulty"]) == (30, True, "hard")
    assert game["resolution"] == {"width": 1920, "height": 1080}
    assert manifest["files"] == {"scenes/main.json": {"size": len(files["scenes/main.json"])}}


def test_name_and_version_come_from_the_game_unless_asked_otherwise() -> None:
    """In the page, the settings, the manifest and the file's name."""
    files = project(game={"name": "Nightfall", "version": "2.3.4"})
    own, asked = export(files), export(files, app_name="Other", app_version="9.0")
    assert (own.name, asked.name) == ("nightfall-2.3.4-web.zip", "other-9.0-web.zip")
    for built, name, version in ((own, "Nightfall", "2.3.4"), (asked, "Other", "9.0")):
        assert (boot(built)["game"]["name"], boot(built)["game"]["version"]) == (name, version)
        manifest = msgspec.json.decode(built.files["export-manifest.json"])
        assert manifest["app"] == {"name": name, "version": version}


@pytest.mark.parametrize(("version", "taken"), [(2, "2"), (1.5, "1.5"), (0, "0")])
@pytest.mark.parametrize(
    ("file", "field"),
    [
        ("game.json", "version"),
        ("aethel.config.json", "version"),
        ("project_settings.json", "project_version"),
    ],
)
def test_a_number_is_taken_for_the_version_that_it_means(
    version: float, taken: str, file: str, field: str
) -> None:
    """In every file that names one; told once, and nothing is wrong."""
    built = export(project() | {file: as_json({field: version})})
    assert built.name.endswith(f"-{taken}-web.zip")
    assert boot(built)["game"]["version"] == taken
    told = [note for note in built.plan.notes if note.file == file]
    assert [(note.level, note.message) for note in told] == [
        ("info", f'$.{field}: is a number, taken for the text "{taken}": write it in quotes')
    ]


def test_null_is_the_default_in_every_part_of_the_settings() -> None:
    """The player never meets one: an action without a binding would end it."""
    actions = {"jump": None, "moveX": {"stick": None, "negative": ["KeyQ"]}, "go": ["KeyG"]}
    own: dict[str, Any] = {
        "resolution": {"width": 800, "height": None},
        "audio": {"music": None, "sfx": 0.5},
        "input": {"actions": actions},
        "hud": None,
        "version": None,
    }
    game = boot(export(project(game=own)))["game"]
    assert game["resolution"] == {"width": 800, "height": 1080}
    assert game["audio"] == {"sfx": 0.5}
    assert game["input"] == {"actions": {"moveX": {"negative": ["KeyQ"]}, "go": ["KeyG"]}}
    assert game["version"] == "1.0.0"
    settings = {"win_resolution": None, "max_fps": None, "gravity": None, "project_version": None}
    config = {"entry": None, "input": None, "physics2D": {"gravity": None}, "version": None}
    others = {
        "project_settings.json": as_json(settings),
        "aethel.config.json": as_json(config),
        "game.json": b"{}",
    }
    assert boot(export(project() | others))["game"]["resolution"]["width"] == 1920


@pytest.mark.parametrize("version", ["latest", "1.0\n", "../..", "1" * 50])
def test_a_version_that_is_none_is_told(version: str) -> None:
    """And never reaches a file name."""
    built = export(project(game={"version": version}))
    assert re.fullmatch(r"toy-1(\.0)*-web\.zip", built.name)


def test_the_template_stands_in_the_manifest() -> None:
    """Name, version and checksum."""
    manifest = msgspec.json.decode(export(project()).files["export-manifest.json"])
    assert manifest["templates"] == [TEMPLATE.to_dict()]


def test_an_icon_that_will_not_do_is_told_or_refused() -> None:
    """Told where it is the game's own, refused where it was asked for."""
    files = project(game={"icon": "icon.png"}, **{"assets/icon.png": picture(64)})
    assert "no icons are made" in notes(export(files))
    with pytest.raises(IconError):
        export(files, app_icon="assets/icon.png")


def test_a_pwa_keeps_all_of_itself() -> None:
    """Every file of the site is in the list, by a name that a browser asks for."""
    odd = "assets/sounds/ä & (1) 100%.wav"
    built = export(project(game={"pwa": True, "include": ["assets"]}, **{odd: small(odd)}))
    worker = built.files["sw.js"].decode()
    assert "{{" not in worker
    listed = json.loads(re.search(r"PRECACHE = (\[.*?\]);", worker)[1])  # type: ignore[index]
    made_for_hosts = {"_headers", "serve.json", "export-manifest.json", "sw.js"}
    assert {unquote(url) for url in listed} == {"./", *built.files.keys() - made_for_hosts}
    assert "%20" in "".join(listed)
    assert boot(built)["game"]["pwa"] is True


def test_a_change_of_the_game_is_a_change_of_its_worker() -> None:
    """So that browsers fetch the new one."""
    first = export(project(game={"pwa": True})).files["sw.js"]
    again = export(project(game={"pwa": True})).files["sw.js"]
    other = export(project(game={"pwa": True, "maxFPS": 30})).files["sw.js"]
    assert first == again != other
    assert "sw.js" not in export(project()).files


def test_hosts_may_keep_the_player_and_serve_frames_without_an_origin() -> None:
    """What has a hash in its name, and who may ask."""
    headers = export(project()).files["_headers"].decode()
    assert f"/{LEAN.entry}\n  ! Cache-Control\n  Cache-Control: public, max-age=31536000" in headers
    assert "Access-Control-Allow-Origin: *" in headers
    assert "/aethel.json" not in headers


def test_sizes_are_told_by_kind() -> None:
    """Before anything is packed."""
    files = {**model(), "assets/m.glb": glb(extras="x" * 400_000)}
    assert re.search(r"Unpacked sizes: .*models 0\.4 MB", notes(export(files)))


def test_other_platforms_get_the_same_site_without_what_is_for_hosts() -> None:
    """No headers, no worker; everything that the page needs."""
    files = project(game={"pwa": True})
    with build_context() as context:
        site = site_of(in_memory(files), request("windows"), context)
    paths = {content.path for content in site.contents}
    assert {"index.html", "aethel.json", "scenes/main.json", LEAN.entry} <= paths
    assert not {"_headers", "serve.json", "sw.js"} & paths
    (manifest,) = (c.data for c in site.contents if c.path == "aethel.json")
    assert msgspec.json.decode(manifest or b"")["game"]["pwa"] is False


def test_without_the_player_an_operator_is_told(tmp_path: Path) -> None:
    """It is not the maker's fault, and a replay after the repair works."""
    with build_context() as context:
        without = msgspec.structs.replace(context, templates=Templates(tmp_path))
        with pytest.raises(TemplateError, match="player is not installed") as caught:
            site_of(in_memory(project()), request(), without)
    assert caught.value.code == "template-missing"
