"""The components as others get them: from npm, in a React application."""

from __future__ import annotations

from services.packager.runtimes.build import EXPORT_PAGE, WEB, run_script


def test_the_react_example_is_built_on_the_packages() -> None:
    """Client and components are built as they are published; the example's types hold."""
    run_script(EXPORT_PAGE, "example")
    page = (WEB / "examples/react/dist/index.html").read_text()
    assert 'type="module"' in page
    assert (WEB / "components/dist/index.d.ts").exists()
