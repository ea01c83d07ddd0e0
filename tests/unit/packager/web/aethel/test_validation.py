"""What is wrong with a project is named: file, place, what to do; and all of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.errors import ProjectError
from tests.engine import (
    aelv,
    as_json,
    assets,
    boot,
    component,
    entity,
    export,
    glb,
    level,
    notes,
    problems,
    project,
)

if TYPE_CHECKING:
    from shared.domain.options import Configuration


NOWHERE = "is neither an asset of the scene nor a file of the project"


def scene(*entities: dict[str, Any], **parts: Any) -> dict[str, bytes]:
    """A project with one scene."""
    return project(**{"scenes/main.json": level(*entities, **parts)})


def renderer(mesh: str, **data: Any) -> dict[str, Any]:
    """An entity that shows something."""
    return entity("thing", component("MeshRenderer", meshId=mesh, **data))


def test_every_fault_has_its_path() -> None:
    """Not only the first one, and not what holds it."""
    sun = entity("sun", component("Light", intensity="5", color="#fff"))
    found = problems(scene(entity("a", layer=32, active="yes"), {"name": "nameless"}, sun))
    assert [line.split(": ")[0] for line in found] == [
        "scenes/main.json $.entities[0].layer",
        "scenes/main.json $.entities[0].active",
        "scenes/main.json $.entities[1]",
        "scenes/main.json $.entities[2].components[0].data.intensity",
    ]
    assert "lacks the field 'id'" in found[2]


def test_every_component_is_compared_with_its_kind() -> None:
    """The path leads to the very field."""
    light = component("Light", intensity="5", type="laser")
    camera = component("Camera", fov=500)
    found = problems(scene(entity("a", light), entity("b", camera)))
    assert [line.split(": ")[0] for line in found] == [
        "scenes/main.json $.entities[0].components[0].data.type",
        "scenes/main.json $.entities[0].components[0].data.intensity",
        "scenes/main.json $.entities[1].components[0].data.fov",
    ]


@pytest.mark.parametrize("given", ["laser", 3, "", "Point", "x" * 100_000, True])
def test_what_may_stand_there_is_named_where_something_else_does(given: Any) -> None:
    """A field that allows some texts alone says which, whatever it is given."""
    (found,) = problems(scene(entity("a", component("Light", type=given))))
    assert "data.type: cannot be " in found
    assert found.endswith("it can be ambient, directional, hemisphere, point, spot")


def test_a_runtime_scene_shows_every_primitive_and_names_them_all() -> None:
    """Those that levels have."""
    shapes = ("box", "cube", "sphere", "capsule", "cylinder", "cone", "torus", "plane")
    things = [{"type": "mesh", "primitive": name} for name in shapes]
    sun = {"lightType": "directional"}
    export(project(**{"scenes/main.json": as_json({"objects": things, "lights": [sun]})}))
    wrong = as_json({"objects": [{"type": "mesh", "primitive": "knot"}]})
    assert problems(project(**{"scenes/main.json": wrong})) == [
        "scenes/main.json $.objects[0].primitive: cannot be 'knot'; it can be "
        + ", ".join(sorted(shapes))
    ]


def test_a_name_that_the_player_does_not_have_is_told_with_those_that_it_has() -> None:
    """It goes on with the default, so it is a warning."""
    fog = component("ParticleSystem", presetName="fog", blending="screen")
    hum = component("AudioSource", bus="effects")
    text = notes(export(scene(entity("a", fog), entity("b", hum))))
    assert "$.entities[0].components[0].data.presetName: there is no 'fog'; there are " in text
    assert "there is no 'screen'; there are normal, additive" in text
    assert "there is no 'effects'; there are music, sfx, voice" in text


def test_a_level_that_plays_in_slow_motion_everywhere_is_told() -> None:
    """Too few short steps a frame; as many as needed is what a level has by default."""
    short = {"fixedTimestep": 0.005}
    assert "slow motion" not in notes(export(scene(settings={"physics": short})))
    few = notes(export(scene(settings={"physics": {**short, "maxSubSteps": 3}})))
    assert "$.settings.physics.maxSubSteps" in few
    assert "slow motion below 67 frames a second" in few


SHADOWS = "lights that cast shadows"


@pytest.mark.parametrize(
    ("lights", "parts", "told"),
    [
        ([{}] * 14, {}, None),
        ([{}] * 15, {}, 15),
        ([{"type": "spot"}] * 10 + [{"type": "directional"}] * 5, {}, 15),
        ([{}] * 14 + [{"castShadows": False}, {"type": "ambient"}], {}, None),
        ([{}] * 15, {"settings": {"lighting": {"shadowsEnabled": False}}}, None),
        ([{}] * 15, {"settings": {"rendering": {"shadowType": "vsm"}}}, None),
    ],
)
def test_more_shadows_than_devices_draw_are_told(
    lights: list[dict[str, Any]], parts: dict[str, Any], told: int | None
) -> None:
    """Only those count that ask for one when the level begins."""
    things = [entity(f"l{n}", component("Light", **light)) for n, light in enumerate(lights)]
    text = notes(export(scene(*things, **parts)))
    assert (SHADOWS in text) is (told is not None)
    assert told is None or f"scenes/main.json: has {told} {SHADOWS}" in text


def test_shadows_of_prefabs_and_runtime_scenes_count_too() -> None:
    """A prefab's as often as it stands in the level; none where the game has no shadows."""
    lamp = {"id": "lamp", "entities": [entity("bulb", component("Light"))]}
    rows = [{**entity(f"e{n}"), "prefabId": "lamp"} for n in range(16)]
    level_of_prefabs = scene(*rows, prefabs=[lamp], assets=None)
    assert f"has 16 {SHADOWS}" in notes(export(level_of_prefabs))
    dark = {**level_of_prefabs, "game.json": as_json({"name": "Dark", "shadows": False})}
    assert SHADOWS not in notes(export(dark))
    flat = {"objects": [{"type": "mesh", "primitive": "box"}], "lights": [{}] * 15}
    assert f"has 15 {SHADOWS}" in notes(export(project(**{"scenes/main.json": as_json(flat)})))


@pytest.mark.parametrize("number", [1e300, -1e10])
def test_numbers_beyond_all_games_are_refused(number: float) -> None:
    """They would overflow in physics and rendering."""
    found = problems(scene(entity("a", transform={"position": {"x": number}})))
    assert "$.entities[0].transform.position.x" in found[0]


def test_a_cyclic_hierarchy_is_named_whole() -> None:
    """Everybody who takes part, once."""
    found = problems(
        scene(
            entity("a", parentId="c"),
            entity("b", parentId="a"),
            entity("c", parentId="b"),
            entity("d", parentId="a"),
            entity("e", parentId="e"),
        )
    )
    assert len(found) == 2
    assert "the hierarchy is cyclic: 'a' in 'c' in 'b' in 'a'" in found[0]
    assert "'e' in 'e'" in found[1]


def test_a_long_hierarchy_is_no_cycle_and_no_burden() -> None:
    """A hundred thousand ancestors in a row."""
    chain = [entity(f"e{n}", parentId=f"e{n - 1}" if n else None) for n in range(20_000)]
    assert boot(export(scene(*chain)))["scenes"] == {"main": "scenes/main.json"}


def test_ids_stand_once() -> None:
    """Of entities, assets and prefabs."""
    found = problems(
        scene(
            entity("a"),
            entity("a"),
            assets=[*assets(x="assets/x.png"), *assets(x="assets/y.png")],
            prefabs=[{"id": "p", "entities": [entity("r"), entity("r")]}] * 2,
        )
    )
    places = [line.split(": ")[0].removeprefix("scenes/main.json ") for line in found]
    assert places == [
        "$.assets[1].id",
        "$.prefabs[1].id",
        "$.entities[1].id",
        "$.prefabs[0].entities[1].id",
        "$.prefabs[1].entities[1].id",
    ]


def test_a_missing_parent_is_a_warning() -> None:
    """The entity stands at the root, as the player has it."""
    assert "there is no parent 'gone'" in notes(export(scene(entity("a", parentId="gone"))))


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (renderer("rock"), "'rock' is neither an asset of the scene nor a file"),
        (renderer("primitive:teapot"), "no primitive 'teapot'; there are box"),
        (renderer("primitive:box", materialIds=["gold"]), "'gold' is neither"),
        (entity("a", component("AudioSource", clipId="boom")), "'boom' is neither"),
        (entity("a", component("Animator", controllerPath="walk.json")), "'walk.json' is neither"),
        (entity("a", component("Script", scriptId="gone.ts")), "'gone.ts' is neither"),
        (entity("a", component("Script")), "names no script"),
        (entity("a", component("ParticleSystem", textureId="spark")), "'spark' is neither"),
        (entity("a", component("Collider", physicsMaterial="ice")), "'ice' is neither"),
        (entity("a", prefabId="ghost"), "no prefab 'ghost'"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(thing: dict[str, Any], message: str) -> None:
    """With the place that holds it."""
    (found,) = problems(scene(thing))
    assert found.startswith("scenes/main.json $.entities[0].")
    assert message in found


def test_an_asset_s_file_has_to_be_there_if_it_is_used() -> None:
    """The message names the file, spelled as the project does where only the case differs."""
    files = scene(renderer("rock"), assets=assets(rock="assets/Rock.glb", other="assets/o.glb"))
    (found,) = problems(files)
    assert "'assets/Rock.glb' is neither" in found
    (found,) = problems({**files, "assets/rock.glb": glb()})
    assert "'assets/Rock.glb' is spelled 'assets/rock.glb'" in found


def test_what_materials_and_models_need_is_missed_too() -> None:
    """A texture of a material, under its newer and older names; a model's buffers and images."""
    files = scene(renderer("assets/m.glb", materialIds=["assets/gold.json"]))
    files["assets/m.glb"] = glb(buffers=[{"uri": "m.bin"}], images=[{"uri": "a%20b.png"}])
    files["assets/gold.json"] = as_json({"map": "gold", "properties": {"metallicMap": "shine"}})
    assert sorted(problems(files)) == [
        f"assets/gold.json $.map: 'gold' {NOWHERE}",
        f"assets/gold.json $.metalnessMap: 'shine' {NOWHERE}",
        f"assets/m.glb: 'assets/a b.png' {NOWHERE}",
        f"assets/m.glb: 'assets/m.bin' {NOWHERE}",
    ]


def test_a_texture_in_the_table_is_missed_by_its_path() -> None:
    """The file that is not there is named, not only the id that a material knows it by."""
    files = scene(
        renderer("primitive:box", materialIds=["assets/gold.json"]),
        assets=assets(checker="assets/checker.png"),
    )
    files["assets/gold.json"] = as_json({"map": "checker"})
    assert problems(files) == [f"assets/gold.json $.map: 'assets/checker.png' {NOWHERE}"]


def test_debug_goes_on_without_what_is_missing() -> None:
    """The player shows where it is missing; the maker is warned."""
    built = export(scene(renderer("rock")), "debug")
    assert "'rock' is neither" in notes(built)


@pytest.mark.parametrize(
    "options", [{"include_assets": False}, {"exclude_patterns": ("assets/rocks",)}]
)
def test_what_the_maker_leaves_out_is_no_mistake(options: dict[str, Any]) -> None:
    """It is told, not refused."""
    files = scene(renderer("assets/rocks/rock.glb"))
    files["assets/rocks/rock.glb"] = glb()
    assert "left out by excludePatterns and includeAssets" in notes(export(files, **options))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no model", "not valid JSON"),
        (b"glTF", "cut short"),
        (glb()[:24], "cut short"),
        (b"glTF" + (1).to_bytes(4, "little") + glb()[8:], "no binary glTF 2.0"),
        (as_json({"asset": {"version": "1.0"}}), "no glTF 2.0 model"),
        (as_json({"asset": 5, "images": 7, "extensionsUsed": {}}), "no glTF 2.0 model"),
    ],
)
def test_a_broken_model_is_named(data: bytes, message: str) -> None:
    """Before anybody downloads it."""
    (found,) = problems({**scene(renderer("m.glb")), "assets/m.glb": data})
    assert found.startswith("assets/m.glb: ")
    assert message in found


def test_a_file_of_the_wrong_kind_is_named() -> None:
    """What browsers cannot show."""
    files = {**scene(renderer("assets/m.fbx")), "assets/m.fbx": b"Kaydara"}
    (found,) = problems(files)
    assert "assets/m.fbx is no model that the player reads; these are: .glb .gltf" in found


@pytest.mark.parametrize(
    ("game", "message"),
    [
        ({"startScene": "boss"}, "game.json $.startScene: there is no scene 'boss' in scenes/"),
        ({"resolution": {"width": 0}}, "game.json $.resolution.width"),
        ({"physicsTickRate": "fast"}, "game.json $.physicsTickRate"),
        ({"splashScreen": "assets/splash.png"}, "game.json $.splashScreen: 'assets/splash.png'"),
        ({"icon": "icon.png"}, "game.json $.icon: 'icon.png'"),
        ({"language": "<script>"}, "game.json $.language"),
    ],
)
def test_game_json_is_checked(game: dict[str, Any], message: str) -> None:
    """Field by field."""
    assert message in problems(project(game=game))[0]


def test_all_problems_of_all_files_come_at_once() -> None:
    """Scenes, models, scripts and settings in one message, without a word said twice."""
    files = project(
        game={"startScene": "nowhere", "vsync": 1},
        **{
            "scenes/main.json": b"{",
            "scenes/other.json": level(renderer("rock"), renderer("rock")),
            "scenes/third.json": b"{}",
            "scenes/binary.aelv": aelv(b"{}", length=3)[:20],
            "scripts/bad.ts": b"export default class {{",
        },
    )
    found = problems({**files, "assets/x.glb": b""})
    text = "\n".join(found)
    at_fault = ("main.json", "other.json", "third.json", "binary.aelv", "scripts/bad.ts:1")
    for part in ("$.vsync", "$.startScene", *at_fault):
        assert part in text
    assert len(found) == len(set(found))


def test_an_unknown_component_or_field_is_kept_and_told_once() -> None:
    """Never fatal: a later engine may know it."""
    things = [entity(f"e{n}", component("Teleport", to="x"), mood="gloomy") for n in range(50)]
    text = notes(export(scene(*things, entity("l", component("Light", colour="red")))))
    assert text.count("'Teleport' are unknown") == 1
    assert text.count("an entity has the field 'mood'") == 1
    assert text.count("Light has the field 'colour'") == 1


@pytest.mark.parametrize("configuration", ["debug", "release"])
def test_paths_do_not_leave_the_project(configuration: Configuration) -> None:
    """Wherever a path stands, what lies above the project is not looked at."""
    up = "../../../../etc/passwd"
    files = scene(renderer(f"{up}.glb"), entity("s", component("Script", scriptId=up)))
    files["assets/m.gltf"] = as_json(
        {"asset": {"version": "2.0"}, "buffers": [{"uri": f"../{up}"}]}
    )
    if configuration == "release":
        assert len(problems(files)) == 2
    else:
        assert "etc/passwd" in notes(export(files, configuration))


HOSTILE = [
    {"entities": {}},
    {"entities": [None]},
    {"entities": [[]]},
    {"entities": [{"id": 5}]},
    {"entities": [{"id": ""}]},
    {"entities": [{"id": "x" * 1_000}]},
    {"entities": [], "prefabs": [{"id": "p", "entities": []}]},
    {"entities": [], "assets": "all"},
    {"entities": [], "settings": {"fog": {"near": []}}},
    {"entities": [{"id": "a", "components": [{"type": "Light", "data": []}]}]},
    {"entities": [{"id": "a", "components": [{"type": 1}]}]},
    {"entities": [{"id": "a", "transform": {"position": [1, 2, 3, 4, 5]}}]},
    {"entities": [{"id": "a", "transform": {"position": ["x", 2, 3]}}]},
    {"objects": 5},
    {"objects": [{"primitive": "teapot"}]},
    {"objects": [], "camera": {"fov": 180}},
    {"lights": [{"lightType": "laser"}]},
    {"something": "else"},
]


@pytest.mark.parametrize("document", HOSTILE, ids=str)
def test_whatever_a_scene_holds_the_answer_is_a_problem(document: dict[str, Any]) -> None:
    """Named, and the maker's to fix; never an exception of ours."""
    (found,) = problems(project(**{"scenes/main.json": as_json(document)}))
    assert found.startswith("scenes/main.json")


def test_a_flood_of_faults_stays_readable() -> None:
    """Fifty of each scene, and a message that ends."""
    files = scene(*({"id": n} for n in range(100_000)))
    with pytest.raises(ProjectError) as caught:
        export(files)
    assert len(str(caught.value)) < 20_000


def test_null_means_as_by_default() -> None:
    """As editors write what is not set."""
    data = {"meshId": "primitive:box", "materialIds": None, "castShadows": None}
    thing = entity("a", {"type": "MeshRenderer", "data": data}, parentId=None, tags=None)
    assert boot(export(scene(thing, settings=None, assets=None)))["files"].keys() == {
        "scenes/main.json"
    }
