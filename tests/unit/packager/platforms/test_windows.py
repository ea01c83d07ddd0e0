"""Windows programs, read back by pefile, Pillow and osslsigncode."""

from __future__ import annotations

import io
import re
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pefile
import pytest
from PIL import Image
from PIL.IcoImagePlugin import IcoFile

from services.packager.build.integrity import SelfCheckError
from services.packager.platforms.windows import executable
from services.packager.platforms.windows.resources import ICON_EDGES
from services.packager.signing.keys import KeyBrokenError, SigningKeys
from services.packager.signing.tool import SigningToolFailedError
from shared.templates import TemplateError
from tests.applications import game_in, program_in, unpacked
from tests.projects import TEMPLATES, Built, build, request
from tests.signing import program, signing_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE = '../"Añ🎮";rm -rf'
ICON = Path(__file__).parents[4] / "samples/firefly/assets/icon.png"
FILES = {
    "index.html": b"<!doctype html><title>page</title>page",
    "icon.png": ICON.read_bytes(),
    "music.bin": bytes(range(256)) * 40_000,  # 10 MB: the program becomes a streamed member
}
ICON_TYPE, GROUP_TYPE, VERSION_TYPE, MANIFEST_TYPE = 3, 14, 16, 24


@pytest.fixture(scope="module")
def built() -> Built:
    """An unsigned program of a game with a hostile name."""
    wanted = request("windows", app_name=TITLE, app_icon="icon.png", app_version="1.2.3.70000-b")
    return build(FILES, wanted)


@pytest.fixture(scope="module")
def pe(built: Built) -> pefile.PE:
    """As pefile reads it."""
    return pefile.PE(data=program_in(built))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    """A key called studio."""
    return signing_keys(tmp_path_factory.mktemp("keys"))


def test_the_archive_holds_the_program_alone(built: Built) -> None:
    """Under the game's own name."""
    assert unpacked(built).keys() == {"Añ🎮;rm -rf.exe"}
    assert built.name == "an-rm-rf-1.2.3.70000-b-windows-x64.zip"


def test_nothing_about_the_program_is_odd(pe: pefile.PE) -> None:
    """No warning of pefile's; a 64-bit program with a window."""
    assert pe.get_warnings() == []
    assert (pe.FILE_HEADER.Machine, pe.OPTIONAL_HEADER.Subsystem) == (0x8664, 2)


def test_version(pe: pefile.PE) -> None:
    """Numbers and strings; a string is as long as UTF-16 counts."""
    fixed = pe.VS_FIXEDFILEINFO[0]
    assert (fixed.FileVersionMS, fixed.FileVersionLS) == (1 << 16 | 2, 3 << 16 | 65_535)
    found = strings_of(pe)
    assert found == {
        "FileDescription": TITLE,
        "FileVersion": "1.2.3.70000-b",
        "InternalName": "an-rm-rf",
        "OriginalFilename": "Añ🎮;rm -rf.exe",
        "ProductName": TITLE,
        "ProductVersion": "1.2.3.70000-b",
    }
    (data,) = _resources(pe, VERSION_TYPE)
    key_at = data.index("ProductName\0".encode("utf-16-le"))
    (units,) = struct.unpack_from("<H", data, key_at - 4)  # pefile reads up to the end instead
    assert units == len(f"{TITLE}\0".encode("utf-16-le")) // 2


def strings_of(pe: pefile.PE) -> dict[str, str]:
    """The strings of its version resource, by name."""
    (strings,) = (part for part in pe.FileInfo[0] if part.Key == b"StringFileInfo")
    return {key.decode(): _utf16(value) for key, value in strings.StringTable[0].entries.items()}


def _utf16(value: bytes) -> str:
    """Pefile writes the halves of what lies beyond the basic plane as escapes."""
    pairs = r"(?:\\ud[89a-f][0-9a-f]{2}){2}"
    return re.sub(pairs, lambda pair: _joined(pair[0]), value.decode())


def _joined(pair: str) -> str:
    halves = pair.encode().decode("unicode_escape")
    return halves.encode("utf-16", "surrogatepass").decode("utf-16")


def test_manifest(pe: pefile.PE) -> None:
    """Well-formed, and it asks for nothing but what the shell relies on."""
    (manifest,) = _resources(pe, MANIFEST_TYPE)
    root = ET.fromstring(manifest)  # noqa: S314 - our own
    settings = {child.tag.partition("}")[2]: child.text for child in root.iter() if child.text}
    assert settings["dpiAwareness"] == "PerMonitorV2"
    assert settings["longPathAware"] == "true"
    assert settings["activeCodePage"] == "UTF-8"


def test_icon_has_every_size(pe: pefile.PE) -> None:
    """Put together again, Pillow finds the picture in each size."""
    (group,) = _resources(pe, GROUP_TYPE)
    images = list(_resources(pe, ICON_TYPE))
    directory = bytearray(group[:6])
    offset = 6 + 16 * len(images)
    for number, image in enumerate(images):
        entry = group[6 + 14 * number :][:14]
        assert struct.unpack_from("<IH", entry, 8) == (len(image), number + 1)
        directory += entry[:12] + struct.pack("<I", offset)
        offset += len(image)
    icon = IcoFile(io.BytesIO(directory + b"".join(images)))
    with Image.open(ICON) as whole:
        assert icon.sizes() == {(edge, edge) for edge in ICON_EDGES}
        for edge in ICON_EDGES:
            expected = whole.convert("RGBA").resize((edge, edge), Image.Resampling.LANCZOS)
            assert icon.getimage((edge, edge)).convert("RGBA").tobytes() == expected.tobytes()


def test_the_program_leads_to_the_game(built: Built) -> None:
    """As it is in the archive: nothing compressed, every byte there."""
    assert game_in(built)[:4] == b"PK\x03\x04"
    assert built.files["music.bin"] == FILES["music.bin"]


def test_authenticode(keys: SigningKeys, tmp_path: Path) -> None:
    """The signature verifies and covers the game: one bit of that changed, and it fails."""
    wanted = request("windows", app_name=TITLE, signing_key="studio")
    signed = build(FILES, wanted, keys=keys)
    data = program_in(signed)
    assert signed.files["music.bin"] == FILES["music.bin"]
    assert not signed.plan.reproducible
    assert _verified(data, keys, tmp_path)
    assert TITLE in _verification(data, keys, tmp_path)
    changed = bytearray(data)
    changed[data.index(FILES["music.bin"]) + 1_000_000] ^= 1
    assert not _verified(bytes(changed), keys, tmp_path)


def test_an_operator_s_own_program_signs(tmp_path: Path) -> None:
    """It gets the file, and what it makes is verified like any other signature."""
    own = signing_keys(tmp_path / "keys", name="unused")
    assert own.folder
    certificate = own.folder / "windows/unused"
    script = (
        "#!/bin/sh -e\n"
        f"osslsigncode sign -pkcs12 {certificate}/certificate.p12 -readpass {certificate}/password "
        '-in "$1" -out "$1.new" >/dev/null\nmv "$1.new" "$1"\n'
    )
    hook = program(own.folder / "windows/token/sign", script)
    (hook.parent / "chain.pem").write_bytes((certificate / "chain.pem").read_bytes())
    signed = build(FILES, request("windows", signing_key="token"), keys=own)
    assert pefile.PE(data=program_in(signed)).OPTIONAL_HEADER.DATA_DIRECTORY[4].Size


def test_an_operator_s_program_that_does_nothing_is_noticed(tmp_path: Path) -> None:
    """What claims to be signed and is not never leaves."""
    program(tmp_path / "windows/token/sign", "#!/bin/sh\n")
    with pytest.raises(SigningToolFailedError, match="Verifying the signature"):
        build(FILES, request("windows", signing_key="token"), keys=SigningKeys(tmp_path, 60))


def test_a_wrong_password_is_told_apart(tmp_path: Path) -> None:
    """The step is named, the secret is not."""
    own = signing_keys(tmp_path)
    (tmp_path / "windows/studio/password").write_text("wrong")
    with pytest.raises(SigningToolFailedError, match="Signing the program") as caught:
        build(FILES, request("windows", signing_key="studio"), keys=own)
    assert "wrong" not in str(caught.value)


def test_a_key_without_certificate_is_for_operators(tmp_path: Path) -> None:
    """It names the file that is missing."""
    (tmp_path / "windows/studio").mkdir(parents=True)
    with pytest.raises(KeyBrokenError, match=r"certificate\.p12"):
        build(FILES, request("windows", signing_key="studio"), keys=SigningKeys(tmp_path))


def test_a_template_that_cannot_be_branded_is_refused() -> None:
    """It has resources already, or is no program at all."""
    shell = TEMPLATES.get("shell").read("windows-x64/aethel-shell.exe")
    branded = executable.branded(shell, {24: {1: b"<assembly/>"}})
    for wrong in (branded, b"", b"MZ" + bytes(100), shell[:300]):
        with pytest.raises(TemplateError, match="cannot be branded"):
            executable.branded(wrong, {24: {1: b"<assembly/>"}})


def test_damaged_programs_fail_the_check(built: Built) -> None:
    """Headers that lie are noticed before anybody gets the program."""
    data = program_in(built)[: 1 << 20]
    executable.check(data, file_bytes=len(data), signed=False)
    at = struct.unpack_from("<I", data, 0x3C)[0]
    for offset, value in ((at, b"XX"), (at + 24 + 112 + 16, bytes(4)), (at + 6, b"\xff")):
        damaged = bytearray(data)
        damaged[offset : offset + len(value)] = value
        with pytest.raises(SelfCheckError):
            executable.check(bytes(damaged), file_bytes=len(data), signed=False)
    with pytest.raises(SelfCheckError, match="signature"):
        executable.check(data, file_bytes=len(data), signed=True)


def _resources(pe: pefile.PE, kind: int) -> Iterator[bytes]:
    (found,) = (entry for entry in pe.DIRECTORY_ENTRY_RESOURCE.entries if entry.id == kind)
    for name in found.directory.entries:
        place: Any = name.directory.entries[0].data.struct
        yield pe.get_data(place.OffsetToData, place.Size)


def _verification(data: bytes, keys: SigningKeys, folder: Path) -> str:
    path = folder / "program.exe"
    path.write_bytes(data)
    chain = Path(keys.folder or "", "windows/studio/chain.pem")
    answer = subprocess.run(
        ["osslsigncode", "verify", "-in", path, "-CAfile", chain],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout


def _verified(data: bytes, keys: SigningKeys, folder: Path) -> bool:
    return "Signature verification: ok" in _verification(data, keys, folder)
