"""What can be wrong with packages is said with the file, the package and a remedy."""

from __future__ import annotations

import io
import tarfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.registry import npm_registry
from tests.integration.packager.packages.test_install import _lock
from tests.npm_server import cuts_off, integrity, never_ends, redirects_to, says

if TYPE_CHECKING:
    from tests.integration.packager.packages.conftest import Installer

WANTS_A = {"package.json": {"dependencies": {"a": "^1.0.0"}}}
TGZ = "a/-/a-1.0.0.tgz"


def _locked(installer: Installer) -> dict[str, Any]:
    return {**WANTS_A, "package-lock.json": _lock(installer.npm.lock("a@1.0.0"))}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for a registry that has gone."""
    monkeypatch.setattr(npm_registry, "PAUSES_S", (0.0, 0.0))


async def test_a_wrong_hash_in_the_lock_file(installer: Installer) -> None:
    """The package and both hashes are named, and nothing of it is kept."""
    installer.npm.publish("a@1.0.0")
    project = _locked(installer)
    right = project["package-lock.json"]["packages"]["node_modules/a"]["integrity"]
    wrong = integrity(b"something else")
    project["package-lock.json"]["packages"]["node_modules/a"]["integrity"] = wrong
    error = await installer.fails(project)
    assert error.code == "package-integrity"
    for word in ("package-lock.json: a@1.0.0", wrong[:16], right[:16], "delete it, install anew"):
        assert word in str(error)


async def test_packages_and_versions_that_are_not_there(installer: Installer) -> None:
    """Each says what is missing, who wants it, and what there is."""
    error = await installer.fails(WANTS_A)
    assert (error.code, "package.json: the registry has no package a" in str(error)) == (
        "package-missing",
        True,
    )
    installer.npm.publish("a@1.0.0")
    project = _locked(installer)
    installer.npm.publish("a@1.2.0")
    installer.npm.unpublish("a@1.0.0")
    error = await installer.fails(project)
    assert error.code == "package-version-missing"
    assert "a@1.0.0 is no longer in the registry; the newest is 1.2.0" in str(error)
    error = await installer.fails({"package.json": {"dependencies": {"a": "^7.0.0"}}})
    assert error.code == "package-version-missing"
    assert "'^7.0.0'; the newest is 1.2.0" in str(error)


LOCKS: list[tuple[str, dict[str, Any], str, str]] = [
    ("package-lock.json", _lock({}), "package-lock-outdated", "no a, which package.json wants"),
    (
        "package-lock.json",
        _lock({"node_modules/a": {"version": "3.0.0", "integrity": "x"}}),
        "package-lock-outdated",
        "a 3.0.0, but package.json wants '^1.0.0'",
    ),
    (
        "package-lock.json",
        _lock({"node_modules/a": {"version": "1.0.0"}}),
        "package-integrity-missing",
        "a@1.0.0 has no integrity",
    ),
    ("package-lock.json", {"lockfileVersion": 1}, "package-lock-invalid", "npm 7 or later"),
    (
        "package-lock.json",
        _lock({"node_modules/a": {"version": "1.0.0", "resolved": "git+ssh://x/y"}}),
        "package-source-refused",
        "a@1.0.0 comes from 'git+ssh://x/y'",
    ),
    (
        "package-lock.json",
        _lock({"node_modules/a": {"version": "../../x"}}),
        "package-lock-outdated",
        "'^1.0.0'",
    ),
]


@pytest.mark.parametrize("case", LOCKS, ids=lambda case: case[3][:20])
async def test_lock_files_that_do_not_fit(installer: Installer, case: Any) -> None:
    """The file and the package are named, and what to do."""
    name, lock, code, words = case
    error = await installer.fails({**WANTS_A, name: lock})
    assert error.code == code, error
    assert words in str(error)
    assert str(error).startswith(name)
    assert installer.npm.asked == []


SPECS = {
    "git+https://example.com/a.git": "package-source-refused",
    "someone/a": "package-source-refused",
    "file:../a": "package-source-refused",
    "https://example.com/a.tgz": "package-source-refused",
    "^^^": "package-json-invalid",
    "npm:../../etc@1": "package-json-invalid",
}


@pytest.mark.parametrize("spec", SPECS)
async def test_dependencies_from_elsewhere(installer: Installer, spec: str) -> None:
    """They are refused by name, before anybody is asked."""
    error = await installer.fails({"package.json": {"dependencies": {"a": spec}}})
    assert error.code == SPECS[spec], error
    assert str(error).startswith("package.json: a ")
    assert installer.npm.asked == []


async def test_without_a_registry(installer: Installer) -> None:
    """It is the operator's to have one; what makers can do is said."""
    installer.registry = ""
    error = await installer.fails(WANTS_A)
    assert (error.code, error.retryable) == ("package-registry-none", False)
    for word in ("a cannot be fetched", "PACKAGER_NPM_REGISTRY", "node_modules"):
        assert word in str(error)


async def test_a_registry_that_is_away(installer: Installer) -> None:
    """The export is tried again later; the package is named."""
    installer.npm.down = True
    error = await installer.fails(WANTS_A)
    assert (error.code, error.retryable) == ("package-registry-away", True)
    assert error.of_project  # others' exports go on
    assert "a cannot be fetched" in str(error)
    installer.registry = "http://127.0.0.1:9"
    assert (await installer.fails(WANTS_A)).code == "package-registry-away"


async def test_a_registry_that_cuts_off(installer: Installer) -> None:
    """It is tried again; one that does so always is away."""
    installer.npm.publish("a@1.0.0")
    installer.npm.lies[TGZ] = cuts_off
    error = await installer.fails(_locked(installer))
    assert error.code == "package-registry-away"
    assert installer.npm.asked.count(TGZ) == 3
    del installer.npm.lies[TGZ]
    assert (await installer.install(_locked(installer))).labels == ["a@1.0.0"]


async def test_a_registry_that_never_ends(
    installer: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request has its time."""
    monkeypatch.setattr(npm_registry, "REQUEST_S", 0.3)
    installer.npm.publish("a@1.0.0")
    installer.npm.lies[TGZ] = never_ends
    error = await installer.fails(_locked(installer))
    assert (error.code, error.retryable) == ("package-registry-away", True)


async def test_a_registry_that_sends_elsewhere(installer: Installer) -> None:
    """Neither the token nor the packager's way out is for others; its own paths are followed."""
    npm = installer.npm
    installer.token = "hush"
    npm.publish("a@1.0.0")
    npm.publish("b@1.0.0", data=npm.tarballs["a@1.0.0"])
    npm.lies[TGZ] = redirects_to("http://localhost:9/a.tgz")
    error = await installer.fails(_locked(installer))
    assert error.code == "package-registry-refuses"
    assert "localhost" not in str(error)
    npm.lies[TGZ] = redirects_to("../../b/-/b-1.0.0.tgz")
    assert (await installer.install(_locked(installer))).labels == ["a@1.0.0"]
    del npm.lies[TGZ]
    npm.lies["a"] = redirects_to("/a")
    assert (await installer.fails(WANTS_A)).code == "package-registry-refuses"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_registry_that_refuses(installer: Installer, status: int) -> None:
    """It wants a token that the operator has not set."""
    installer.npm.lies["a"] = says(status)
    error = await installer.fails(WANTS_A)
    assert error.code == "package-registry-refuses"
    assert "PACKAGER_NPM_TOKEN" in str(error)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"versions": 3}', b"[" * 100_000, b"\xff"])
async def test_a_registry_that_answers_nonsense(installer: Installer, body: bytes) -> None:
    """It is away as a registry."""
    installer.npm.lies["a"] = says(200, body)
    assert (await installer.fails(WANTS_A)).code == "package-registry-away"


async def test_too_large(installer: Installer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tarball is counted while it comes, whatever was announced."""
    monkeypatch.setattr(npm_registry, "MAX_TARBALL_BYTES", 50)
    installer.npm.publish("a@1.0.0")
    error = await installer.fails(_locked(installer))
    assert error.code == "package-limit"
    assert "a@1.0.0 is larger" in str(error)


def _bomb() -> bytes:
    """A file of 600 MB of zeros, in half a megabyte."""
    info = tarfile.TarInfo("package/zeros")
    info.size = 600 << 20
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    blocks = [packer.compress(info.tobuf())]
    blocks += [packer.compress(bytes(1 << 20)) for _ in range(600)]
    return b"".join([*blocks, packer.flush()])


async def test_a_bomb(installer: Installer) -> None:
    """It is not even begun: its own header says too much; others' exports go on."""
    installer.npm.publish("a@1.0.0", data=_bomb())
    error = await installer.fails(_locked(installer))
    assert error.code == "package-limit"
    assert "with a@1.0.0 the packages have too many bytes" in str(error)


@pytest.mark.parametrize("path", ["package/../../../x", "/etc/x", "package/a\nb"])
async def test_archives_that_lead_elsewhere(installer: Installer, path: str) -> None:
    """The package is named; the next export is well."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo(path))
    installer.npm.publish("a@1.0.0", data=data.getvalue())
    error = await installer.fails(_locked(installer))
    assert error.code == "package-archive-invalid"
    assert "a@1.0.0 cannot be unpacked" in str(error)
    installer.npm.publish("a@1.0.1")
    assert (await installer.install(WANTS_A)).labels == ["a@1.0.1"]


async def test_what_is_optional_may_be_broken(installer: Installer) -> None:
    """It is left out, with a note, whatever is wrong with it."""
    npm = installer.npm
    npm.publish("a@1.0.0", optionalDependencies={"b": "1", "c": "1", "d": "1"})
    npm.publish("b@1.0.0", data=b"no archive")
    npm.publish("c@1.0.0")
    npm.publish("d@1.0.0")
    npm.lies["c/-/c-1.0.0.tgz"] = says(200, b"other bytes")
    npm.lies["d/-/d-1.0.0.tgz"] = says(404)
    site = await installer.install(WANTS_A)
    assert site.labels == ["a@1.0.0"]
    for label in ("b@1.0.0", "c@1.0.0", "d@1.0.0"):
        assert site.said("left out", label), label


async def test_what_a_lock_file_has_as_optional_may_be_gone(installer: Installer) -> None:
    """The registry has no such package, or no longer that version."""
    npm = installer.npm
    npm.publish("a@1.0.0", optionalDependencies={"b": "1", "c": "1"})
    npm.publish("b@1.0.0")
    npm.publish("c@1.0.0")
    lock = {"lockfileVersion": 3, "packages": {"": {}, **npm.lock("a@1.0.0", "b@1.0.0", "c@1.0.0")}}
    for path in ("b", "b/-/b-1.0.0.tgz", "c/-/c-1.0.0.tgz"):
        npm.lies[path] = says(404)
    site = await installer.install({**WANTS_A, "package-lock.json": lock})
    assert site.labels == ["a@1.0.0"]
    assert site.said("left out", "no package b")
    assert site.said("left out", "c@1.0.0")


@pytest.mark.parametrize(("status", "is_lacking"), [(503, True), (401, True), (404, False)])
async def test_what_may_come_later_is_lacking(
    installer: Installer, status: int, *, is_lacking: bool
) -> None:
    """The registry is away, or wants a token: no such export stands for the next one.

    Nor are versions remembered that were chosen without it.
    """
    npm = installer.npm
    npm.publish("a@1.0.0", optionalDependencies={"b": "1", "c": "1"})
    npm.publish("b@1.0.0")
    npm.publish("c@1.0.0")
    npm.lies |= dict.fromkeys(("b", "c/-/c-1.0.0.tgz"), says(status))
    first = await installer.install(WANTS_A)
    assert first.labels == ["a@1.0.0"]
    assert first.report.lacking == (("b", "c@1.0.0") if is_lacking else ())
    assert first.said("left out", " b ") == is_lacking
    npm.lies.clear()
    second = await installer.install(WANTS_A)
    assert second.labels == ["a@1.0.0", *(["b@1.0.0"] if is_lacking else []), "c@1.0.0"]
    assert second.report.lacking == ()
