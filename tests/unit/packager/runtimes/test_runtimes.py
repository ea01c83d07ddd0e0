from __future__ import annotations

import hashlib
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner

from services.packager.build.cache_key import build_key
from services.packager.build.plan import BuildPlan
from services.packager.runtimes.__main__ import main as templates_command
from services.packager.runtimes.build import (
    BuildError,
    ToolMissingError,
    build,
    buildable,
    digest_of,
)
from services.packager.runtimes.install import install
from services.packager.runtimes.registry import Descriptions, Templates, describe, read_template
from shared.templates import DESCRIPTION, TemplateChangedError, TemplateError
from tests.projects import request

if TYPE_CHECKING:
    from collections.abc import Callable


def made(folder: Path, version: str = "1.0.0", **files: str) -> Path:
    """A template as a build leaves it."""
    for name, text in (files or {"player.js": "play()"}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    describe(folder, name="player", version=version, entry="player.js")
    return folder


def test_an_installed_template_is_found_with_its_version(tmp_path: Path) -> None:
    """Name, version, a checksum over everything, and the files."""
    made(tmp_path / "player", "2.1.0")
    template = Templates(tmp_path).get("player")
    assert template.to_dict() == {
        "name": "player",
        "version": "2.1.0",
        "sha256": template.sha256,
    }
    assert template.read("player.js") == b"play()"


def test_another_file_makes_another_checksum(tmp_path: Path) -> None:
    """The description covers every byte."""
    first = read_template(made(tmp_path / "a" / "player"))
    second = read_template(made(tmp_path / "b" / "player", **{"player.js": "play(2)"}))
    assert first.sha256 != second.sha256


def test_the_template_is_part_of_the_artifact_s_name(tmp_path: Path) -> None:
    """The same project around another player is another artifact."""
    asked = request()
    keys = set()
    for number, text in enumerate(("play()", "play(2)")):
        template = read_template(made(tmp_path / str(number) / "player", **{"player.js": text}))
        plan = BuildPlan(contents=(), title="Game", version="1", templates=(template,))
        keys.add(build_key(plan, snapshot="5" * 64, request=asked))
    assert len(keys) == 2


def _changed(folder: Path) -> None:
    (folder / "player.js").write_text("steal()")


def _lost(folder: Path) -> None:
    (folder / "player.js").unlink()


def _leaving(folder: Path) -> None:
    path = folder / DESCRIPTION
    document = msgspec.json.decode(path.read_bytes())
    document["files"]["../escape.js"] = document["files"].pop("player.js")
    path.write_bytes(msgspec.json.encode(document))


def _garbled(folder: Path) -> None:
    (folder / DESCRIPTION).write_text("{")


@pytest.mark.parametrize("damage", [_changed, _lost, _leaving, _garbled])
def test_a_damaged_template_is_not_used_and_says_what_to_do(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Every file is compared with its checksum before the first export."""
    damage(made(tmp_path / "player"))
    templates = Templates(tmp_path)
    assert templates.survey()[0] == []
    with pytest.raises(TemplateError):
        templates.get("player")


@pytest.mark.parametrize("damage", [_changed, _lost])
def test_a_file_that_changes_later_is_not_used_either(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """What is read is checked again; a newer template may just come, so it is worth another try."""
    template = read_template(made(tmp_path / "player"))
    damage(tmp_path / "player")
    with pytest.raises(TemplateChangedError, match=r"player\.js") as caught:
        template.read("player.js")
    assert caught.value.retryable
    with pytest.raises(TemplateError, match="no file"):
        template.read("other.js")


def test_a_missing_template_names_the_remedy(tmp_path: Path) -> None:
    """For whoever runs the packager."""
    with pytest.raises(TemplateError, match=r"player is not installed.*make templates"):
        Templates(tmp_path / "nowhere").get("player")


def test_installing_replaces_and_keeps_modes(tmp_path: Path) -> None:
    """A newer one takes the place of an older one; programs stay programs."""
    built, folder = made(tmp_path / "built"), tmp_path / "installed"
    (built / "player.js").chmod(0o755)
    install(built, folder)
    made(built, "1.1.0", **{"player.js": "play(3)"})
    (built / "leftover.txt").write_text("not described")
    template = install(built, folder)
    assert (template.version, template.folder) == ("1.1.0", folder / "player")
    assert os.access(folder / "player" / "player.js", os.X_OK)
    assert sorted(path.name for path in (folder / "player").iterdir()) == [
        "player.js",
        DESCRIPTION,
    ]
    assert [path.name for path in folder.iterdir()] == ["player"]


def _versions(templates: Templates) -> dict[str, str]:
    return {template.name: template.version for template in templates.survey()[0]}


def test_what_is_installed_is_in_use_at_once(tmp_path: Path) -> None:
    """Nobody has to restart the packagers, whose older template is gone from the disk."""
    folder = tmp_path / "installed"
    templates = Templates(folder)
    with pytest.raises(TemplateError, match="not installed"):
        templates.get("player")
    install(made(tmp_path / "one"), folder)
    assert templates.get("player") is templates.get("player")  # verified once
    install(made(tmp_path / "two", "2.0.0", **{"player.js": "play(2)"}), folder)
    assert templates.get("player").read("player.js") == b"play(2)"
    assert _versions(templates) == {"player": "2.0.0"}


def test_a_damaged_template_is_not_installed(tmp_path: Path) -> None:
    """What is there already stays."""
    install(made(tmp_path / "good"), tmp_path / "installed")
    bad = made(tmp_path / "bad", "9.0.0")
    _changed(bad)
    with pytest.raises(TemplateError):
        install(bad, tmp_path / "installed")
    assert _versions(Templates(tmp_path / "installed")) == {"player": "1.0.0"}


BUILDER = """
import sys
from pathlib import Path
from services.packager.runtimes.registry import describe
out = Path(sys.argv[1])
(out / "made.txt").write_text(Path("source.txt").read_text())
describe(out, name="toy", version="1")
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a template that Python builds."""
    source = tmp_path / "sources" / "toy"
    source.mkdir(parents=True)
    (source / "build.py").write_text(BUILDER)
    (source / "source.txt").write_text("one")
    monkeypatch.setattr("services.packager.runtimes.build.SOURCES", source.parent)
    monkeypatch.setattr("services.packager.runtimes.build.WEB", tmp_path / "none")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
    return source


def test_a_template_is_built_only_when_its_sources_change(toy: Path, tmp_path: Path) -> None:
    """Or when what was built is not there any more, or is damaged."""
    out = tmp_path / "out"
    assert buildable() == ["toy"]
    assert [build("toy", out), build("toy", out)] == [True, False]
    (toy / "source.txt").write_text("two")
    assert build("toy", out)
    assert read_template(out / "toy").read("made.txt") == b"two"
    (out / "toy" / "made.txt").write_text("damage")
    assert build("toy", out)
    assert not build("toy", out)


@pytest.mark.usefixtures("toy")
def test_templates_are_built_into_a_folder_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative OUT is one of whoever types it, not of the builder's folder."""
    monkeypatch.chdir(tmp_path)
    finished = CliRunner().invoke(templates_command, ["out/templates"])
    assert finished.exit_code == 0, finished.output
    assert read_template(tmp_path / "out/templates/toy").read("made.txt") == b"one"


def test_a_template_is_built_anew_with_another_version_of_its_tools(
    toy: Path, tmp_path: Path
) -> None:
    """Another compiler makes other bytes; one that is gone leaves what it has built."""
    out = tmp_path / "out"
    tools = {"pytest": version("pytest"), "never-installed": "1"}
    (toy / "build.py").write_text(BUILDER.replace('"1")', f'"1", tools={tools})'))
    assert [build("toy", out), build("toy", out)] == [True, False]
    tools["pytest"] = "0.0.1"
    describe(out / "toy", name="toy", version="1", tools=tools)
    assert [build("toy", out), build("toy", out)] == [True, False]


def test_a_build_that_fails_leaves_what_was_there(toy: Path, tmp_path: Path) -> None:
    """An older template is better than none, and the next build tries again."""
    out = tmp_path / "out"
    build("toy", out)
    (toy / "source.txt").unlink()
    with pytest.raises(BuildError, match="toy"):
        build("toy", out)
    assert read_template(out / "toy").read("made.txt") == b"one"
    (toy / "source.txt").write_text("three")
    assert build("toy", out)


def test_tests_and_packages_are_no_sources(toy: Path) -> None:
    """They change without changing the template."""
    before = digest_of(toy)
    for folder in ("node_modules", "test", "dist"):
        (toy / folder).mkdir()
        (toy / folder / "x.js").write_text("x")
    assert digest_of(toy) == before


WAITER = """
import sys, time
from pathlib import Path
from services.packager.runtimes.registry import describe
name, other = Path.cwd().name, {"toy": "game", "game": "toy"}[Path.cwd().name]
Path(f"../{name}.started").touch()
while not Path(f"../{other}.started").exists():
    time.sleep(0.01)
describe(Path(sys.argv[1]), name=name, version="1")
"""


def test_templates_are_built_side_by_side(toy: Path, tmp_path: Path) -> None:
    """Each of these two waits until the other one has begun."""
    (toy.parent / "game").mkdir()
    for source in (toy, toy.parent / "game"):
        (source / "build.py").write_text(WAITER)
    done = CliRunner().invoke(templates_command, [str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    usable, _ = Templates(tmp_path / "out").survey()
    assert [template.name for template in usable] == ["game", "toy"]


def test_a_builder_without_its_tool_is_told_from_one_that_fails(toy: Path, tmp_path: Path) -> None:
    """Whoever only wants web exports need not have a C compiler; the rest is built."""
    (toy / "build.py").write_text("import os, sys; sys.exit(os.EX_UNAVAILABLE)")
    with pytest.raises(ToolMissingError):
        build("toy", tmp_path / "out")
    assert CliRunner().invoke(templates_command, [str(tmp_path / "out")]).exit_code == 0


def test_a_description_that_was_changed_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in place, to another of the same size that claims to be as old."""
    description = tmp_path / "game" / "template.json"
    description.parent.mkdir()
    description.write_bytes(b"0")
    now_s = time.time()
    monkeypatch.setattr(time, "time", lambda: now_s + 10)
    known = Descriptions(tmp_path)
    before = description.stat()
    for text in (b"0", b"0", b"1"):
        while text == b"1" and description.stat().st_ctime_ns == before.st_ctime_ns:
            description.write_bytes(text)
            os.utime(description, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert known.digests() == {"game": hashlib.sha256(text).hexdigest()}
    description.unlink()
    assert known.digests() == {}
