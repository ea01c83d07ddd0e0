/** What a configuration exports, as far as it stands in its text; nothing of it is run. */
import { readFileSync } from "node:fs";
import { parseSync } from "vite";
import { ComputedError, StaticValues } from "./static-values.mjs";

const MOST_BYTES = 256 << 10;

/**
 * The value that a module exports, with a {@link ComputedError} in place of each part that is computed.
 *
 * @param file The module.
 * @param known What packages export whose values are known: called with a module and a name in it.
 * @throws ComputedError Nothing of it is known.
 */
export function readStatic(file, known = undefined) {
  const code = readFileSync(file, "utf8");
  if (code.length > MOST_BYTES) throw new ComputedError("too large");
  const { program, errors } = parseSync(file, code, { astType: "ts" });
  if (errors.length) throw new ComputedError("broken");
  const values = new StaticValues(program, file, known);
  return values.of(exported(program, values));
}

/** The expression of what a configuration exports, through functions that do nothing but return it. */
function exported(program, values) {
  let node = program.body.find(({ type }) => type === "ExportDefaultDeclaration")?.declaration ?? commonJs(program);
  for (let steps = 0; steps < 8; steps++) {
    if (node?.type === "Identifier" && values.constants.has(node.name)) node = values.constants.get(node.name);
    else if (node?.type === "CallExpression" && node.callee.name === "defineConfig") [node] = node.arguments;
    else if (/^(TSAs|TSSatisfies|Parenthesized)Expression$/.test(node?.type ?? "")) node = node.expression;
    else if (/Function/.test(node?.type ?? ""))
      node = node.body.type === "BlockStatement" ? returned(node.body, values) : node.body;
    else break;
  }
  return node;
}

function commonJs(program) {
  return program.body.find(
    ({ expression }) => expression?.type === "AssignmentExpression" && expression.left.object?.name === "module",
  )?.expression.right;
}

function returned(block, values) {
  for (const statement of block.body) {
    if (statement.type === "VariableDeclaration" && statement.kind === "const") {
      for (const { id, init } of statement.declarations)
        if (id.type === "Identifier") values.constants.set(id.name, init);
    }
  }
  return block.body.find(({ type }) => type === "ReturnStatement")?.argument;
}

export function isRecord(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
}

/** Whether JSON could hold it. */
export function isPlain(value) {
  if (Array.isArray(value)) return value.every(isPlain);
  if (isRecord(value)) return Object.values(value).every(isPlain);
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

export function texts(value) {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}
