"""Packages are installed from a registry, in the real sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.integration.packager.packages.conftest import Installer

Project = dict[str, bytes | str | dict[str, Any]]


def _lock(packages: dict[str, Any], root: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"lockfileVersion": 3, "packages": {"": root or {}, **packages}}


async def test_a_lock_file_says_which_versions(installer: Installer) -> None:
    """Whatever is newer; each lies where node finds it, and no address of the file is used."""
    npm = installer.npm
    npm.publish("inner@1.0.0")
    npm.publish("inner@2.0.0")
    npm.publish("outer@1.0.0", dependencies={"inner": "^1.0.0"})
    npm.publish("outer@1.5.0", dependencies={"inner": "^2.0.0"})
    lock = npm.lock("outer@1.0.0", "inner@2.0.0")
    lock["node_modules/outer/node_modules/inner"] = npm.lock("inner@1.0.0")["node_modules/inner"]
    site = await installer.install(
        {
            "package.json": {"dependencies": {"outer": "^1.0.0", "inner": "^2.0.0"}},
            "package-lock.json": _lock(lock),
        }
    )
    assert site.labels == ["inner@1.0.0", "inner@2.0.0", "outer@1.0.0"]
    assert site.version("outer") == "1.0.0"
    assert site.version("outer", "inner") == "1.0.0"
    assert site.version("inner") == "2.0.0"
    assert not [path for path in npm.asked if ".tgz" not in path]


async def test_without_a_lock_file_ranges_are_resolved_once(installer: Installer) -> None:
    """The note lists what was chosen; the next export has the same, whatever is newer."""
    npm = installer.npm
    npm.publish("react@18.2.0", dependencies={"loose": "^1.1.0"})
    npm.publish("react@18.3.0-rc.1")
    npm.publish("react@19.0.0")
    npm.publish("loose@1.4.0")
    npm.publish("loose@2.0.0")
    project = {"package.json": {"dependencies": {"react": "^18.0.0"}}}
    site = await installer.install(project)
    assert site.labels == ["loose@1.4.0", "react@18.2.0"]
    assert site.said("Chosen: loose@1.4.0, react@18.2.0", "lock file")
    npm.publish("react@18.9.0")
    npm.asked.clear()
    again = await installer.install(project)
    assert again.labels == site.labels
    assert npm.asked == []
    assert (await installer.install(project, project_id="p2")).labels == ["react@18.9.0"]


async def test_what_is_not_needed_is_left_out(installer: Installer) -> None:
    """Tools, and development's packages that no source imports, stay away; that is told."""
    npm = installer.npm
    development = ("three", "unused", "vite", "@types/three", "typescript", "normalize.css")
    for name in ("eslint", "idle", *development):
        npm.publish(f"{name}@1.0.0")
    site = await installer.install(
        {
            "package.json": {
                "dependencies": {"eslint": "^1.0.0", "idle": "1"},
                "devDependencies": dict.fromkeys(development, "^1.0.0"),
            },
            "src/main.ts": "import { Scene } from 'three'\nimport ts from \"typescript\"\n",
            "src/style.css": "@import url('normalize.css/normalize.css');",
            "vite.config.ts": "import { defineConfig } from 'vite'",
            "vitest.config.ts": "import 'unused'",
        }
    )
    assert site.labels == [
        *("idle@1.0.0", "normalize.css@1.0.0", "three@1.0.0", "typescript@1.0.0")
    ]
    assert site.said("not installed", "@types/three, eslint, unused, vite")


async def test_packages_beside_and_packages_that_may_be_missing(installer: Installer) -> None:
    """Peers come along; what is optional and cannot be had, or is for another system, does not."""
    npm = installer.npm
    npm.publish(
        "view@1.0.0",
        peerDependencies={"react": ">=17", "extra": "1"},
        peerDependenciesMeta={"extra": {"optional": True}},
        optionalDependencies={"native-mac": "1.0.0", "native-linux": "1.0.0", "gone": "1"},
    )
    npm.publish("react@18.0.0")
    npm.publish("react@17.5.0")
    npm.publish("extra@1.0.0")
    npm.publish("native-mac@1.0.0", os=["darwin"])
    npm.publish("native-linux@1.0.0", os=["linux"])
    wants = {"package.json": {"dependencies": {"view": "1.0.0"}}}
    site = await installer.install(wants)
    assert site.labels == ["native-linux@1.0.0", "react@17.5.0", "view@1.0.0"]
    with_react = {"package.json": {"dependencies": {"view": "1.0.0", "react": "18.0.0"}}}
    assert (await installer.install(with_react)).version("react") == "18.0.0"


async def test_aliases_tags_and_overrides(installer: Installer) -> None:
    """One name may stand for another package, a tag for a version, an override for a range."""
    npm = installer.npm
    npm.publish("real@1.0.0", dependencies={"deep": "^1.0.0"})
    npm.publish("real@2.0.0-beta.1", dependencies={"deep": "^1.0.0"})
    npm.tag("real", "next", "2.0.0-beta.1")
    npm.publish("deep@1.1.0")
    npm.publish("deep@1.2.0")
    npm.publish("@s/scoped@1.0.0")
    site = await installer.install(
        {
            "package.json": {
                "dependencies": {"old": "npm:real@^1", "real": "next", "@s/scoped": "1"},
                "overrides": {"deep": "1.1.0", "real": {"deep": "1.2.0"}},
            }
        }
    )
    assert (site.version("old"), site.version("real")) == ("1.0.0", "2.0.0-beta.1")
    assert (site.version("deep"), site.version("@s/scoped")) == ("1.1.0", "1.0.0")
    assert site.said("overrides", "real")


async def test_pushed_packages_are_used_as_they_are(installer: Installer) -> None:
    """What they need and do not bring comes from the registry; with all there, nothing is asked."""
    npm = installer.npm
    npm.publish("helper@1.0.0")
    pushed: Project = {
        "package.json": {"dependencies": {"mine": "git+ssh://git@example.com/mine.git"}},
        "node_modules/mine/package.json": {
            "version": "0.0.1",
            "dependencies": {"helper": "^1.0.0"},
        },
        "node_modules/mine/index.js": "own",
        "node_modules/.cache/x": "",
    }
    site = await installer.install(pushed)
    assert site.labels == ["helper@1.0.0"]
    assert site.files["node_modules/mine/index.js"] == b"own"
    assert "node_modules/.cache/x" not in site.files
    npm.asked.clear()
    installer.registry = ""
    whole: Project = {**pushed, "node_modules/helper/package.json": {"version": "1.0.0"}}
    assert (await installer.install(whole)).labels == []
    assert npm.asked == []


async def test_workspaces_are_packages_for_each_other(installer: Installer) -> None:
    """Their folders lie in node_modules, without a lock file and with each kind of it."""
    npm = installer.npm
    npm.publish("lib@1.0.0")
    npm.publish("lib@2.0.0")
    both: Project = {
        "package.json": {"name": "top", "workspaces": ["packages/*", "apps/*"]},
        "apps/game/package.json": {
            "name": "game",
            "version": "1.0.0",
            "dependencies": {"@my/ui": "*", "lib": "^2.0.0"},
        },
        "packages/ui/package.json": {
            "name": "@my/ui",
            "version": "1.0.0",
            "dependencies": {"lib": "^1.0.0"},
        },
        "packages/ui/src/index.ts": "export {}",
        "packages/ui/node_modules/x/index.js": "",
    }

    def check(site: Any) -> None:
        assert site.labels == ["lib@1.0.0", "lib@2.0.0"]
        assert site.version("lib") == "2.0.0"
        assert site.version("@my/ui", "lib") == "1.0.0"
        assert site.files["node_modules/@my/ui/src/index.ts"] == b"export {}"
        assert "node_modules/@my/ui/node_modules/x/index.js" not in site.files

    check(await installer.install(both, root="apps/game"))
    one, two = npm.lock("lib@1.0.0"), npm.lock("lib@2.0.0")
    lock = {
        "node_modules/@my/ui": {"resolved": "packages/ui", "link": True},
        "packages/ui": {"name": "@my/ui", "version": "1.0.0", "dependencies": {"lib": "^1.0.0"}},
        "apps/game": {"dependencies": {"@my/ui": "*", "lib": "^2.0.0"}},
        "node_modules/lib": one["node_modules/lib"],
        "apps/game/node_modules/lib": two["node_modules/lib"],
    }
    check(await installer.install({**both, "package-lock.json": _lock(lock)}, root="apps/game"))
    integrities = one["node_modules/lib"]["integrity"], two["node_modules/lib"]["integrity"]
    pnpm = f"""lockfileVersion: '9.0'
importers:
  .: {{}}
  apps/game:
    dependencies:
      '@my/ui': {{specifier: 'workspace:*', version: link:../../packages/ui}}
      lib: {{specifier: ^2.0.0, version: 2.0.0}}
  packages/ui:
    dependencies:
      lib: {{specifier: ^1.0.0, version: 1.0.0}}
packages:
  lib@1.0.0:
    resolution: {{integrity: {integrities[0]}}}
  lib@2.0.0:
    resolution: {{integrity: {integrities[1]}}}
snapshots:
  lib@1.0.0: {{}}
  lib@2.0.0: {{}}
"""
    with_pnpm: Project = {**both, "pnpm-workspace.yaml": "packages: ['packages/*', 'apps/*']\n"}
    check(await installer.install({**with_pnpm, "pnpm-lock.yaml": pnpm}, root="apps/game"))
    classic = f"""# yarn lockfile v1

lib@^1.0.0:
  version "1.0.0"
  resolved "https://registry.example/lib/-/lib-1.0.0.tgz#{"0" * 40}"
  integrity {integrities[0]}

lib@^2.0.0:
  version "2.0.0"
  integrity {integrities[1]}
"""
    check(await installer.install({**both, "yarn.lock": classic}, root="apps/game"))
    berry = """__metadata:
  version: 8
"@my/ui@npm:*, @my/ui@workspace:packages/ui":
  version: 0.0.0-use.local
  resolution: "@my/ui@workspace:packages/ui"
  dependencies: {lib: "npm:^1.0.0"}
"lib@npm:^1.0.0":
  version: 1.0.0
  resolution: "lib@npm:1.0.0"
  checksum: 10c0/abcdef
"lib@npm:^2.0.0":
  version: 2.0.0
  resolution: "lib@npm:2.0.0"
"""
    check(await installer.install({**both, "yarn.lock": berry}, root="apps/game"))


async def test_ranges_of_a_catalog(installer: Installer) -> None:
    """Of the app, and of a folder beside it; no lock file has been pushed."""
    for label in ("lib@1.0.0", "lib@2.0.0", "other@1.0.0", "other@2.0.0"):
        installer.npm.publish(label)
    site = await installer.install(
        {
            "pnpm-workspace.yaml": """packages: ['packages/*', 'apps/*']
catalog: {lib: ^2.0.0}
catalogs: {old: {other: ^1.0.0}}
""",
            "package.json": {},
            "packages/ui/package.json": {"name": "ui", "dependencies": {"other": "catalog:old"}},
            "apps/game/package.json": {"dependencies": {"ui": "workspace:*", "lib": "catalog:"}},
        },
        root="apps/game",
    )
    assert site.labels == ["lib@2.0.0", "other@1.0.0"]


async def test_the_token_goes_to_the_registry(installer: Installer) -> None:
    """With every question, and the cache asks nothing again."""
    installer.token = "hush"
    installer.npm.publish("a@1.0.0")
    lock = _lock(installer.npm.lock("a@1.0.0"))
    project: Project = {
        "package.json": {"dependencies": {"a": "1.0.0"}},
        "package-lock.json": lock,
    }
    await installer.install(project)
    assert installer.npm.tokens == {"Bearer hush"}
    installer.npm.asked.clear()
    await installer.install(project, project_id="p2")
    assert installer.npm.asked == []


async def test_scripts_never_run_and_native_parts_are_files(installer: Installer) -> None:
    """What npm would run when it installs."""
    installer.npm.publish(
        "native@1.0.0",
        {"binding.gyp": "{}", "build/x.node": b"\x7fELF", "run.js": ""},
        scripts={"install": "node run.js", "postinstall": "touch ../../ran"},
    )
    site = await installer.install({"package.json": {"dependencies": {"native": "*"}}})
    assert {"node_modules/native/binding.gyp", "node_modules/native/build/x.node"} <= {*site.files}
    assert "ran" not in site.files
