"""Lock files of every kind say which package finds which."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.project.unreadable import UnreadableError
from services.packager.web.packages.dependency import read_dependency
from services.packager.web.packages.errors import IntegrityMissingError, PackageError
from services.packager.web.packages.graph import CPU, Graph, needed, reachable
from services.packager.web.packages.lock_files import find_lock, read_lock
from services.packager.web.packages.lock_files.locked import Roots
from services.packager.web.packages.workspaces import Workspaces
from services.packager.web.packages.yaml_document import read_yaml
from tests.npm_server import integrity
from tests.projects import in_memory

HASH = integrity(b"")
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def _read(name: str, text: str, wanted: dict[str, str], importer: str = "") -> Graph:
    project = in_memory({name: text.encode()})
    dependencies = tuple(
        read_dependency(key, spec, file="package.json") for key, spec in wanted.items()
    )
    roots = Roots(importer=importer, manifest="package.json", wanted=dependencies)
    return read_lock(project, name, roots, Workspaces(""))


def _labels(graph: Graph) -> list[str]:
    return sorted(package.label for package in reachable(graph).values())


def _needs(graph: Graph, label: str) -> dict[str, str]:
    """What a package finds, by name; there is one of that label."""
    (package,) = (one for one in graph.packages.values() if one.label == label)
    return {name: graph.packages[key].label for name, key in package.dependencies.items()}


def _npm(packages: dict[str, Any]) -> str:
    entries = {
        place: {"version": "1.0.0", "integrity": HASH, **entry} for place, entry in packages.items()
    }
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, **entries}})


def test_npm_finds_as_node_does() -> None:
    """From the package's own folder upwards; peers too; what came bundled is there already."""
    text = _npm(
        {
            "node_modules/a": {
                "dependencies": {"b": "^2", "c": "1", "inside": "1", "@types/b": "*"},
                "peerDependencies": {"peer": "*", "absent": "*"},
                "optionalDependencies": {"gone": "1"},
            },
            "node_modules/a/node_modules/b": {"version": "2.0.0", "dependencies": {"c": "1"}},
            "node_modules/a/node_modules/inside": {"inBundle": True},
            "node_modules/b": {},
            "node_modules/c": {},
            "node_modules/@types/b": {},
            "node_modules/peer": {},
            "node_modules/old": {"name": "new"},
            "node_modules/unwanted": {"resolved": "git+ssh://x"},
        }
    )
    graph = _read("package-lock.json", text, {"a": "^1.0.0", "old": "npm:new@1"})
    assert _needs(graph, "a@1.0.0") == {"b": "b@2.0.0", "c": "c@1.0.0", "peer": "peer@1.0.0"}
    assert _labels(graph) == ["a@1.0.0", "b@2.0.0", "c@1.0.0", "new@1.0.0", "peer@1.0.0"]


PNPM_6 = f"""
lockfileVersion: '6.0'
settings: {{autoInstallPeers: true}}
dependencies:
  react: {{specifier: ^18.0.0, version: 18.2.0}}
  dom: {{specifier: ^18.0.0, version: 18.2.0(react@18.2.0)}}
  old: {{specifier: 'npm:new@^1', version: /new@1.0.0}}
devDependencies:
  '@s/dev':
    specifier: ^1.0.0
    version: 1.0.0
packages:
  /react@18.2.0:
    resolution: {{integrity: {HASH}}}
    dev: false
  /dom@18.2.0(react@18.2.0):
    resolution: {{integrity: {HASH}}}
    peerDependencies: {{react: ^18.0.0}}
    dependencies: {{react: 18.2.0, '@s/dev': 1.0.0}}
    optionalDependencies: {{mac: 1.0.0}}
  /new@1.0.0:
    resolution: {{integrity: {HASH}}}
  /mac@1.0.0:
    resolution: {{integrity: {HASH}}}
    os: [darwin]
  '/@s/dev@1.0.0':
    resolution: {{integrity: {HASH}}}
"""
PNPM_9 = f"""
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      react: {{specifier: ^18.0.0, version: 18.2.0}}
      dom: {{specifier: ^18.0.0, version: 18.2.0(react@18.2.0)}}
      old: {{specifier: 'npm:new@^1', version: new@1.0.0}}
    devDependencies:
      '@s/dev': {{specifier: ^1.0.0, version: 1.0.0}}
packages:
  react@18.2.0:
    resolution: {{integrity: {HASH}}}
  dom@18.2.0:
    resolution: {{integrity: {HASH}}}
    peerDependencies: {{react: ^18.0.0}}
  new@1.0.0:
    resolution: {{integrity: {HASH}}}
  mac@1.0.0:
    resolution: {{integrity: {HASH}}}
    os: [darwin]
  '@s/dev@1.0.0':
    resolution: {{integrity: {HASH}}}
snapshots:
  react@18.2.0: {{}}
  dom@18.2.0(react@18.2.0):
    dependencies: {{react: 18.2.0, '@s/dev': 1.0.0}}
    optionalDependencies: {{mac: 1.0.0}}
  new@1.0.0: {{}}
  mac@1.0.0: {{}}
  '@s/dev@1.0.0': {{}}
"""
CLASSIC = f"""# yarn lockfile v1


"@s/dev@^1.0.0":
  version "1.0.0"
  resolved "https://registry.example/@s/dev/-/dev-1.0.0.tgz#{SHA1}"

dom@^18.0.0:
  version "18.2.0"
  resolved "https://registry.example/dom/-/dom-18.2.0.tgz#{SHA1}"
  integrity {HASH}
  dependencies:
    "@s/dev" "^1.0.0"
    react "^18.1.0"
  optionalDependencies:
    mac-darwin-x64 "1.0.0"

mac-darwin-x64@1.0.0:
  version "1.0.0"
  integrity {HASH}

"old@npm:new@^1":
  version "1.0.0"
  integrity {HASH}

react@^18.0.0, react@^18.1.0:
  version "18.2.0"
  integrity {HASH}
"""
BERRY = """
__metadata:
  version: 8
  cacheKey: 10c0

"@s/dev@npm:^1.0.0":
  version: 1.0.0
  resolution: "@s/dev@npm:1.0.0"
  checksum: 10c0/0123
  languageName: node
  linkType: hard

"dom@npm:^18.0.0":
  version: 18.2.0
  resolution: "dom@npm:18.2.0"
  dependencies:
    "@s/dev": "npm:^1.0.0"
    mac: "npm:1.0.0"
    react: "npm:^18.1.0"
  dependenciesMeta:
    mac:
      optional: true

"mac@npm:1.0.0":
  version: 1.0.0
  resolution: "mac@npm:1.0.0"
  conditions: os=darwin & cpu=arm64

"old@npm:new@^1":
  version: 1.0.0
  resolution: "new@npm:1.0.0"

"react@npm:^18.0.0, react@npm:^18.1.0":
  version: 18.2.0
  resolution: "react@npm:18.2.0"
"""
KINDS = {"v6": PNPM_6, "v9": PNPM_9, "classic": CLASSIC, "berry": BERRY}
WANTED = {"react": "^18.0.0", "dom": "^18.0.0", "old": "npm:new@^1", "@s/dev": "^1.0.0"}


def _name(kind: str) -> str:
    return "pnpm-lock.yaml" if kind.startswith("v") else "yarn.lock"


@pytest.mark.parametrize("kind", KINDS)
def test_pnpm_and_yarn(kind: str) -> None:
    """The same project, as each of them writes it."""
    graph = _read(_name(kind), KINDS[kind], WANTED)
    assert _labels(graph) == ["@s/dev@1.0.0", "dom@18.2.0", "new@1.0.0", "react@18.2.0"]
    found = _needs(graph, "dom@18.2.0")
    assert (found["react"], found["@s/dev"]) == ("react@18.2.0", "@s/dev@1.0.0")
    assert graph.packages[graph.roots["old"]].name == "new"
    assert not [key for key in needed(graph) if "mac" in key]
    if kind != "berry":
        assert all(package.integrity for package in graph.packages.values())


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_lock_file_lacks(kind: str) -> None:
    """A package that was added since, or whose range has changed, is named."""
    with pytest.raises(PackageError, match=r"it has no three, which package\.json wants") as caught:
        _read(_name(kind), KINDS[kind], {"three": "*"})
    assert caught.value.code == "package-lock-outdated"
    with pytest.raises(PackageError, match=r"react") as caught:
        _read(_name(kind), KINDS[kind], {"react": "^19.0.0"})
    assert caught.value.code == "package-lock-outdated"


@pytest.mark.parametrize("system", [{}, {"cpu": ["wasm32"]}, {"os": ["darwin"]}])
@pytest.mark.parametrize(
    "lack", [{"integrity": ""}, {"dependencies": {"gone": "1"}}, {"resolved": "git+ssh://x"}]
)
@pytest.mark.parametrize("is_optional", [False, True])
def test_only_what_is_needed_here_has_to_be_had(
    lack: dict[str, Any], system: dict[str, Any], *, is_optional: bool
) -> None:
    """Npm leaves hashes and dependencies of optional packages out; who misses one is told."""
    kind = "optionalDependencies" if is_optional else "dependencies"
    text = _npm(
        {
            "node_modules/a": {kind: {"b": "1", "c": "1"}},
            "node_modules/b": {**lack, **system},
            "node_modules/c": {},
        }
    )
    if not is_optional and not system:
        with pytest.raises(PackageError, match=r"package-lock\.json: .*b@1\.0\.0"):
            _read("package-lock.json", text, {"a": "1"})
        return
    graph = _read("package-lock.json", text, {"a": "1"})
    assert _labels(graph) == ["a@1.0.0", "c@1.0.0"]
    assert len(graph.left_out) == (not system)
    assert all("left out: package-lock.json: " in told for told in graph.left_out)


def test_what_an_optional_package_needs_is_optional() -> None:
    """Unless something that is needed needs it, too; names that the project makes optional count."""
    packages = {
        "node_modules/a": {"optionalDependencies": {"b": "1"}},
        "node_modules/b": {"dependencies": {"c": "1"}},
        "node_modules/c": {"integrity": ""},
    }
    graph = _read("package-lock.json", _npm(packages), {"a": "1"})
    assert _labels(graph) == ["a@1.0.0", "b@1.0.0"]
    with pytest.raises(IntegrityMissingError, match=r"c@1\.0\.0 has no integrity"):
        _read("package-lock.json", _npm(packages), {"a": "1", "c": "1"})


def test_what_pnpm_has_patched_is_refused() -> None:
    """It would be another package than the one that is published."""
    text = PNPM_9.replace("version: 18.2.0}", "version: 18.2.0(patch_hash=ab)}").replace(
        "react@18.2.0: {}", "react@18.2.0(patch_hash=ab): {}"
    )
    with pytest.raises(PackageError, match=r"react@18\.2\.0 is patched"):
        _read("pnpm-lock.yaml", text, {"react": "^18.0.0"})


@pytest.mark.parametrize("version", ["5.4", "4", "10.0", "{}"])
def test_versions_of_pnpm_that_are_not_read(version: str) -> None:
    """What to do is said."""
    with pytest.raises(PackageError, match="pnpm 8 or later"):
        _read("pnpm-lock.yaml", f"lockfileVersion: {version}\n", {"react": "*"})


def test_systems_of_classic_packages_are_told_by_their_names() -> None:
    """Its lock files do not say them, and there may be twenty for one that is needed."""
    names = ["x-darwin-arm64", "@x/win32-x64", f"x-linux-{CPU}-gnu", f"x-linux-{CPU}-musl", "x"]
    text = "".join(f'"{n}@1":\n  version "1.0.0"\n  integrity {HASH}\n' for n in names)
    graph = _read("yarn.lock", text, dict.fromkeys(names, "1"))
    assert _labels(graph) == [f"x-linux-{CPU}-gnu@1.0.0", "x@1.0.0"]


ODD_YAML = {
    "a: &x 1\nb: *x\n": "an anchor or an alias in line 1",
    "a: [*x]": "an anchor or an alias",
    "a: 1\n---\nb: 2\n": "a second document in line 2",
    "[" * 40: "deeper than 16",
    "a: {b: [c, {d: [[[[[[[[[[[[[[[[": "deeper than 16",
    "? [a]\n: b\n": "a key that is no text",
    "a: 'x": "no YAML",
    "a:\n\t- b": "no YAML",
    "- a": "no mapping",
    "": "no mapping",
    "a: \x01": "no YAML",
}


@pytest.mark.parametrize("text", ODD_YAML)
def test_odd_yaml_ends_soon(text: str) -> None:
    """What no package manager writes; the line is named."""
    with pytest.raises(UnreadableError, match=ODD_YAML[text]):
        read_yaml(text.encode())


def test_yaml_has_no_types() -> None:
    """A version is a text, whatever it looks like; a tag makes nothing of it."""
    text = b"a: 1.10\nb: yes\nc: !!python/object:os.system {}\nd: ~\n0x1: [2, on]\n"
    assert read_yaml(text) == {"a": "1.10", "b": "yes", "c": {}, "d": "~", "0x1": ["2", "on"]}


TEXTS = [_npm({"node_modules/react": {}, "node_modules/dom": {}}), *KINDS.values()]
NAMES = ["package-lock.json", "pnpm-lock.yaml", "pnpm-lock.yaml", "yarn.lock", "yarn.lock"]


@given(st.integers(0, 4), st.integers(0, 2_000), st.integers(0, 40), st.text(max_size=8))
@settings(deadline=None, max_examples=400)
def test_any_damage_is_the_files_fault(kind: int, at: int, cut: int, noise: str) -> None:
    """Parts taken out or put in: read, or refused with the file's name."""
    text = TEXTS[kind]
    at %= len(text)
    damaged = text[:at] + noise + text[at + cut :]
    try:
        _read(NAMES[kind], damaged, {"react": "^18.0.0", "dom": "*"})
    except PackageError as error:
        assert str(error).startswith((NAMES[kind], "package.json"))  # noqa: PT017 - it need not fail


@given(
    st.integers(0, 4),
    st.sampled_from(["1.0.0", "18.2.0", "react", "resolution", "dependencies", "version"]),
    st.sampled_from(["{}", "[]", "null", "3", '"../../x"', '"' + "x" * 300 + '"', "", "a b", "__"]),
)
@settings(deadline=None, max_examples=300)
def test_odd_values_are_the_files_fault(kind: int, word: str, value: str) -> None:
    """One word replaced by what nobody writes there."""
    try:
        _read(NAMES[kind], TEXTS[kind].replace(word, value), {"react": "*", "dom": "*"})
    except PackageError as error:
        assert str(error).startswith(NAMES[kind])  # noqa: PT017 - likewise


def test_which_lock_file_counts() -> None:
    """The nearest, and npm's before others."""
    files = {"yarn.lock": b"", "package-lock.json": b"", "app/pnpm-lock.yaml": b""}
    assert find_lock(in_memory(files), "app", "") == "app/pnpm-lock.yaml"
    assert find_lock(in_memory(files), "") == "package-lock.json"
    assert find_lock(in_memory({}), "") is None
