/** The decisions of the components that need no browser, on the package as it is built. */
import assert from "node:assert/strict";
import { test } from "node:test";

const built = (name) => import(new URL(`../../../web/components/dist/${name}.js`, import.meta.url));
const { failureOf } = await built("failure");
const { formatFor } = await built("format");
const { legible } = await built("legible");
const { worthSaying } = await built("announcing");
const { pieces, passes } = await built("log/log-filter");
const { languageOf, formatTag } = await built("messages/catalogue");

test("a failure is taken apart into places, messages and code", () => {
  const failure = failureOf(
    [
      "2 things have to be changed before this project can be exported:",
      '- scripts/main.ts:3:7: expected ";"',
      "    3 | const speed = 4 4",
      "- my scenes/main.json $.entities[3].parentId: no such entity: 'hero'",
      "… and 3 more",
    ].join("\n"),
  );
  assert.equal(failure.lead, "2 things have to be changed before this project can be exported:");
  assert.deepEqual(failure.findings, [
    {
      place: { file: "scripts/main.ts", line: 3, column: 7, path: null },
      message: 'Expected ";"',
      code: "3 | const speed = 4 4",
    },
    {
      place: { file: "my scenes/main.json", line: null, column: null, path: "$.entities[3].parentId" },
      message: "No such entity: 'hero'",
      code: "",
    },
  ]);
  assert.equal(failure.rest, "… and 3 more");
});

test("a failure of one file, and one of none", () => {
  assert.deepEqual(failureOf("package.json: it has no name").findings, [
    { place: { file: "package.json", line: null, column: null, path: null }, message: "It has no name", code: "" },
  ]);
  assert.deepEqual(failureOf("the packager stopped"), { lead: "The packager stopped", findings: [], rest: "" });
});

test("a screen reader hears of ten percent after ten seconds, and of the end at once", () => {
  const said = { status: "building", percent: 20, at: 0 };
  assert.equal(worthSaying(said, "building", 45, 9_999, false), false);
  assert.equal(worthSaying(said, "building", 29, 60_000, false), false);
  assert.equal(worthSaying(said, "building", 30, 10_000, false), true);
  assert.equal(worthSaying(said, "packaging", 20, 5_000, false), false);
  assert.equal(worthSaying(said, "packaging", 20, 10_000, false), true);
  assert.equal(worthSaying(said, "completed", 100, 1, true), true);
});

test("numbers are written as each language has them", () => {
  const [english, portuguese] = ["en", "pt-BR"].map(formatFor);
  assert.equal(english.bytes(14_812_345), "14.8 MB");
  assert.equal(portuguese.bytes(14_812_345), "14,8 MB");
  assert.equal(english.bytes(999), "999 byte");
  assert.equal(english.percent(99.9), "99%");
  assert.equal(english.range(130, 245), "2–4 min");
  assert.equal(english.range(61, 63), "60–65 sec");
  assert.equal(english.range(3, 4), "5 sec");
  assert.equal(english.duration(3_725), "1 hr 2 min");
  assert.equal(english.countdown(7.2), "0:08");
  assert.equal(english.countdown(3_723), "1:02:03");
});

test("what cannot be seen is shown, and terminal colours are not", () => {
  assert.equal(legible("\u001b[32mok\u001b[39m\r\nexe\u202egnp.\u0000"), "ok\nexe‹U+202E›gnp.‹U+0000›");
});

test("a search finds every place, in any case, and changes no text", () => {
  assert.deepEqual(pieces("Packed a pack", "PACK"), ["", "Pack", "ed a ", "pack", ""]);
  assert.deepEqual(pieces("(a+)+", "(a"), ["", "(a", "+)+"]);
  assert.equal(pieces("İstanbul", "i").join(""), "İstanbul");
  const line = { type: "log", line: { seq: 1, ts: "", level: "notice", message: "Packed" } };
  assert.equal(passes(line, { levels: new Set(["info"]), search: "pack" }), true);
  assert.equal(passes(line, { levels: new Set(["error"]), search: "" }), false);
  assert.equal(passes({ type: "gap", from: 1, to: 2 }, { levels: new Set(), search: "x" }), true);
});

test("every kind of Portuguese reads Portuguese; dates keep to the reader's country", () => {
  assert.deepEqual(["pt", "pt-PT", "PT-br", "ptx", "de", ""].map(languageOf), [
    "pt-BR",
    "pt-BR",
    "pt-BR",
    "en",
    "en",
    "en",
  ]);
  assert.deepEqual(["en-GB", "pt-PT", "fr", "nonsense!"].map(formatTag), ["en-GB", "pt-PT", "en", "en"]);
});
