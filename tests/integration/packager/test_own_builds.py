"""Build scripts of projects: which of them run, what they see, and what is shipped of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from shared.errors import ProjectError
from tests import own_builds
from tests.own_builds import PAGE, OwnBuilds, scripted
from tests.projects import build, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from services.packager.sandbox.build_server import BuildServer
    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage


@pytest.fixture(scope="module")
def builds() -> Iterator[BuildServer]:
    """Starts them."""
    server = own_builds.server()
    yield server
    server.close()


@pytest.fixture
def own(storage: Storage, cache: DiskCache, builds: BuildServer, js: JetStreamContext) -> OwnBuilds:
    """A packager that runs scripts, and knows no registry."""
    return OwnBuilds(storage, cache, builds, js)


async def test_a_script_makes_the_pages(own: OwnBuilds) -> None:
    """With what its maker has: a shell, npm, programs of packages, other scripts; and a log."""
    tool = """
        import { mkdirSync, writeFileSync, copyFileSync } from "node:fs";
        import { execFileSync } from "node:child_process";
        mkdirSync("dist/assets", { recursive: true });
        const head = `<link rel="icon" href="data:,"><title>${process.argv.slice(2).join("|")}`;
        writeFileSync("dist/index.html", `<!doctype html>${head}</title><p>1</p>`);
        copyFileSync("logo.svg", "dist/assets/logo.svg");
        const map = { version: 3, sources: [], names: [], mappings: "" };
        writeFileSync("dist/assets/a.js.map", JSON.stringify(map));
        writeFileSync("dist/seen.json", JSON.stringify({ env: process.env, cwd: process.cwd() }));
        console.log("\\u001b[32mdone\\u001b[0m");
    """
    files = scripted(
        "rm -rf dist && npm run make -- one 'two three' && echo built",
        tool,
        **{
            "logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "node_modules/maker/package.json": '{"name": "maker", "bin": {"make-it": "./b.mjs"}}',
            "node_modules/maker/b.mjs": "#!/usr/bin/env node\nimport '../../tool.mjs'",
            "package": {
                "name": "game",
                "version": "2.1.0",
                "dependencies": {"maker": "*"},
                "scripts": {
                    "build": "rm -rf dist && npm run make -- one 'two three' && echo built",
                    "make": "make-it",
                    "postmake": "echo after",
                    "postinstall": "touch dist/installed",
                    "prepare": "touch dist/prepared",
                },
            },
        },
    )
    made = await own.export(files)
    assert b"<title>one|two three</title>" in made["index.html"]
    assert made["assets/logo.svg"] == files["logo.svg"]
    assert "assets/a.js.map" not in made
    assert not {"installed", "prepared"} & made.keys()
    seen = json.loads(made["seen.json"])
    assert seen["env"]["NODE_ENV"] == "production"
    assert seen["env"]["npm_package_version"] == "2.1.0"
    assert not [name for name in seen["env"] if name.startswith(("PACKAGER", "S3", "NATS", "AWS"))]
    assert own.name.endswith("-2.1.0-web.zip")
    log = "\n".join(own.lines)
    assert "Running the build script of package.json, as there is no index.html" in log
    for line in ("  done", "  after", "  built"):
        assert line in own.lines
    assert "dist: is what the project's build script has written" in log


@pytest.mark.parametrize(
    ("folder", "needs"),
    [
        ("build", "react-scripts"),
        ("out", "next"),
        ("dist/game/browser", "@angular/core"),
        (".output/public", "nuxt"),
        ("public", "gatsby"),
    ],
)
async def test_pages_are_found_where_tools_write_them(
    own: OwnBuilds, folder: str, needs: str
) -> None:
    """The first place that the script has written; what was pushed there before is not taken."""
    files = scripted(
        f"mkdir -p '{folder}' && cp tool.mjs '{folder}/index.html'",
        PAGE,
        **{
            "dist/index.html": "old",
            "src/index.html": PAGE,
            "package": {"peerDependencies": {needs: "*"}},
        },
    )
    made = await own.export(files)
    assert b"<p>1</p>" in made["index.html"]


async def test_a_folder_may_be_named(own: OwnBuilds) -> None:
    """From the top of the project; what was pushed there is shipped as it is."""
    files = scripted("mkdir -p site/en && cp tool.mjs site/en/index.html", PAGE)
    made = await own.export(files, output_dir="site/en/")
    assert b"<p>1</p>" in made["index.html"]
    pushed = PAGE.replace("1", "pushed").encode()
    made = await own.export({**files, "site/en/index.html": pushed}, output_dir="site/en")
    assert b"<p>pushed</p>" in made["index.html"]
    assert not any("Running" in line for line in own.lines)
    with pytest.raises(ProjectError, match="was looked for in elsewhere"):
        await own.export(files, output_dir="elsewhere")


async def test_a_script_that_fails_is_told_with_its_last_words(own: OwnBuilds) -> None:
    """As the project's fault, with its status."""
    with pytest.raises(ProjectError) as caught:
        await own.export(scripted("echo first; node tool.mjs", "throw new Error('no such lamp')"))
    assert caught.value.code == InvalidProjectError.code
    for text in ("package.json", "ended with status 1", "no such lamp", "first"):
        assert text in str(caught.value)


async def test_a_script_that_writes_no_page_is_told_where_it_was_looked_for(own: OwnBuilds) -> None:
    """And what its framework would need."""
    package = {"peerDependencies": {"next": "*"}}
    with pytest.raises(ProjectError) as caught:
        await own.export(scripted("true", package=package))
    for text in ("dist", "out", "dist/*/browser", "outputDir", '"output": "export"'):
        assert text in str(caught.value)


async def test_what_our_own_build_does_is_not_left_to_a_script(own: OwnBuilds) -> None:
    """Only what is not done here is: plug-ins, configurations that are computed."""
    page = '<!doctype html><title>T</title><script type="module" src="/src/main.ts"></script>'
    files = scripted(
        "mkdir dist && cp tool.mjs dist/index.html",
        PAGE,
        **{
            "index.html": page,
            "src/main.ts": "console.log('ours' as string)",
            "vite.config.js": "export default { base: './' }",
        },
    )
    made = await own.export(files)
    assert any(b"ours" in data for path, data in made.items() if path.endswith(".js"))
    for config in ("import p from 'vite-plugin-own'; export default { plugins: [p()] }", "f()"):
        made = await own.export({**files, "vite.config.js": config.encode()})
        assert b"<p>1</p>" in made["index.html"]
        assert any("vite.config.js has" in line for line in own.lines)
    made = await own.export({**files, "babel.config.json": b"{}"})
    assert b"<p>1</p>" in made["index.html"]


async def test_an_artifact_of_a_script_is_made_anew_each_time(own: OwnBuilds) -> None:
    """Two builds may differ, so none is taken for the other, nor spares it."""
    files = scripted("mkdir dist && cp tool.mjs dist/index.html && date +%N > dist/now.txt", PAGE)
    first = await own.export(files, app_name="Same")
    second = await own.export(files, app_name="Same")
    assert first["now.txt"] != second["now.txt"]
    assert not own.reusable


def test_where_scripts_may_not_run_the_maker_learns_who_decides() -> None:
    """The refusal of today, and whom to ask."""
    files = scripted("true", package={"dependencies": {"next": "15"}})
    with pytest.raises(InvalidProjectError, match="PACKAGER_RUN_BUILD_SCRIPTS"):
        build(files, request("web"))
