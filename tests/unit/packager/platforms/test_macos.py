"""macOS applications, re-hashed by a reader of our own that shares no code with the writer."""

from __future__ import annotations

import io
import plistlib
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from services.packager.application.app_identity import AppIdentity
from services.packager.archive.member import Member
from services.packager.archive.stored_zip import stored_zip
from services.packager.build.integrity import SelfCheckError
from services.packager.platforms.macos import BundleIdError
from services.packager.platforms.macos.bundle import bundle
from services.packager.platforms.macos.macho import with_room
from services.packager.platforms.macos.verify import check
from services.packager.signing.keys import KeyBrokenError, SigningKeys
from shared.templates import TemplateError
from tests.applications import game_in, program_in, unpacked
from tests.projects import TEMPLATES, Built, build, request
from tests.signing import program
from tests.unit.packager.platforms.codesign import sha256, signatures

if TYPE_CHECKING:
    from services.packager.desktop.shell_binary import Machine

TITLE = '../"Añ🎮";rm -rf'
ROOT = "Añ🎮;rm -rf.app/Contents/"
ICON = Path(__file__).parents[4] / "samples/firefly/assets/icon.png"
FILES = {
    "index.html": b"<!doctype html><title>page</title>page",
    "icon.png": ICON.read_bytes(),
    "level.json": b'{"bats": 3}\n' * 1_000,
}


@pytest.fixture(scope="module")
def built() -> Built:
    """A universal application of a game with a hostile name."""
    wanted = request("macos", app_name=TITLE, app_icon="icon.png", app_version="1.2.3.4-b")
    return build(FILES, wanted)


@pytest.fixture(scope="module")
def files(built: Built) -> dict[str, bytes]:
    """The bundle, below ``Contents``."""
    return {path.removeprefix(ROOT): data for path, data in unpacked(built).items()}


def test_the_bundle(files: dict[str, bytes]) -> None:
    """What an application consists of, and nothing else."""
    assert list(files) == [
        "Info.plist",
        "MacOS/an-rm-rf",
        "PkgInfo",
        "Resources/game.pak",
        "Resources/icon.icns",
        "_CodeSignature/CodeResources",
    ]


def test_permissions_survive_unzip(built: Built, tmp_path: Path) -> None:
    """The program may be executed, the rest may not."""
    archive = tmp_path / "game.zip"
    archive.write_bytes(built.data)
    subprocess.run(["unzip", "-q", archive, "-d", tmp_path / "out"], check=True)
    executable = {
        path.name for path in (tmp_path / "out").rglob("*") if path.is_file() and _is_program(path)
    }
    assert executable == {"an-rm-rf"}
    with zipfile.ZipFile(archive) as read:
        assert {info.create_system for info in read.infolist()} == {3}  # Unix


def _is_program(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o111)


def test_information(files: dict[str, bytes]) -> None:
    """Titles as they are, versions as Apple counts them, and paths that exist."""
    info = plistlib.loads(files["Info.plist"])
    assert info["CFBundleName"] == info["CFBundleDisplayName"] == TITLE
    assert info["CFBundleIdentifier"] == "com.aethel.game.p1"
    assert info["CFBundleShortVersionString"] == info["CFBundleVersion"] == "1.2.3"
    assert f"MacOS/{info['CFBundleExecutable']}" in files
    assert f"Resources/{info['CFBundleIconFile']}" in files


def test_every_page_and_both_files_are_what_was_signed(files: dict[str, bytes]) -> None:
    """In both slices; the signature ends each of them."""
    both = signatures(files["MacOS/an-rm-rf"])
    assert [signature.cpu for signature in both] == ["X86_64", "ARM64"]
    for signature in both:
        assert signature.pages_hold
        assert signature.limit == signature.signature_at
        assert signature.hashes[-1] == sha256(files["Info.plist"])
        assert signature.hashes[-2] == sha256(signature.requirements)
        assert signature.hashes[-3] == sha256(files["_CodeSignature/CodeResources"])
        assert signature.identifier == "com.aethel.game.p1"
        assert signature.flags == 0x2  # ad hoc
        assert 0 < signature.executable_bytes <= signature.limit


def test_the_seal_names_every_resource(files: dict[str, bytes]) -> None:
    """By SHA-256; nothing unsealed lies beside them."""
    seal = plistlib.loads(files["_CodeSignature/CodeResources"])
    sealed = {path: entry["hash2"].hex() for path, entry in seal["files2"].items()}
    resources = {path: data for path, data in files.items() if path.startswith("Resources/")}
    assert sealed == {path: sha256(data) for path, data in resources.items()}
    assert seal["files"].keys() == sealed.keys()
    assert seal["rules2"]["^Info\\.plist$"] == {"omit": True, "weight": 20.0}


def test_icon(files: dict[str, bytes], tmp_path: Path) -> None:
    """Pillow and icns2png find the same sizes, and the picture in them."""
    data = files["Resources/icon.icns"]
    with Image.open(io.BytesIO(data)) as icon:
        icon.load()
        assert icon.size == (512, 512)
        with Image.open(ICON) as whole:
            assert icon.convert("RGBA").tobytes() == whole.convert("RGBA").tobytes()
        sizes: Any = icon.info["sizes"]
        assert {width * scale for width, _, scale in sizes} == {32, 64, 128, 256, 512}
    path = tmp_path / "icon.icns"
    path.write_bytes(data)
    listed = subprocess.run(["icns2png", "-l", path], capture_output=True, text=True, check=True)
    assert "5 elements total" in listed.stdout
    assert "512x512 32-bit icon" in listed.stdout


def test_the_game_lies_beside_the_program(built: Built) -> None:
    """As a resource, nothing in it compressed."""
    assert game_in(built)[:4] == b"PK\x03\x04"
    assert built.files["level.json"] == FILES["level.json"]


@pytest.mark.parametrize("machine", ["x64", "arm64"])
def test_one_machine_needs_no_fat_file(machine: str) -> None:
    """Its program is the file."""
    alone = build(FILES, request("macos", architecture=machine))
    (signature,) = signatures(program_in(alone))
    assert signature.cpu == {"x64": "X86_64", "arm64": "ARM64"}[machine]
    assert signature.pages_hold
    assert alone.name.endswith(f"-macos-{machine}.zip")


def test_an_operator_s_programs_sign_and_notarize(tmp_path: Path) -> None:
    """Both get the bundle as a folder, one after the other; what they leave is the application."""
    keys = SigningKeys(tmp_path, 60)
    staple = '#!/bin/sh -e\nprintf %s ticket > "$1/Contents/{}"\n'
    program(tmp_path / "macos/apple/sign", staple.format("signed"))
    program(tmp_path / "macos/apple/notarize", staple.format("CodeResources"))
    built = build(FILES, request("macos", "distribution", signing_key="apple"), keys=keys)
    files = unpacked(built)
    (folder,) = {path.partition("/")[0] for path in files}
    assert files[f"{folder}/Contents/signed"] == b"ticket"
    assert files[f"{folder}/Contents/CodeResources"] == b"ticket"
    assert not built.plan.reproducible
    with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes[f"{folder}/Contents/MacOS/page"] == 0o755
    assert modes[f"{folder}/Contents/Info.plist"] == 0o644


def test_an_operator_s_program_that_breaks_the_seal_is_noticed(tmp_path: Path) -> None:
    """The application would not start, so nobody gets it."""
    broken = '#!/bin/sh\nprintf x >> "$1/Contents/Info.plist"\n'
    program(tmp_path / "macos/apple/sign", broken)
    with pytest.raises(SelfCheckError, match="sealed to another bundle"):
        build(FILES, request("macos", signing_key="apple"), keys=SigningKeys(tmp_path, 60))


def test_an_operator_s_program_cannot_smuggle_in_a_file(tmp_path: Path) -> None:
    """A link out of the bundle would carry the packager's own files away."""
    program(tmp_path / "macos/apple/sign", '#!/bin/sh\nln -s /etc/passwd "$1/Contents/x"\n')
    with pytest.raises(KeyBrokenError, match="a link"):
        build(FILES, request("macos", signing_key="apple"), keys=SigningKeys(tmp_path, 60))


def test_apple_takes_no_underscores() -> None:
    """The maker learns it before anything is packed."""
    with pytest.raises(BundleIdError, match=r"letters, digits, - and \."):
        build(FILES, request("macos", bundle_id="com.my_company.game"))


@pytest.mark.parametrize("wrong", [b"", b"\xcf\xfa\xed\xfe" + bytes(200), b"MZ" + bytes(200)])
def test_a_template_that_cannot_be_signed_is_refused(wrong: bytes) -> None:
    """Whatever it is."""
    with pytest.raises(TemplateError, match="cannot be signed"):
        with_room(wrong, 1_000)


@pytest.mark.parametrize(
    ("path", "at", "message"),
    [
        ("MacOS/an-rm-rf", 20_000, "a page of a program"),
        ("Info.plist", 300, "sealed to another bundle"),
        ("_CodeSignature/CodeResources", 300, "sealed to another bundle"),
        ("Resources/game.pak", 5_000, "not what the application is sealed with"),
    ],
)
def test_damage_is_noticed(path: str, at: int, message: str) -> None:
    """One byte of any sealed file is enough."""
    identity = AppIdentity.of(TITLE, "1.0.0", request("macos"), "p1")
    game = stored_zip([Member.of_bytes("level.json", FILES["level.json"])])
    shell = TEMPLATES.get("shell")
    programs: dict[Machine, bytes] = {
        "x64": shell.read("macos-x64/aethel-shell"),
        "arm64": shell.read("macos-arm64/aethel-shell"),
    }
    members = bundle(identity, Image.new("RGBA", (512, 512)), game, programs)
    check(members, identity, game)
    index = next(n for n, member in enumerate(members) if member.path == ROOT + path)
    with members[index].open() as file:
        data = bytearray(file.read())
    data[at] ^= 1
    members[index] = Member.of_bytes(ROOT + path, bytes(data))
    with pytest.raises(SelfCheckError, match=message):
        check(members, identity, game)
