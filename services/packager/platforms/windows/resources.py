"""The resources of a Windows program are its icon, version and manifest, in the section ``.rsrc``.

Source: Microsoft's PE format (section ".rsrc"), VS_VERSIONINFO, GRPICONDIR, application manifests.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.application.app_identity import AppIdentity

Resources = dict[int, dict[int, bytes]]  # type -> id -> data

ICON, GROUP_ICON, VERSION, MANIFEST = 3, 14, 16, 24
US_ENGLISH: Final = 0x0409  # what is asked for when a reader's own language is not there
ICON_EDGES: Final = (16, 20, 24, 32, 40, 48, 64, 256)  # pixels; 20 and 40 are for scaled displays
_UNICODE: Final = 1200  # the code page of UTF-16
_SUBDIRECTORY: Final = 0x8000_0000
_MANIFEST_XML: Final = b"""\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
 <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
  <security>
   <requestedPrivileges>
    <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
   </requestedPrivileges>
  </security>
 </trustInfo>
 <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
  <application>
   <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
  </application>
 </compatibility>
 <application xmlns="urn:schemas-microsoft-com:asm.v3">
  <windowsSettings>
   <dpiAware xmlns="http://schemas.microsoft.com/SMI/2005/WindowsSettings">true</dpiAware>
   <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">PerMonitorV2</dpiAwareness>
   <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
   <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
  </windowsSettings>
 </application>
</assembly>
"""


def resources(identity: AppIdentity, picture: Image.Image) -> Resources:
    """All that a game's program carries."""
    icons, group = _icons(picture)
    return {
        ICON: icons,
        GROUP_ICON: {1: group},
        VERSION: {1: version_info(identity)},
        MANIFEST: {1: _MANIFEST_XML},
    }


def version_info(identity: AppIdentity) -> bytes:
    """What the file's properties show."""
    first, second, third, fourth = identity.numbers
    high, low = first << 16 | second, third << 16 | fourth
    application, windows_nt = 1, 0x40004
    fixed = struct.pack(
        "<13I", 0xFEEF04BD, 0x10000, high, low, high, low, 0x3F, 0, windows_nt, application, 0, 0, 0
    )
    strings = {
        "FileDescription": identity.title,
        "FileVersion": identity.version,
        "InternalName": identity.command,
        "OriginalFilename": f"{identity.file_name}.exe",
        "ProductName": identity.title,
        "ProductVersion": identity.version,
    }
    table = _block(
        f"{US_ENGLISH:04x}{_UNICODE:04x}", children=[_string(*item) for item in strings.items()]
    )
    translation = _block("Translation", struct.pack("<HH", US_ENGLISH, _UNICODE), is_text=False)
    return _block(
        "VS_VERSION_INFO",
        fixed,
        is_text=False,
        children=[
            _block("StringFileInfo", children=[table]),
            _block("VarFileInfo", children=[translation]),
        ],
    )


def section(resources: Resources, address: int) -> bytes:
    """The bytes of ``.rsrc``, to be loaded at ``address``: three levels of folders, then the data.

    Levels are type, id and language; all folders of a level stand together.
    """
    names = [(kind, name) for kind in sorted(resources) for name in sorted(resources[kind])]
    kinds_at = _folder_bytes(len(resources))
    names_at = kinds_at + sum(_folder_bytes(len(resources[kind])) for kind in resources)
    entries_at = names_at + len(names) * _folder_bytes(1)
    data_at = _aligned(entries_at + 16 * len(names), 16)

    root, kinds, languages, entries, data = (bytearray() for _ in range(5))
    for kind in sorted(resources):
        root += struct.pack("<II", kind, (kinds_at + len(kinds)) | _SUBDIRECTORY)
        kinds += _folder_head(len(resources[kind]))
        for name, content in sorted(resources[kind].items()):
            kinds += struct.pack("<II", name, (names_at + len(languages)) | _SUBDIRECTORY)
            languages += _folder_head(1)
            languages += struct.pack("<II", US_ENGLISH, entries_at + len(entries))
            entries += struct.pack("<IIII", address + data_at + len(data), len(content), 0, 0)
            data += content + bytes(-len(content) % 8)
    head = _folder_head(len(resources)) + root + kinds + languages + entries
    return bytes(head.ljust(data_at, b"\0") + data)


def _icons(picture: Image.Image) -> tuple[dict[int, bytes], bytes]:
    """Each size as a resource of its own, and the group that lists them.

    The largest is a PNG; smaller ones are bitmaps, which every part of Windows reads.
    """
    images: dict[int, bytes] = {}
    group = struct.pack("<HHH", 0, 1, len(ICON_EDGES))
    for number, edge in enumerate(ICON_EDGES, start=1):
        entry, images[number] = _icon(picture, edge)
        group += entry + struct.pack("<H", number)
    return images, group


def _icon(picture: Image.Image, edge: int) -> tuple[bytes, bytes]:
    """The first 12 bytes of the directory entry, and the image."""
    out = io.BytesIO()
    scaled = picture.resize((edge, edge), Image.Resampling.LANCZOS)
    kind = "png" if edge == max(ICON_EDGES) else "bmp"
    scaled.save(out, "ICO", sizes=[(edge, edge)], bitmap_format=kind)
    file = out.getvalue()
    size, offset = struct.unpack_from("<II", file, 6 + 8)
    return file[6 : 6 + 12], file[offset : offset + size]


def _string(name: str, text: str) -> bytes:
    """Its length counts UTF-16 units with the end, unlike that of everything else."""
    value = f"{text}\0".encode("utf-16-le")
    return _block(name, value, length=len(value) // 2)


def _block(
    key: str,
    value: bytes = b"",
    *,
    children: Sequence[bytes] = (),
    is_text: bool = True,
    length: int | None = None,
) -> bytes:
    """Length, length of the value, kind, key; value and children begin at multiples of four."""
    value_length = len(value) if length is None else length
    block = bytearray(struct.pack("<HHH", 0, value_length, is_text))
    block += f"{key}\0".encode("utf-16-le")
    for part in (value, *children):
        block += bytes(-len(block) % 4) + part
    struct.pack_into("<H", block, 0, len(block))
    return bytes(block)


def _folder_bytes(count: int) -> int:
    return 16 + 8 * count


def _folder_head(count: int) -> bytes:
    return struct.pack("<IIHHHH", 0, 0, 0, 0, 0, count)


def _aligned(size: int, to: int) -> int:
    return size + -size % to
