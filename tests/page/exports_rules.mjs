// Answers what the page's modules about exports make of what standard input asks, as JSON: tests compare that with Python's.

import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import jsQR from "../../web/node_modules/jsqr/dist/jsQR.js";
import { runnerImport } from "../../web/node_modules/vite/dist/node/index.js";

const SOURCES = new URL("../../web/page/src/exports/", import.meta.url);

const CLIENT = fileURLToPath(new URL("../../web/client/src/index.node.ts", import.meta.url));

async function load(path) {
  const resolve = { alias: { "@aethel/export-client": CLIENT } };
  return (await runnerImport(fileURLToPath(new URL(path, SOURCES)), { logLevel: "error", resolve })).module;
}

const answers = {
  /** For each `[platform, option, input]`: the value that is sent, null where it is the default; or the problem. */
  async readings(asked) {
    const { fieldsOf } = await load("options/fields.ts");
    const { readInput } = await load("options/validation.ts");
    return asked.map(([platform, option, input]) =>
      readInput(
        fieldsOf(platform).find(({ name }) => name === option),
        input,
      ),
    );
  },

  /** The groups of options, for each list of platforms. */
  async groups(asked) {
    const { groupFields } = await load("options/groups.ts");
    return asked.map((platforms) =>
      groupFields(platforms).map(({ platforms, fields }) => [platforms, fields.map(({ name }) => name)]),
    );
  },

  /** What is chosen after each step: platforms as they are offered from then on, or the name of one that somebody chooses or leaves. */
  async choices(steps) {
    const { FormModel } = await load("form/form-model.ts");
    const model = new FormModel([]);
    return steps.map((step) => {
      if (typeof step === "string") model.toggle(step);
      else model.offer(step);
      return { chosen: [...model.chosen], isAwaited: model.isAwaited };
    });
  },

  /** The platforms that lack a key, for each `[platform, configuration, format]`; an empty format is the default. */
  async unsigned(asked) {
    const { FormModel } = await load("form/form-model.ts");
    const { fieldsOf } = await load("options/fields.ts");
    return asked.map(([platform, configuration, format]) => {
      const model = new FormModel([platform]);
      model.toggle(platform.platform);
      model.configuration = configuration;
      model.enter(
        fieldsOf(platform).find(({ name }) => name === "format"),
        format,
      );
      return model.unsigned;
    });
  },

  async commands([projectId, requests]) {
    const { commandLines } = await load("form/command-line.ts");
    return commandLines(projectId, requests);
  },

  /** What is left of presets that something else has written into the store. */
  async presets(texts) {
    const { Presets } = await load("form/presets.ts");
    return texts.map((text) => new Presets("game", { getItem: () => text, setItem() {} }).all());
  },

  /** Sizes by type and differences, for each pair of the members now and before. */
  async changes(pairs) {
    const { changesBetween, sizesByType } = await load("sizes/comparison.ts");
    return pairs.map(([now, before]) => ({ types: sizesByType(now, before), changes: changesBetween(now, before) }));
  },

  /** The text of a QR code, in pixels as RGBA. */
  scan([pixels, width, height]) {
    return jsQR(new Uint8ClampedArray(Buffer.from(pixels, "base64")), width, height)?.data ?? null;
  },

  /** What the form for films offers, and what each choice stands for. */
  async filmForm() {
    const { CHOICES, FIELDS, PRESETS, choose } = await load("film/film-fields.ts");
    return {
      presets: PRESETS,
      fields: FIELDS,
      wishes: Object.fromEntries(CHOICES.map((one) => [one, choose({}, one)])),
    };
  },

  /** For each `[wish, choice]`: the wish with that choice, which one that is, and what no field asks for. */
  async filmChoices(pairs) {
    const { choiceOf, choose, restOf } = await load("film/film-fields.ts");
    return pairs.map(([before, choice]) => {
      const wish = choose(before, choice);
      return { wish, choice: choiceOf(wish), rest: restOf(wish, choice) };
    });
  },

  /** For each `[wish, field, text]`: the wish once that is typed. */
  async filmReadings(typed) {
    const { FIELDS, read, withValue } = await load("film/film-fields.ts");
    return typed.map(([wish, name, text]) =>
      withValue(
        wish,
        name,
        read(
          FIELDS.find((field) => field.name === name),
          text,
        ),
      ),
    );
  },

  async texts([texts, language]) {
    const { serverText } = await load("messages/server-texts.ts");
    return texts.map((text) => serverText(text, language));
  },
};

const [question, given] = await json(process.stdin);
console.log(JSON.stringify(await answers[question](given)));
