// Answers what the package's rules say of what standard input asks, as JSON: tests compare that with Python's rules.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { namePattern } from "../../../web/client/dist/project/globs.js";
import { HomeRule } from "../../../web/client/dist/project/home-rule.js";
import { readPatterns } from "../../../web/client/dist/project/ignore-patterns.js";
import { fold, objectionsTo, objectionTo } from "../../../web/client/dist/project/paths.js";
import { isScanned, SecretScanner } from "../../../web/client/dist/project/secret-scanner.js";
import { tarParts } from "../../../web/client/dist/push/tar.js";

const answers = {
  paths: (paths) => paths.map((path) => objectionTo(path) !== null),
  projects: (projects) => projects.map((paths) => objectionsTo(paths).length > 0),
  folds: (texts) => texts.map(fold),
  globs: (pairs) => pairs.map(([pattern, name]) => namePattern(pattern)(name)),
  home: (cases) => cases.map(({ lines, paths }) => judged(lines, paths)),
  secrets: (files) => files.map(({ path, blocks }) => secretIn(path, blocks)),
  tar: async (contents) => (await tarOf(contents)).toString("base64"),
};

function judged(lines, paths) {
  let rule;
  try {
    rule = new HomeRule(readPatterns(Buffer.from(lines, "base64")));
  } catch (error) {
    return error.code;
  }
  return paths.map((path) => {
    const found = rule.staysHome(path);
    return {
      code: found?.code ?? null,
      path: found?.path ?? null,
      asked: rule.asksFor(path),
    };
  });
}

function secretIn(path, blocks) {
  if (!isScanned(path)) return null;
  const scanner = new SecretScanner(path);
  for (const block of blocks) scanner.feed(new Uint8Array(Buffer.from(block, "base64")));
  return scanner.secret?.found ?? null;
}

async function tarOf(contents) {
  const entries = contents.map((text) => {
    const content = new Uint8Array(Buffer.from(text, "base64"));
    return {
      name: createHash("sha256").update(content).digest("hex"),
      size: content.length,
      content,
    };
  });
  return Buffer.from(await new Blob(tarParts(entries)).arrayBuffer());
}

const [question, given] = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await answers[question](given)));
