"""Lines of package.json say what is wanted, or are refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.registry.package_id import is_id, is_name
from services.packager.web.packages.dependency import Dependency, read_dependency
from services.packager.web.packages.errors import PackageError


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("^1.2.3", Dependency("a", "a", "^1.2.3")),
        (" 1 || 2 ", Dependency("a", "a", "1 || 2")),
        ("~1.2", Dependency("a", "a", "~1.2")),
        ("", Dependency("a", "a", "")),
        ("next", Dependency("a", "a", "next")),
        ("npm:b@^2", Dependency("a", "b", "^2")),
        ("npm:@s/b", Dependency("a", "@s/b", "*")),
        ("npm:^3.0.0", Dependency("a", "a", "^3.0.0")),
        ("workspace:*", Dependency("a", "a", "*", workspace=True)),
        ("workspace:^", Dependency("a", "a", "^", workspace=True)),
    ],
)
def test_what_is_wanted(spec: str, expected: Dependency) -> None:
    """A range, a tag, another package's range, or a folder of the project."""
    assert read_dependency("a", spec, file="package.json") == expected


ELSEWHERE = ["git+ssh://git@x/y.git", "github:x/y", "x/y", "x/y#main", "https://x/y.tgz", "./y"]
ELSEWHERE += ["../y", "/y", "~/y", "file:y", "link:y", "portal:y", "patch:a@1#p", "C:\\y", "gist:1"]


@pytest.mark.parametrize("spec", ELSEWHERE)
def test_what_comes_from_elsewhere(spec: str) -> None:
    """The registry alone has packages."""
    with pytest.raises(PackageError, match=r"package\.json: a comes from") as caught:
        read_dependency("a", spec, file="package.json")
    assert caught.value.code == "package-source-refused"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "@a", "@a/b/c", "a b", "A:b", "_x"])
def test_names_that_no_registry_has(name: str) -> None:
    """A name becomes part of an address and of a path."""
    assert not is_name(name)
    with pytest.raises(PackageError, match="no name of a package"):
        read_dependency(name, "1", file="package.json")


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0/x", "1.0.0\n", "01.0.0"])
def test_versions_that_no_registry_has(version: str) -> None:
    """Nor may it lead elsewhere."""
    assert not is_id("a", version)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None, max_examples=500)
def test_any_line_is_read_or_refused(name: str, spec: str) -> None:
    """Whatever stands there, what comes of it is safe in an address."""
    try:
        found = read_dependency(name, spec, file="package.json")
    except PackageError:
        return
    assert is_name(found.name)
    assert is_name(found.package)
