"""Linux applications, unpacked by tar, 7z and unsquashfs, validated, and started."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from services.packager.build.integrity import SelfCheckError
from services.packager.build.slug import slug
from services.packager.platforms.linux import elf
from services.packager.signing.keys import KeyBrokenError, SigningKeys
from shared.templates import TemplateError
from tests.applications import game_in, unpacked
from tests.projects import TEMPLATES, Built, build, request
from tests.signing import DETACHED, program, signing_keys

TITLE = '../"Añ🎮";rm -rf \\n'
FOLDER = "an-rm-rf-n-2.0"
FILES = {
    "index.html": b"<!doctype html><title>page</title>page",
    "music.bin": bytes(range(256)) * 40_000,
    "empty.txt": b"",
}


@pytest.fixture(scope="module")
def built() -> Built:
    """A folder of a game with a hostile name."""
    return build(FILES, request("linux", app_name=TITLE, app_version="2.0"))


@pytest.fixture(scope="module")
def image() -> Built:
    """The same game as one file."""
    return build(FILES, request("linux", app_name=TITLE, app_version="2.0", format="appimage"))


@pytest.fixture
def started(image: Built, tmp_path: Path) -> Path:
    """The one file, on the disk."""
    path = tmp_path / image.name
    path.write_bytes(image.data)
    path.chmod(0o755)
    return path


def test_tar_unpacks_it_ready_to_start(built: Built, tmp_path: Path) -> None:
    """One folder; the program may be executed, and says whose it is."""
    (tmp_path / built.name).write_bytes(built.data)
    subprocess.run(["tar", "-xzf", built.name], cwd=tmp_path, check=True)
    folder = tmp_path / FOLDER
    names = {"an-rm-rf-n", "an-rm-rf-n.desktop", "an-rm-rf-n.png"}
    assert {path.name for path in folder.iterdir()} == names
    assert [path.name for path in folder.iterdir() if path.stat().st_mode & 0o111] == ["an-rm-rf-n"]
    assert _version_of(folder / "an-rm-rf-n") == "2.0"


def test_the_longest_names_start(tmp_path: Path) -> None:
    """What the options allow, the shell takes."""
    version = f"{'9' * 9}.{'9' * 9}.{'9' * 9}.{'9' * 9}-{'a' * 40}"
    asked = request("linux", app_name="🎮" * 100, app_version=version, bundle_id=f"com.{'x' * 124}")
    built = build(FILES, asked)
    program = tmp_path / "game"
    command = slug(asked.options.app_name)
    program.write_bytes(unpacked(built)[f"{command}-{version}/{command}"])
    program.chmod(0o755)
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert version in answer.stdout


def test_other_readers_agree(built: Built, tmp_path: Path) -> None:
    """Gzip finds its sums right, 7z lists the same files."""
    path = tmp_path / built.name
    path.write_bytes(built.data)
    subprocess.run(["gzip", "--test", path], check=True)
    tar = tmp_path / "game.tar"
    with tar.open("wb") as out:
        subprocess.run(["gzip", "-dc", path], check=True, stdout=out)
    listed = subprocess.run(["7z", "l", "-slt", tar], check=True, capture_output=True, text=True)
    found = {line.partition(" = ")[2] for line in listed.stdout.splitlines() if "Path = " in line}
    assert unpacked(built).keys() <= found


def test_the_desktop_entry_is_valid(built: Built, tmp_path: Path) -> None:
    """Also with a title that means something to shells and to escapes."""
    entry = unpacked(built)[f"{FOLDER}/an-rm-rf-n.desktop"]
    path = tmp_path / "game.desktop"
    path.write_bytes(entry)
    subprocess.run(["desktop-file-validate", path], check=True)
    assert f"\nName={TITLE}\n".replace("\\", "\\\\").encode() in entry
    assert b"\nExec=an-rm-rf-n\n" in entry


def test_the_icon(built: Built) -> None:
    """A PNG of 512 pixels, drawn here as the maker gave none."""
    with Image.open(io.BytesIO(unpacked(built)[f"{FOLDER}/an-rm-rf-n.png"])) as icon:
        icon.load()
        assert (icon.format, icon.size) == ("PNG", (512, 512))
    assert any("plain icon" in str(note) for note in built.plan.notes)


def test_a_game_called_like_an_option_is_none() -> None:
    """Nothing begins with a hyphen where a program would read it."""
    files = unpacked(build(FILES, request("linux", app_name="--rm -rf /")))
    assert {path.partition("/")[0] for path in files} == {"rm-rf-1.0.0"}


def test_the_appimage_starts(started: Path, image: Built) -> None:
    """Without FUSE: it reads the game in place."""
    assert _version_of(started) == "2.0"
    assert image.data[8:11] == b"AI\x02"
    assert image.name == "an-rm-rf-n-2.0-linux-x64.AppImage"
    assert image.files["music.bin"] == FILES["music.bin"]


def test_unsquashfs_reads_the_image(started: Path, tmp_path: Path) -> None:
    """It stands where the ELF ends; unpacked, its ``AppRun`` starts too."""
    offset = _end_of_elf(started)
    command = ["unsquashfs", "-quiet", "-no-progress", "-offset", str(offset)]
    subprocess.run([*command, "-dest", tmp_path / "out", started], check=True)
    out = tmp_path / "out"
    names = {"AppRun", "an-rm-rf-n.desktop", "an-rm-rf-n.png", ".DirIcon"}
    assert {path.name for path in out.iterdir()} == names
    assert (out / ".DirIcon").readlink() == Path("an-rm-rf-n.png")
    assert _version_of(out / "AppRun") == "2.0"
    with zipfile.ZipFile(out / "AppRun") as game:
        assert game.read("music.bin") == FILES["music.bin"]


def _end_of_elf(path: Path) -> int:
    """As AppImage tools compute it: behind the section headers."""
    import lief  # noqa: PLC0415 - else every process of a run would load it

    binary = lief.ELF.parse(path)
    assert binary is not None
    header = binary.header
    return header.section_header_offset + header.section_header_size * header.numberof_sections


def test_a_detached_signature_lies_beside_the_program(tmp_path: Path) -> None:
    """The operator's program makes it of the finished program, game included."""
    signed = build(
        FILES,
        request("linux", "distribution", app_name="g", signing_key="studio"),
        keys=signing_keys(tmp_path),
    )
    files = unpacked(signed)
    digest = hashlib.sha256(files["g-1.0.0/g"]).hexdigest()
    assert files["g-1.0.0/g.sig"].decode().strip() == digest


def test_a_signature_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    """The operator's program said it was done."""
    program(tmp_path / "linux/studio/sign", "#!/bin/sh\n")
    with pytest.raises(KeyBrokenError, match="has left no"):
        build(FILES, request("linux", signing_key="studio"), keys=SigningKeys(tmp_path, 60))


def test_an_appimage_is_never_signed(image: Built, tmp_path: Path) -> None:
    """With a default key it is the same reproducible file as without."""
    program(tmp_path / "linux/default/sign", DETACHED)
    asked = request("linux", app_name=TITLE, app_version="2.0", format="appimage")
    again = build(FILES, asked, keys=SigningKeys(tmp_path))
    assert again.plan.reproducible
    assert again.data == image.data


def test_damaged_programs_fail_the_check() -> None:
    """Another machine's, another format, one that is cut short."""
    shell = TEMPLATES.get("shell").read("linux-x64/aethel-shell")
    elf.check(shell, "x64")
    for wrong in (b"", b"\x7fELF", b"MZ" + shell[2:], shell[: len(shell) // 2]):
        with pytest.raises(SelfCheckError):
            elf.check(wrong, "x64")
    with pytest.raises(SelfCheckError, match="arm64"):
        elf.check(shell, "arm64")


def test_a_shell_with_something_behind_it_is_no_appimage() -> None:
    """Tools would look for the image in the wrong place."""
    shell = TEMPLATES.get("shell").read("linux-x64/aethel-shell")
    with pytest.raises(TemplateError, match="section headers"):
        elf.as_appimage(shell + b"more")


def test_both_forms_hold_the_same_game(built: Built, image: Built) -> None:
    """Only the way in differs; the manifest tells the options apart."""
    with_folder, with_image = built.files, image.files
    assert with_folder.pop("export-manifest.json") != with_image.pop("export-manifest.json")
    assert with_folder == with_image
    assert game_in(built)[:4] == b"PK\x03\x04"


def _version_of(path: Path) -> str:
    """What the program says of its game."""
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    assert TITLE in answer.stdout
    return answer.stdout.removeprefix(TITLE).split()[0]
