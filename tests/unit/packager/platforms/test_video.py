"""What is filmed: the site of the platform web, and the files that direct the film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from shared.domain.video.options import VideoOptions
from tests.engine import boot, level, project
from tests.projects import build, request

if TYPE_CHECKING:
    from tests.projects import Built

PAGE = {"index.html": b"<!doctype html><title>Dots</title><script src=a.js></script>", "a.js": b"1"}
TRACK = b'[{"t": 1, "type": "key", "code": "KeyW"}]'
CAMERA = b'{"keys": [{"t": 0, "position": [0, 1, 5], "target": [0, 0, 0]}]}'
ENGINE = project(**{"scenes/main.json": level(), "scenes/intro.json": level()})


def filmed(files: dict[str, bytes], options: dict[str, Any] | None = None, **video: Any) -> Built:
    """The site that is filmed."""
    asked = msgspec.convert(video, VideoOptions)
    return build(files, request("video", video=asked, **(options or {})))


def refused(files: dict[str, bytes], options: dict[str, Any] | None = None, **video: Any) -> str:
    """Why there is none."""
    with pytest.raises(InvalidProjectError) as caught:
        filmed(files, options, **video)
    return str(caught.value)


@pytest.mark.parametrize("files", [PAGE, ENGINE], ids=["html5", "engine"])
def test_it_is_the_site_of_the_web_without_its_hosts(files: dict[str, bytes]) -> None:
    """Nothing that only a host reads, and nothing that is only for later."""
    web, film = build(files, request("web")), filmed(files)
    assert film.files.keys() < web.files.keys()
    assert {"_headers", "serve.json"} & (web.files.keys() - film.files.keys())
    assert not {"_headers", "serve.json", "sw.js"} & film.files.keys()


def test_the_film_s_name_and_type_are_the_plan_s() -> None:
    """They go on to the artifact."""
    film = filmed(PAGE, preset="gif")
    assert film.name.endswith("-video.gif")
    assert film.plan.content_type == "image/gif"
    assert filmed(PAGE, stills={"format": "jpeg"}).name.endswith("-video.jpg")


def test_files_that_direct_a_film_are_in_the_site() -> None:
    """Under their paths in the project, though no scene needs them."""
    files = ENGINE | {"film/cam.json": CAMERA, "film/keys.json": TRACK}
    film = filmed(files, cameraPath="film/cam.json", input="film/keys.json")
    assert film.files["film/cam.json"] == CAMERA
    assert film.files["film/keys.json"] == TRACK
    assert "film/cam.json" not in filmed(files).files


@pytest.mark.parametrize("folder", ["film", "assets"])
def test_files_that_direct_a_film_are_not_said_to_be_left_out(folder: str) -> None:
    """They are used, wherever they lie; those that another film uses are told as ever."""
    used = f"{folder}/keys.json"
    film = filmed(ENGINE | {used: TRACK, "film/other.json": TRACK}, input=used)
    told = [str(note) for note in film.plan.notes if "left out" in note.message]
    assert any("other.json" in line for line in told), told
    assert not any("keys.json" in line for line in told), told


def test_the_scene_that_is_filmed_is_the_first() -> None:
    """By its name or its file."""
    assert boot(filmed(ENGINE))["game"]["startScene"] == "main"
    for scene in ("intro", "scenes/intro.json"):
        film = filmed(ENGINE, scene=scene)
        assert boot(film)["game"]["startScene"] == "intro"
        assert "scenes/intro.json" in film.files


@pytest.mark.parametrize(
    ("video", "files", "why"),
    [
        ({"input": "k.json"}, {}, "k.json: options.video.input names it, and it is not there"),
        ({"input": "k.json"}, {"K.json": TRACK}, "the project has 'K.json'"),
        ({"input": "k.json"}, {"k.json": b'[{"t": 1, "type": "key"}]'}, "k.json $[0]: a key has"),
        ({"input": "k.json"}, {"k.json": b"["}, "k.json: Input data was truncated"),
        ({"cameraPath": "c.json"}, {"c.json": b'{"keys": []}'}, "c.json $.keys: Expected"),
        ({"scene": "outro"}, {}, "no scene 'outro'; there are: intro, main"),
    ],
)
def test_a_file_that_directs_nothing_stops_it(
    video: dict[str, Any], files: dict[str, bytes], why: str
) -> None:
    """With the file, the place in it and the reason."""
    assert why in refused(ENGINE | files, **video)


def test_pages_have_no_scenes_and_no_camera() -> None:
    """Both are told at once."""
    said = refused(PAGE | {"c.json": CAMERA}, scene="main", cameraPath="c.json")
    assert "options.video.scene: only a project in the engine's own format" in said
    assert "options.video.cameraPath: only a project" in said
    said = refused(
        ENGINE | {"dist/index.html": PAGE["index.html"]}, {"output_dir": "dist"}, scene="x"
    )
    assert "options.video.scene" in said


def test_a_build_may_not_stand_in_the_way() -> None:
    """A file of the same path, and with other bytes, would direct the film."""
    built = {f"dist/{path}": data for path, data in PAGE.items()}
    files = built | {"dist/k.json": b"[]", "k.json": TRACK}
    assert "rename" in refused(files, {"output_dir": "dist"}, input="k.json")
