"""Tailwind and PostCSS in web projects: which rules come out, and what their maker is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from tests.projects import build, request

if TYPE_CHECKING:
    from pathlib import Path

    from tests.projects import Built

PAGE = (
    '<!doctype html>\n<title>Game</title><p class="mt-[7px] text-amber-300 md:hidden">1</p>\n'
    '<script type="module" src="/src/main.ts"></script>\n'
)
TAILWIND_4 = {"tailwindcss": "^4.1.0", "@tailwindcss/vite": "^4.1.0"}
TAILWIND_3 = {"tailwindcss": "^3.4.1", "postcss": "^8", "autoprefixer": "^10"}


def _project(style: str, needs: dict[str, str], /, main: str = "", **more: str) -> dict[str, bytes]:
    files = {
        "index.html": PAGE,
        "src/main.ts": f"import './style.css';\n{main}",
        "src/style.css": style,
        "package.json": json.dumps({"devDependencies": needs}),
        **more,
    }
    return {path: text.encode() for path, text in files.items()}


def _built(files: dict[str, bytes]) -> Built:
    return build(files, request("web"))


def _style(built: Built) -> str:
    return "".join(data.decode() for path, data in built.files.items() if path.endswith(".css"))


def _warnings(built: Built) -> list[str]:
    return [str(note) for note in built.plan.notes if note.level == "warning"]


def _fault(files: dict[str, bytes]) -> str:
    with pytest.raises(InvalidProjectError) as caught:
        _built(files)
    return str(caught.value)


def test_tailwind_4_makes_rules_of_what_the_sources_name() -> None:
    """Pages, scripts and other styles: with a theme, utilities of its own, and what it applies."""
    style = """
        @import "tailwindcss";
        @import "./more/parts.css";
        @source inline("italic");
        @source not "./unused.ts";
        @custom-variant dark (&:is(.dark *));
        @utility tall-* { height: --value(integer)px; }
        @theme { --color-lamp: rgb(1 2 3); --font-game: "Pixel", monospace; }
        .button { @apply bg-lamp px-4; padding-top: --spacing(3); }
    """
    files = _project(
        style,
        TAILWIND_4,
        "document.body.className = 'font-game dark:underline tall-7'",
        **{
            "src/more/parts.css": ".part { @apply text-lamp; background: url('./dot.svg') }",
            "src/more/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'>" + " " * 5_000 + "</svg>",
            "src/unused.ts": "'line-through'",
            "vite.config.ts": "import tailwindcss from '@tailwindcss/vite';\n"
            "export default { plugins: [tailwindcss()] }",
        },
    )
    built = _built(files)
    made = _style(built)
    for rule in (
        r".mt-\[7px\]{margin-top:7px}",
        "--color-amber-300:",
        "--color-lamp:#010203",
        ".italic{font-style:italic}",
        ".font-game{font-family:var(--font-game)}",
        ".tall-7{height:7px}",
        ".button{background-color:var(--color-lamp);",
        ".part{color:var(--color-lamp)",
        r".dark\:underline:is(.dark *){",
    ):
        assert rule in made
    assert "line-through" not in made
    assert "@apply" not in made
    assert any("dot-" in path for path in built.files)
    assert _warnings(built) == []


def test_tailwind_4_by_postcss_in_components() -> None:
    """A component refers to the theme of a style that is elsewhere."""
    files = _project(
        '@import "tailwindcss"; @theme { --color-lamp: rgb(1 2 3) }',
        {"tailwindcss": "4", "@tailwindcss/postcss": "4"},
        "import V from './V.vue'; V()",
        **{
            "src/V.vue": "<template><b class='w-[3px]'/></template><style scoped>"
            "@reference './style.css'; b { @apply text-lamp } </style>",
            "postcss.config.mjs": "export default { plugins: { '@tailwindcss/postcss': {} } }",
        },
    )
    built = _built(files)
    made = _style(built)
    assert "{color:var(--color-lamp," in made or "{color:var(--color-lamp)" in made
    assert r".w-\[3px\]{width:3px}" in made
    assert _warnings(built) == []


def test_plug_ins_of_tailwind_that_are_its_own() -> None:
    """The usual ones are here; a configuration that Tailwind 4 is told of is read."""
    config = """
        const colors = require("tailwindcss/colors");
        module.exports = { theme: { extend: { colors: { sea: "#0a1b2c", rose: colors.red } } } };
    """
    style = """
        @import "tailwindcss";
        @plugin "@tailwindcss/typography";
        @plugin "@tailwindcss/forms" { strategy: "class"; }
        @config "../tailwind.config.js";
    """
    main = "document.body.className = 'prose form-input animate-in text-sea text-rose-500'"
    files = _project(style, TAILWIND_4, main, **{"tailwind.config.js": config})
    built = _built(files)
    for rule in (".prose{", ".form-input{", ".text-sea{color:#0a1b2c", ".text-rose-500{color:"):
        assert rule in _style(built)
    assert _warnings(built) == []


def test_tailwind_3_with_a_configuration_that_is_read() -> None:
    """As its makers write it: lists of Tailwind's own, a theme, plug-ins, and PostCSS around it."""
    config = """
        import type { Config } from "tailwindcss";
        import { fontFamily } from "tailwindcss/defaultTheme";
        import animate from "tailwindcss-animate";
        const brand = { sea: "#0a1b2c" };
        const config: Config = {
          darkMode: ["class"],
          content: ["./index.html", "./src/**/*.{ts,tsx}"],
          safelist: ["italic", { pattern: /^opacity-(5|10)$/ }],
          theme: {
            container: { center: true },
            extend: {
              colors: { ...brand, border: "hsl(var(--border))" },
              fontFamily: { sans: ["Pixel", ...fontFamily.sans] },
              keyframes: { sway: { to: { rotate: "3deg" } } },
              animation: { sway: "sway 2s" },
            },
          },
          plugins: [animate, require("@tailwindcss/typography")],
        };
        export default config;
    """
    files = _project(
        "@tailwind base;\n@tailwind components;\n@tailwind utilities;\n"
        "@layer components { .button { @apply bg-sea px-4; .inner & { top: theme('spacing.3') } } }"
        ".blur { user-select: none }",
        TAILWIND_3,
        "document.body.className = 'border-border animate-sway prose animate-in button font-sans'",
        **{
            "tailwind.config.ts": config,
            "postcss.config.js": "export default { plugins: { 'tailwindcss/nesting': {}, "
            "tailwindcss: {}, autoprefixer: {} } }",
            ".browserslistrc": "safari 15",
        },
    )
    built = _built(files)
    made = _style(built)
    for rule in (
        r".mt-\[7px\]{margin-top:7px}",
        ".text-amber-300{",
        "252 211 77",
        ".italic{font-style:italic}",
        ".opacity-10{opacity:.1}",
        "font-family:Pixel,ui-sans-serif",
        ".border-border{border-color:hsl(var(--border))",
        "animation:2s sway",
        ".button{",
        "rgb(10 27 44",
        ".inner .button{top:.75rem}",
        ".prose{",
        "--tw-enter-opacity",
        "-webkit-user-select:none",
    ):
        assert rule in made, rule
    assert "@apply" not in made
    assert "@tailwind" not in made
    assert _warnings(built) == []


def test_what_is_computed_is_named() -> None:
    """In one warning for each configuration; the rest is followed."""
    config = """
        const plugin = require("tailwindcss/plugin");
        module.exports = {
          content: ["./src/**/*.ts", "../../../etc/*", "./{..,src}/../../x"],
          theme: { extend: { colors: { sea: "#0a1b2c", sky: process.env.SKY } } },
          plugins: [plugin(({ addBase }) => addBase({})), require("daisyui"), require("./own")],
        };
    """
    files = _project(
        "@tailwind utilities;",
        TAILWIND_3,
        "document.body.className = 'text-sea text-sky'",
        **{
            "tailwind.config.js": config,
            "own.js": "throw 1",
            "postcss.config.cjs": "module.exports = { plugins: [require('tailwindcss'), "
            "require('postcss-preset-env')({ stage: 1 })] }",
        },
    )
    built = _built(files)
    assert ".text-sea{" in _style(built)
    assert "text-sky" not in _style(built)
    told = {warning.partition(":")[0]: warning for warning in _warnings(built)}
    for name in ("theme.extend.colors.sky", "tailwindcss/plugin", "daisyui", "./own", "etc/*"):
        assert name in told["tailwind.config.js"]
    assert "postcss-preset-env" in told["postcss.config.cjs"]
    assert len(told) == 2


FAULTS: dict[str, tuple[dict[str, bytes], str, str]] = {
    "nothing names it": (_project("@tailwind base;", {}), "src/style.css", "add tailwindcss to"),
    "too old": (
        _project("@tailwind base;", {"tailwindcss": "^2.2.0"}),
        "src/style.css",
        "Tailwind 2 is not run here",
    ),
    "a class that is not there": (
        _project('@import "tailwindcss";\n.a { @apply no-such-class; }', TAILWIND_4),
        "src/style.css:2:13",
        "no-such-class",
    ),
    "one that is not there in 3": (
        _project("@tailwind utilities;\n.a { @apply no-such-class; }", TAILWIND_3),
        "src/style.css:2:6",
        "no-such-class",
    ),
    "a plug-in of the project": (
        _project('@import "tailwindcss";\n@plugin "./own.js";', TAILWIND_4, **{"src/own.js": ""}),
        "src/style.css:2:10",
        "@utility",
    ),
    "a configuration that 3 would run": (
        _project("@config '../own.js';\n@tailwind utilities;", TAILWIND_3, **{"own.js": ""}),
        "src/style.css:1:1",
        "@config",
    ),
    "a style that is not there": (
        _project('@import "tailwindcss";\n@import "./gone.css";', TAILWIND_4),
        "src/style.css:2:9",
        "“./gone.css”: there is no such file",
    ),
    "sass": (
        _project("", TAILWIND_4, "import './b.scss'", **{"src/b.scss": ".a { @apply flex }"}),
        "src/b.scss",
        "does not go with Sass",
    ),
}


@pytest.mark.parametrize(("files", "place", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_its_place(files: dict[str, bytes], place: str, told: str) -> None:
    """File, line and column, and what to do."""
    message = _fault(files)
    assert place in message
    assert told in message
    assert "web/project" not in message


def test_nothing_outside_of_the_project_is_read(tmp_path: Path) -> None:
    """Neither for classes nor as a style, wherever a style or a configuration points."""
    (tmp_path / "a.html").write_text('<p class="text-[#badbad]">')
    (tmp_path / "a.css").write_text(".badbad { color: red }")
    for source in (f'"{tmp_path}/*.html"', f'"../../../../../../..{tmp_path}"'):
        built = _built(_project(f'@import "tailwindcss"; @source {source};', TAILWIND_4))
        assert "badbad" not in _style(built)
        assert any("leads out of the project" in warning for warning in _warnings(built))
    built = _built(
        _project(
            "@tailwind utilities;",
            TAILWIND_3,
            **{"tailwind.config.js": f"module.exports = {{ content: ['{tmp_path}/*.html'] }}"},
        )
    )
    assert "badbad" not in _style(built)
    message = _fault(_project(f'@import "tailwindcss"; @import "{tmp_path}/a.css";', TAILWIND_4))
    assert "outside of the project" in message


def test_no_list_of_browsers_is_loaded(tmp_path: Path) -> None:
    """A list may name packages that hold others: these would be run."""
    trace = tmp_path / "trace"
    run = f"require('node:fs').writeFileSync({json.dumps(str(trace))}, 'run')"
    package: dict[str, Any] = {
        "devDependencies": {"autoprefixer": "^10"},
        "browserslist": ["extends browserslist-config-own", "safari 15", "> 1% in own stats"],
        "postcss": {"plugins": {"autoprefixer": {}}},
    }
    files = _project(
        ".a { user-select: none }",
        {},
        **{
            "package.json": json.dumps(package),
            "node_modules/browserslist-config-own/index.js": run,
            "node_modules/own/package.json": "{}",
        },
    )
    built = _built(files)
    assert not trace.exists()
    assert "-webkit-user-select" in _style(built)
    assert any("lists of browsers" in warning for warning in _warnings(built))
