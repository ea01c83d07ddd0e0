"""Node finds in the folders what the graph says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.web.packages.errors import PackagesTooLargeError
from services.packager.web.packages.graph import Graph, Package
from services.packager.web.packages.layout import Place, layout

NAMES = "abcdef"


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to three versions of six packages, that need others further on: no circles."""
    keys = [f"{name}@{version}.0.0" for name in NAMES for version in range(draw(st.integers(1, 3)))]
    order = draw(st.permutations(keys))
    packages = {}
    for number, key in enumerate(order):
        later = draw(st.lists(st.sampled_from(order[number + 1 :] or [key]), max_size=4))
        packages[key] = Package(
            name=key[0],
            version=key[2:],
            dependencies={other[0]: other for other in later if other != key},
        )
    roots = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4))
    return Graph(file="package.json", packages=packages, roots={key[0]: key for key in roots})


def _found(places: dict[str, str], path: str, name: str) -> str | None:
    """As node looks for it."""
    while True:
        candidate = f"{path}/node_modules/{name}".lstrip("/")
        if candidate in places:
            return places[candidate]
        if not path:
            return None
        path = path.rpartition("node_modules/")[0].rstrip("/")


def _check(graph: Graph, found: list[Place]) -> None:
    places = {place.path: place.key for place in found}
    assert len(places) == len(found)
    for name, key in graph.roots.items():
        assert places[f"node_modules/{name}"] == key
    for path, key in places.items():
        for name, wanted in graph.packages[key].dependencies.items():
            assert _found(places, path, name) == wanted, (path, name)


@given(graphs())
@settings(deadline=None, max_examples=300)
def test_everybody_finds_what_it_needs(graph: Graph) -> None:
    """Whatever the graph: each name leads from each place to the package that it stands for."""
    _check(graph, layout(graph))


@given(graphs())
@settings(deadline=None, max_examples=30)
def test_the_same_graph_gives_the_same_folders(graph: Graph) -> None:
    """In whatever order its packages stand."""
    turned = Graph(
        file=graph.file,
        packages=dict(reversed(graph.packages.items())),
        roots=dict(reversed(graph.roots.items())),
    )
    assert layout(turned) == layout(graph)


def _package(name: str, version: str, **dependencies: str) -> Package:
    return Package(name=name, version=version, dependencies=dependencies)


def test_circles_are_fine() -> None:
    """Packages may need each other."""
    graph = Graph(
        file="",
        packages={"a": _package("a", "1.0.0", b="b"), "b": _package("b", "1.0.0", a="a")},
        roots={"a": "a"},
    )
    assert [place.path for place in layout(graph)] == ["node_modules/a", "node_modules/b"]


def test_a_circle_that_never_ends_is_refused() -> None:
    """Two versions of two packages that need each other's other one."""
    graph = Graph(
        file="yarn.lock",
        packages={
            "a1": _package("a", "1.0.0", b="b1"),
            "b1": _package("b", "1.0.0", a="a2"),
            "a2": _package("a", "2.0.0", b="b2"),
            "b2": _package("b", "2.0.0", a="a1"),
        },
        roots={"a": "a1"},
    )
    with pytest.raises(PackagesTooLargeError, match=r"yarn\.lock: the packages need more"):
        layout(graph)


def test_what_is_there_already_stays() -> None:
    """A vendored package is found by everybody, whatever its version."""
    graph = Graph(
        file="",
        packages={"a": _package("a", "1.0.0", b="b"), "b": _package("b", "1.0.0")},
        roots={"a": "a"},
    )
    assert [place.path for place in layout(graph, taken=["b"])] == ["node_modules/a"]


def test_a_package_is_optional_where_nobody_needs_it() -> None:
    """One who needs it is enough."""
    packages = {
        "a": Package(
            name="a", version="1.0.0", dependencies={"b": "b", "c": "c"}, optional=frozenset("bc")
        ),
        "b": _package("b", "1.0.0", d="d"),
        "c": _package("c", "1.0.0"),
        "d": _package("d", "1.0.0"),
        "e": _package("e", "1.0.0", c="c"),
    }
    graph = Graph(file="", packages=packages, roots={"a": "a", "e": "e"})
    optional = {place.key for place in layout(graph) if place.optional}
    assert optional == {"b", "d"}
