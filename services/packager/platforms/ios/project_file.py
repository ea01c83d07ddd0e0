"""``project.pbxproj`` tells Xcode what the application is built of, and how.

Every id is made of what it names, so the same game gives the same project. No text of a maker's
stands in it but the slug of the title, the bundle id and the version's numbers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.platforms.ios.build_settings import of_project, of_target
from services.packager.platforms.ios.identity import IosIdentity
from services.packager.platforms.ios.layout import APP, INFO, LANGUAGES, RESOURCES, STRINGS, WWW
from services.packager.platforms.ios.openstep import Object, Reference, Value, sections

if TYPE_CHECKING:
    from collections.abc import Sequence


OBJECT_VERSION: Final = 56  # of Xcode 14; 15, 16 and later open it as it is
_CONFIGURATIONS: Final = ("Debug", "Release")
_GROUP: Final = "<group>"
_ALL: Final = 2147483647  # a phase that every kind of build runs
_KINDS: Final = {
    ".swift": "sourcecode.swift",
    ".js": "sourcecode.javascript",
    ".plist": "text.plist.xml",
    ".strings": "text.plist.strings",
    ".xcassets": "folder.assetcatalog",
    ".xcprivacy": "text.xml",
}


class ProjectFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file of one application."""

    identity: IosIdentity
    sources: tuple[str, ...]  # names of the Swift files, sorted

    def text(self) -> str:
        """The whole file."""
        project = _reference("project", "Project object")
        return (
            "// !$*UTF8*$!\n{\n\tarchiveVersion = 1;\n\tclasses = {\n\t};\n"
            f"\tobjectVersion = {OBJECT_VERSION};\n\tobjects = {{\n"
            f"{sections(self._objects(project))}\t}};\n\trootObject = {project};\n}}\n"
        )

    def _objects(self, project: Reference) -> list[Object]:
        name = self.identity.command
        product = _reference("product", f"{name}.app")
        target = _reference("target", name)
        groups = [
            _file(product, "wrapper.application", f"{name}.app", "BUILT_PRODUCTS_DIR"),
            *(_source(source) for source in (*self.sources, INFO, *RESOURCES)),
            _file(_reference("file", WWW), "folder", WWW),
            *_strings(),
            _group("app", APP, [*_files(self.sources), *_files((INFO, *RESOURCES, *STRINGS))]),
            _group("products", "Products", [product], named=True),
            _group(
                "main",
                "",
                [
                    _reference("group", "app", APP),
                    _reference("file", WWW),
                    _reference("group", "products", "Products"),
                ],
            ),
        ]
        return [*groups, *self._building(), *self._target(project, target, product)]

    def _building(self) -> list[Object]:
        """What is compiled, and what is copied."""
        resources = (*RESOURCES, *STRINGS, WWW)
        return [
            *(_build_file(source, "Sources") for source in self.sources),
            *(_build_file(resource, "Resources") for resource in resources),
            _phase("Sources", self.sources),
            _phase("Frameworks", ()),
            _phase("Resources", resources),
        ]

    def _target(self, project: Reference, target: Reference, product: Reference) -> list[Object]:
        name = self.identity.command
        phases: list[Value] = [
            _reference("phase", kind) for kind in ("Sources", "Frameworks", "Resources")
        ]
        owners = {
            f'PBXProject "{name}"': {kind: of_project(kind) for kind in _CONFIGURATIONS},
            f'PBXNativeTarget "{name}"': dict.fromkeys(_CONFIGURATIONS, of_target(self.identity)),
        }
        lists = {
            owner: _reference("list", owner, f"Build configuration list for {owner}")
            for owner in owners
        }
        configurations = [
            Object(
                _reference("configuration", f"{kind} of {owner}", kind),
                "XCBuildConfiguration",
                {"buildSettings": settings, "name": kind},
            )
            for owner, by_kind in owners.items()
            for kind, settings in by_kind.items()
        ]
        of_project_list, of_target_list = lists.values()
        return [
            Object(
                project,
                "PBXProject",
                {
                    "attributes": {
                        "BuildIndependentTargetsInParallel": 1,
                        "LastSwiftUpdateCheck": 1600,
                        "LastUpgradeCheck": 1600,
                        "TargetAttributes": {target.id: {"CreatedOnToolsVersion": "16.0"}},
                    },
                    "buildConfigurationList": of_project_list,
                    "compatibilityVersion": "Xcode 14.0",
                    "developmentRegion": "en",
                    "hasScannedForEncodings": 0,
                    "knownRegions": [*LANGUAGES, "Base"],
                    "mainGroup": _reference("group", "main", ""),
                    "productRefGroup": _reference("group", "products", "Products"),
                    "projectDirPath": "",
                    "projectRoot": "",
                    "targets": [target],
                },
            ),
            Object(
                target,
                "PBXNativeTarget",
                {
                    "buildConfigurationList": of_target_list,
                    "buildPhases": phases,
                    "buildRules": [],
                    "dependencies": [],
                    "name": name,
                    "productName": name,
                    "productReference": product,
                    "productType": "com.apple.product-type.application",
                },
            ),
            *configurations,
            *(_configuration_list(owner, reference) for owner, reference in lists.items()),
        ]


def target_id() -> str:
    """The target's id, by which schemes name it."""
    return _id("target", "")


def _id(kind: str, name: str) -> str:
    """24 hexadecimal digits; project, target and product are one each, whatever they are called."""
    known = "" if kind in ("project", "target", "product") else name
    return hashlib.sha256(f"aethel {kind} {known}".encode()).hexdigest()[:24].upper()


def _reference(kind: str, name: str, comment: str | None = None) -> Reference:
    return Reference(_id(kind, name), name if comment is None else comment)


def _files(names: Sequence[str]) -> list[Value]:
    return [_reference("file", name) for name in names]


def _file(reference: Reference, kind: str, path: str, tree: str = _GROUP) -> Object:
    known = "lastKnownFileType" if tree == _GROUP else "explicitFileType"
    index: dict[str, Value] = {} if tree == _GROUP else {"includeInIndex": 0}
    values: dict[str, Value] = {known: kind, **index, "path": path, "sourceTree": tree}
    return Object(reference, "PBXFileReference", values)


def _source(name: str) -> Object:
    return _file(_reference("file", name), _KINDS[name[name.rindex(".") :]], name)


def _strings() -> list[Object]:
    """A table of words is one file in each language, and a group of them."""
    found = []
    for table in STRINGS:
        children: list[Value] = []
        for language in LANGUAGES:
            path = f"{language}.lproj/{table}"
            reference = _reference("file", path, language)
            values: dict[str, Value] = {
                "lastKnownFileType": _KINDS[".strings"],
                "name": language,
                "path": path,
                "sourceTree": _GROUP,
            }
            found.append(Object(reference, "PBXFileReference", values))
            children.append(reference)
        group: dict[str, Value] = {"children": children, "name": table, "sourceTree": _GROUP}
        found.append(Object(_reference("file", table), "PBXVariantGroup", group))
    return found


def _group(key: str, name: str, children: list[Value], *, named: bool = False) -> Object:
    place: dict[str, Value] = {"name" if named else "path": name} if name else {}
    values: dict[str, Value] = {"children": children, **place, "sourceTree": _GROUP}
    return Object(_reference("group", key, name), "PBXGroup", values)


def _build_file(name: str, phase: str) -> Object:
    return Object(_building(name, phase), "PBXBuildFile", {"fileRef": _reference("file", name)})


def _building(name: str, phase: str) -> Reference:
    return _reference("build", name, f"{name} in {phase}")


def _phase(kind: str, names: Sequence[str]) -> Object:
    values: dict[str, Value] = {
        "buildActionMask": _ALL,
        "files": [_building(name, kind) for name in names],
        "runOnlyForDeploymentPostprocessing": 0,
    }
    return Object(_reference("phase", kind), f"PBX{kind}BuildPhase", values)


def _configuration_list(owner: str, reference: Reference) -> Object:
    values: dict[str, Value] = {
        "buildConfigurations": [
            _reference("configuration", f"{kind} of {owner}", kind) for kind in _CONFIGURATIONS
        ],
        "defaultConfigurationIsVisible": 0,
        "defaultConfigurationName": "Release",
    }
    return Object(reference, "XCConfigurationList", values)
