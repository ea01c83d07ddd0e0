from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.project_folder import read_folder
from tests.browser.conftest import served
from tests.projects import build, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SAMPLE = Path(__file__).parents[2] / "samples/emberlight"


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Serve a site of these files, by a name; the URL."""
    folder = tmp_path_factory.mktemp("sites")
    with served(folder) as url:

        def serve(name: str, files: Mapping[str, bytes | str]) -> str:
            for path, content in files.items():
                target = folder / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.encode() if isinstance(content, str) else content)
            return f"{url}{name}/"

        yield serve


@pytest.fixture(scope="session")
def sample(sites: Callable[..., str]) -> str:
    """The sample project as a site."""
    files = {path: (SAMPLE / path).read_bytes() for path in read_folder(SAMPLE).manifest.files}
    return sites("emberlight", build(files, request("web")).files)


@pytest.fixture
def hosted() -> Iterator[Callable[[Path], str]]:
    """Serve folders; the URL of each."""
    with ExitStack() as servers:
        yield lambda folder: servers.enter_context(served(folder))
