"""An application for Android in the two forms that phones and stores take: APK and app bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.packager.archive.apk import Apk
from services.packager.archive.formats import Container
from services.packager.archive.member import Member
from services.packager.build.context import Signer
from services.packager.build.plan import Carried
from services.packager.phones.phone_plan import PhonePlan
from services.packager.platforms.android import binary_xml, layout, proto_xml, verify
from services.packager.platforms.android.bundle_config import bundle_config
from services.packager.platforms.android.icons import icon_files
from services.packager.platforms.android.jar_manifest import SIGNATURE_FILE, jar_manifest
from services.packager.platforms.android.manifest import AppManifest, write_into
from services.packager.platforms.android.resource_table import renamed_proto_table, renamed_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.archive.concatenated import Piece

DIGEST = "apk.digest"  # what the signer makes the signing block of


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """An APK, signed for every version of the system that installs it."""

    phone: PhonePlan
    manifest: AppManifest
    signer: Signer
    carries: Carried = "files"

    @property
    def container(self) -> Container:
        """An aligned archive with a signature of its own."""
        return Apk(hashes=self.signer.signed_by.digests, seal=self._seal)

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """All files of the package."""
        template = self.phone.template
        files = layout.template_files(template, layout.APK)
        root = binary_xml.read_xml(files[layout.MANIFEST])
        write_into(root, self.manifest)
        files |= {
            layout.MANIFEST: binary_xml.write_xml(root),
            layout.TABLE: renamed_table(files[layout.TABLE], self.manifest.package),
            layout.DEX: template.read(layout.DEX),
            **_icons(self.phone, layout.RESOURCES),
        }
        verify.check_manifest(binary_xml.read_xml(files[layout.MANIFEST]), self.manifest)
        members = [layout.made(path, data) for path, data in files.items()]
        members += layout.game_files(game, layout.GAME)
        return sorted(members, key=_path)

    def _seal(self, digests: Mapping[str, bytes]) -> bytes:
        given = {"digests": {name: digest.hex() for name, digest in digests.items()}}
        asked = Member.of_bytes(DIGEST, msgspec.json.encode(given))
        (block,) = self.signer.sign([asked], title=self.phone.game.identity.title)
        with block.open() as file:
            return file.read()


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """An app bundle, of which Play makes packages; signed as a JAR, by the key for uploads."""

    phone: PhonePlan
    manifest: AppManifest
    signer: Signer
    container: Container = "aab"
    carries: Carried = "files"

    def members(self, game: Sequence[Piece]) -> list[Member]:
        """All files of the bundle, what signs it first."""
        template = self.phone.template
        files = layout.template_files(template, layout.BUNDLE)
        path, table = f"manifest/{layout.MANIFEST}", "resources.pb"
        root = proto_xml.read_xml(files[path])
        write_into(root, self.manifest)
        files |= {
            path: proto_xml.write_xml(root),
            table: renamed_proto_table(files[table], self.manifest.package),
            f"dex/{layout.DEX}": template.read(layout.DEX),
            **_icons(self.phone, layout.RESOURCES),
        }
        verify.check_manifest(proto_xml.read_xml(files[path]), self.manifest)
        members = [layout.made(layout.MODULE + path, data) for path, data in files.items()]
        members += layout.game_files(game, layout.MODULE + layout.GAME)
        members.append(layout.made("BundleConfig.pb", bundle_config(layout.MEDIA)))
        members.sort(key=_path)
        # Readers that take a JAR as it comes look for these first.
        return [*self._signed(jar_manifest(members)), *members]

    def _signed(self, listed: list[Member]) -> list[Member]:
        (to_sign,) = (member for member in listed if member.path == SIGNATURE_FILE)
        signature = self.signer.sign([to_sign], title=self.phone.game.identity.title)
        return [*listed, *signature]


def _icons(phone: PhonePlan, folder: str) -> dict[str, bytes]:
    return {folder + path: data for path, data in icon_files(phone.game.picture).items()}


def _path(member: Member) -> str:
    return member.path
