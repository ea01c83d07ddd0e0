"""Settings, uploads and old exports: what lies around the scenes of a project."""

from __future__ import annotations

import pytest

from services.packager.build.naming import title_of, version_of
from services.packager.desktop.shell_binary import window_of
from services.packager.project.old_export import game_in
from shared.domain.entry_page import (
    EntryPageMissingError,
    check_entry_page,
    entry_files,
    is_engine_project,
)
from tests.engine import component, entity, export, level
from tests.projects import in_memory, request
from tests.unit.packager.web.aethel.formats.reading import Reading, as_json, editor_project

BOX = component("MeshRenderer", meshId="primitive:box")


def test_the_editor_s_settings_are_the_game_s() -> None:
    """Lengths in centimetres; what the player cannot follow is named once, as information."""
    reading = Reading(editor_project("project-settings"))
    assert reading.errors == reading.warnings == []
    game = reading.loaded.document
    assert (game["maxFPS"], game["fixedTimestep"]) == (30, 0.01667)
    assert (game["shadows"], game["bloom"]) == (False, False)
    assert game["audio"] == {"master": 0.5, "music": 0.8, "sfx": 1, "voice": 1}
    assert game["input"]["actions"]["jump"] == ["KeyF", "gamepad:0", "touch:button:A"]
    assert reading.level.settings["physics"]["gravity"] == [0, -4.905, 0]
    assert "settings that the player does not follow: ambient_volume, anti_aliasing" in reading.told


def test_names_and_window_come_from_the_first_file_that_has_them() -> None:
    """game.json, aethel.config.json, project.json, project_settings.json."""
    asked = request("windows")
    files = editor_project("project-settings")
    project = in_memory(files)
    assert (title_of(project, asked), version_of(project, asked)) == ("Lantern Walk", "2.1.0")
    window, _ = window_of(project)
    assert (window.width, window.height, window.fullscreen) == (1280, 720, False)
    for path, name in (
        ("project.json", "Record"),
        ("aethel.config.json", "Config"),
        ("game.json", "Game"),
    ):
        files[path] = as_json({"name": name})
        assert title_of(in_memory(files), asked) == name


def test_a_project_that_was_never_named_has_no_name() -> None:
    """The settings page's own default says nothing."""
    files = {"project_settings.json": as_json({"project_name": "My Game"})}
    assert title_of(in_memory(files), request("web")) == "p1"


def test_uploads_are_shipped_with_the_paths_that_the_engine_gives_them() -> None:
    """A leading slash is the project's root."""
    built = export(editor_project("content-assets"))
    shipped = {path for path in built.files if path.startswith("Content/")}
    assert shipped == {
        "Content/Audio/Tick.wav",
        "Content/Materials/Check.material",
        "Content/Models/Crate.glb",
        "Content/Textures/Check.png",
    }


def test_uploads_are_assets_that_may_be_left_out() -> None:
    """With a warning each; scenes and scripts stay."""
    reading = Reading(editor_project("content-assets"), include_assets=False)
    assert reading.errors == []
    left_out = [line for line in reading.warnings if "left out by excludePatterns" in line]
    assert len(left_out) == 4
    assert Reading(editor_project("template-fps"), include_assets=False).errors == []


def test_an_old_export_is_its_source_with_the_uploads_beside() -> None:
    """Its lists and notes are no part of the game; the record names it."""
    files = editor_project("old-export")
    built = export(files)
    assert built.plan.title == "Harbour Lights"
    game = {"index.html", "game.js", "assets/1767225600000_logo.png"}
    assert game <= built.files.keys()
    assert not {"export.json", "project.json", "README.txt", "assets/manifest.json"} & (
        built.files.keys()
    )


def test_an_old_export_of_an_engine_project_is_played() -> None:
    """source/ is the root of any project."""
    inside = editor_project("level-editor")
    files = {f"source/{path}": data for path, data in inside.items()}
    reading = Reading({"export.json": b"{}", "project.json": b'{"name": "Old"}', **files})
    assert reading.errors == []
    assert reading.loaded.project.name == "Old"
    assert "Cube_01" in reading.level.entities


def test_another_project_with_an_export_json_stays_as_it_is() -> None:
    """Only a source folder makes it an old export."""
    project = in_memory({"export.json": b"{}", "index.html": b""})
    assert game_in(project) is project


@pytest.mark.parametrize(
    ("paths", "plays"),
    [
        (["game.json"], True),
        (["aethel.config.json"], True),
        (["levels/main.level.json"], True),
        (["Content/Scenes/Main.scene"], True),
        (["scenes/main.json"], True),
        (["export.json", "source/levels/a.level"], True),
        (["export.json", "source/index.html"], False),
        (["source/levels/a.level"], True),
        (["index.html", "game.json"], False),
        (["notes.json", "levels/data.json"], False),
    ],
)
def test_the_gateway_knows_what_the_player_plays(paths: list[str], *, plays: bool) -> None:
    """By names alone; what is neither a game nor a page is refused before it costs minutes."""
    entries = entry_files(paths)
    assert is_engine_project(entries) is plays
    if plays or any(path.endswith("index.html") for path in paths):
        check_entry_page(entries, exclude=[])
    else:
        with pytest.raises(EntryPageMissingError):
            check_entry_page(entries, exclude=[])


def test_a_scene_that_is_left_out_opens_nothing() -> None:
    """ExcludePatterns count here, too."""
    with pytest.raises(EntryPageMissingError):
        check_entry_page(entry_files(["Content/Scenes/A.scene"]), exclude=["Content"])


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({}, "it has no mesh, no particles and no script"),
        (
            {"entities": [entity("a", BOX, active=False)]},
            "its meshes are all inactive (1)",
        ),
        (
            {
                "assets": [{"id": "m", "type": "material", "data": {"opacity": 0}}],
                "entities": [entity("a", component("MeshRenderer", materialIds=["m"]))],
            },
            "all of its materials have the opacity 0",
        ),
        (
            {
                "entities": [entity("a", BOX)],
                "settings": {"lighting": {"ambientIntensity": 0}},
            },
            "it has no light, its ambient light is 0 and no material is unlit",
        ),
    ],
)
def test_what_would_show_nothing_is_refused(parts: dict[str, object], why: str) -> None:
    """With file and remedy; in debug it is a warning."""
    document = {"formatVersion": "1.0.0", "entities": [], **parts}
    files = {"game.json": b"{}", "scenes/main.json": as_json(document)}
    (error,) = Reading(files).errors
    assert error.startswith(f"scenes/main.json: is the first scene, and shows nothing: {why}")
    debug = Reading(files, "debug")
    assert debug.errors == []
    assert why in debug.told


def test_a_level_s_unlit_material_is_seen_without_a_light() -> None:
    """No light is needed."""
    files = {
        "game.json": b"{}",
        "scenes/main.json": level(
            entity("a", component("MeshRenderer", materialIds=["m"])),
            assets=[{"id": "m", "type": "material", "data": {"type": "basic"}}],
            settings={"lighting": {"ambientIntensity": 0}},
        ),
    }
    assert Reading(files).errors == []


def test_every_field_of_a_runtime_scene_is_looked_at() -> None:
    """Unknown ones are told, as in levels."""
    box = {"primitive": "box", "colour": "red", "physics": {"bounce": 1}}
    scene = {"objects": [box], "lights": [{"power": 5}], "environment": {"wind": 3}, "music": "x"}
    told = Reading({"game.json": b"{}", "scenes/main.json": as_json(scene)}).told
    for what in ("'colour'", "'bounce'", "'power'", "'wind'", "'music'"):
        assert f"has the field {what}, which the player does not know" in told


def test_a_project_without_a_first_scene_is_told_what_there_is() -> None:
    """Several scenes, and none of them is called main."""
    scene = editor_project("template-blank")["Content/Scenes/Main.scene"]
    files = {f"Content/Scenes/{name}.scene": scene for name in ("Hut", "Road")}
    (error,) = Reading(files).errors
    assert error == (
        "scenes/: no scene is called 'main': name the first one as startScene in game.json; "
        "there are: Hut, Road"
    )


def test_a_video_project_alone_says_what_it_is() -> None:
    """Its suffix is that of a scene, too."""
    reading = Reading({"cut.aethel": as_json({"magic": "AETHEL_PROJECT"})})
    assert "cut.aethel: is a video project, no scene" in reading.told
    assert reading.errors
