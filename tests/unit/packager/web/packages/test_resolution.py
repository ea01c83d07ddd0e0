"""Ranges without a lock file are resolved as npm does it, and the same way each time."""

from __future__ import annotations

import io
import json
import random
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from services.packager.registry.faults import FaultError
from services.packager.web.packages import resolution
from services.packager.web.packages.dependency import read_dependency
from services.packager.web.packages.graph import reachable
from services.packager.web.packages.layout import layout
from services.packager.web.packages.lock_files.locked import Roots
from services.packager.web.packages.published import Registry
from services.packager.web.packages.resolution import Resolved, plain_overrides, resolve
from services.packager.web.packages.version_range import Range
from services.packager.web.packages.workspaces import Workspaces
from shared.errors import ExportError
from tests.npm_server import integrity

if TYPE_CHECKING:
    from collections.abc import Mapping

Published = dict[str, dict[str, Any]]  # what each name@version says


class Memory:
    """A registry without any server."""

    def __init__(self, published: Published) -> None:
        self._documents: dict[str, dict[str, Any]] = {}
        for label, about in published.items():
            name, _, version = label.rpartition("@")
            document = self._documents.setdefault(name, {"versions": {}, "dist-tags": {}})
            document["versions"][version] = {"dist": {"integrity": integrity(b"")}, **about}
            document["dist-tags"]["latest"] = version
            document["dist-tags"].update(about.get("tags", {}))

    def metadata(self, name: str) -> BinaryIO:
        if name not in self._documents:
            raise FaultError("missing")
        return io.BytesIO(json.dumps(self._documents[name]).encode())

    def tarball(self, name: str, version: str, integrity: str) -> BinaryIO:
        raise AssertionError((name, version, integrity))


def _resolve(
    published: Published, wanted: Mapping[str, str], overrides: dict[str, str] | None = None
) -> Resolved:
    dependencies = tuple(read_dependency(name, spec, file="x") for name, spec in wanted.items())
    roots = Roots(importer="", manifest="package.json", wanted=dependencies)
    registry = Registry(Memory(published), file="package.json")
    return resolve(roots, registry, Workspaces(""), overrides or {})


def _labels(resolved: Resolved) -> list[str]:
    return sorted(package.label for package in reachable(resolved.graph).values())


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_published_every_range_is_held(seed: int) -> None:
    """In made-up registries: each package finds versions in its ranges, from where it lies."""
    rng = random.Random(seed)
    names = "hgfedcba"
    versions: dict[str, list[str]] = {}
    published: Published = {}
    for name in names:
        versions[name] = [f"{rng.randrange(3)}.{rng.randrange(3)}.0" for _ in range(4)]
        for version in sorted(versions[name]):
            needs = rng.sample([*versions], k=min(3, len(versions)))
            published[f"{name}@{version}"] = {
                "dependencies": {
                    need: _range(rng, versions[need]) for need in needs if need != name
                }
            }
    resolved = _resolve(published, {"a": "*", rng.choice(names): ">=0.0.0"})
    for package in resolved.graph.packages.values():
        for name, spec in published[package.label]["dependencies"].items():
            assert Range(spec).holds(resolved.graph.packages[package.dependencies[name]].version)
    assert layout(resolved.graph) == layout(_resolve(published, dict(_roots(resolved))).graph)


def _range(rng: random.Random, versions: list[str]) -> str:
    one, other = rng.choice(versions), rng.choice(versions)
    return rng.choice(["*", "^{0}", "~{0} || {1}", ">={0}", "{0}", "<={0} || x"]).format(one, other)


def _roots(resolved: Resolved) -> list[tuple[str, str]]:
    """What was chosen for the project, asked for exactly: the same comes again."""
    packages = resolved.graph.packages
    return [(name, packages[key].version) for name, key in resolved.graph.roots.items()]


def test_the_latest_first_then_what_is_not_deprecated() -> None:
    """As npm picks: a tag, the tagged latest where it fits, the newest that nobody warns of."""
    published: Published = {
        "a@1.0.0": {},
        "a@1.1.0": {},
        "a@1.2.0": {"deprecated": "use 1.1"},
        "a@2.0.0-rc.1": {"tags": {"next": "2.0.0-rc.1"}},
        "a@1.0.5": {},
    }
    for spec, version in {
        "": "1.0.5",
        "*": "1.0.5",
        "^1.0.0": "1.0.5",
        "^1.1.0": "1.1.0",
        "~1.2.0": "1.2.0",
        "next": "2.0.0-rc.1",
        "^2.0.0-0": "2.0.0-rc.1",
    }.items():
        assert _labels(_resolve(published, {"a": spec})) == [f"a@{version}"], spec


def test_one_version_where_one_will_do() -> None:
    """The project's own is used again by whoever takes it."""
    published: Published = {
        "a@1.0.0": {"dependencies": {"c": "^1.0.0"}},
        "b@1.0.0": {"dependencies": {"c": "^2.0.0", "@types/c": "*"}},
        "c@1.0.0": {},
        "c@1.5.0": {},
        "c@2.0.0": {},
    }
    assert _labels(_resolve(published, {"a": "1", "b": "1", "c": "1.0.0"})) == [
        *("a@1.0.0", "b@1.0.0", "c@1.0.0", "c@2.0.0")
    ]


def test_peers_are_the_projects_or_come_along() -> None:
    """What does not fit is told, and several that want one share it."""
    published: Published = {
        "ui@1.0.0": {"peerDependencies": {"react": "^18.0.0"}},
        "form@1.0.0": {"peerDependencies": {"react": ">=17"}, "dependencies": {"ui": "1"}},
        "maybe@1.0.0": {
            "peerDependencies": {"gone": "1"},
            "peerDependenciesMeta": {"gone": {"optional": True}},
        },
        "react@17.0.0": {},
        "react@18.1.0": {},
        "react@19.0.0": {},
    }
    along = _resolve(published, {"ui": "1", "maybe": "1"})
    assert _labels(along) == ["maybe@1.0.0", "react@18.1.0", "ui@1.0.0"]
    assert along.graph.roots["react"] == "react@18.1.0"
    own = _resolve(published, {"form": "1", "react": "17"})
    assert _labels(own) == ["form@1.0.0", "react@17.0.0", "ui@1.0.0"]
    assert own.warnings == ("ui@1.0.0 wants react ^18.0.0 beside it, and gets 17.0.0",)


def test_what_cannot_be_had_names_who_wants_it() -> None:
    """A package of a package, from elsewhere or nowhere; optional ones are passed over."""
    published: Published = {
        "a@1.0.0": {"dependencies": {"b": "github:x/b"}},
        "c@1.0.0": {"optionalDependencies": {"b": "github:x/b", "gone": "1"}},
        "d@1.0.0": {"dependencies": {"gone": "1"}},
    }
    with pytest.raises(ExportError, match=r"a@1\.0\.0: b comes from 'github:x/b'"):
        _resolve(published, {"a": "1"})
    assert _labels(_resolve(published, {"c": "1"})) == ["c@1.0.0"]
    with pytest.raises(ExportError, match="no package gone"):
        _resolve(published, {"d": "1"})


def test_odd_documents_count_as_far_as_they_go() -> None:
    """Registries hold twenty years of them."""
    odd: Published = {
        "a@1.0.0": {
            "dependencies": {"kept": "1", "bad name": "1", "packed": "1", "odd": None},
            "bundledDependencies": ["packed", 3],
            "optionalDependencies": {"x": 1},
            "peerDependencies": None,
            "peerDependenciesMeta": [],
            "os": "linux",
            "cpu": 3,
        },
        "kept@1.0.0": {"dependencies": {"inside": "1"}, "bundleDependencies": True},
    }
    assert _labels(_resolve(odd, {"a": "*"})) == ["a@1.0.0", "kept@1.0.0"]
    without = {"a@1.0.0": {"dist": {"shasum": "0" * 40}}}
    (package,) = _resolve(without, {"a": "*"}).graph.packages.values()
    assert package.integrity.startswith("sha1-")
    with pytest.raises(ExportError, match=r"no hash of a@1\.0\.0"):
        _resolve({"a@1.0.0": {"dist": {}}}, {"a": "*"})


def test_overrides() -> None:
    """Of whole packages; the finer ones are named by whoever asks."""
    published: Published = {
        "a@1.0.0": {"dependencies": {"b": "^1"}},
        "b@1.0.0": {},
        "c@9.0.0": {},
    }
    assert _labels(_resolve(published, {"a": "1"}, {"b": "npm:c@9"})) == ["a@1.0.0", "c@9.0.0"]
    assert plain_overrides({"a": "1", "b": {"c": "1"}, "d": "$d"}, {"**/e": "2", "f@1": "3"}) == (
        {"a": "1", "e": "2"},
        ["b", "d", "f@1"],
    )


def test_so_many_packages_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry can name more than anybody needs."""
    monkeypatch.setattr(resolution, "MAX_PACKAGES", 10)
    published: Published = {f"p{n}@1.0.0": {"dependencies": {f"p{n + 1}": "1"}} for n in range(20)}
    with pytest.raises(ExportError, match="more than 10 packages") as caught:
        _resolve(published, {"p0": "1"})
    assert caught.value.code == "package-limit"
