/**
 * The value of an expression, as far as it stands in the text: nothing of a project is run to learn it.
 *
 * Followed are literals, templates, objects, arrays and parts of them, constants of the same file, and the few calls by which configurations name folders:
 * `resolve`, `join`, `dirname`, `fileURLToPath`, `new URL(…, import.meta.url)`.
 */
import { dirname, join, resolve } from "node:path";

const MOST_STEPS = 20_000;
const MOST_DEPTH = 64;

/** Thrown where the value cannot be known without running the code. */
export class ComputedError extends Error {}

/** What a plugin, or another call, was written as; its options are read where somebody wants them. */
export class Call {
  constructor(name, options) {
    this.name = name;
    this.options = options;
  }
}

/** Evaluates expressions of one module; `file` is where it lies, `known` what packages export as far as that is known. */
export class StaticValues {
  constructor(program, file, known = undefined) {
    this.file = file;
    this.known = known;
    this.imports = new Map(); // local name -> [module, name there]
    this.constants = new Map();
    this.steps = 0;
    for (const node of program.body) this.#declare(node);
  }

  /** The value, with a {@link ComputedError} in place of each part that is computed. */
  of(node, depth = 0) {
    if (++this.steps > MOST_STEPS || depth > MOST_DEPTH) throw new ComputedError("too large");
    const value = (inner) => this.of(inner, depth + 1);
    const text = (inner) => {
      const found = value(inner);
      if (typeof found === "string" || typeof found === "number") return String(found);
      throw new ComputedError("no text");
    };
    switch (node?.type) {
      case "Literal":
        if (node.regex) return new RegExp(node.regex.pattern, node.regex.flags);
        return node.value;
      case "TemplateLiteral":
        return node.quasis
          .map((part, n) => part.value.cooked + (n < node.expressions.length ? text(node.expressions[n]) : ""))
          .join("");
      case "BinaryExpression":
        if (node.operator === "+") return text(node.left) + text(node.right);
        throw new ComputedError(node.operator);
      case "UnaryExpression":
        if (node.operator === "!") return !value(node.argument);
        if (node.operator === "-") return -value(node.argument);
        throw new ComputedError(node.operator);
      case "ArrayExpression":
        return node.elements.flatMap((element) => this.#element(element, depth));
      case "ObjectExpression":
        return this.#object(node, depth);
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
      case "ParenthesizedExpression":
        return value(node.expression);
      case "AwaitExpression":
        return value(node.argument);
      case "Identifier":
        return this.#named(node.name, depth);
      case "MemberExpression":
        return this.#member(node, depth);
      case "NewExpression":
        if (node.callee.name === "URL") return new URL(text(node.arguments[0]), this.#base(node.arguments[1]));
        throw new ComputedError("new");
      case "CallExpression":
        return this.#call(node, depth, value);
      default:
        throw new ComputedError(node?.type ?? "nothing");
    }
  }

  /** The module and the name there that a local name stands for. */
  source(name) {
    return this.imports.get(name);
  }

  #declare(node) {
    if (node.type === "ExportNamedDeclaration" && node.declaration) return this.#declare(node.declaration);
    if (node.type === "ImportDeclaration") {
      for (const { local, imported, type } of node.specifiers) {
        this.imports.set(local.name, [
          node.source.value,
          type === "ImportSpecifier" ? (imported.name ?? imported.value) : "default",
        ]);
      }
    }
    if (node.type === "VariableDeclaration" && node.kind === "const") {
      for (const { id, init } of node.declarations) {
        const required = requiredModule(init);
        const part = init?.type === "MemberExpression" ? (init.property.name ?? init.property.value) : "default";
        if (required && id.type === "Identifier") this.imports.set(id.name, [required, part]);
        else if (required && id.type === "ObjectPattern") {
          for (const { key, value } of id.properties)
            if (key && value?.name) this.imports.set(value.name, [required, key.name]);
        } else if (id.type === "Identifier") this.constants.set(id.name, init);
      }
    }
    return undefined;
  }

  /** The items that an element of an array stands for. */
  #element(node, depth) {
    if (node?.type !== "SpreadElement") return [this.#part(node, depth)];
    const spread = this.#part(node.argument, depth);
    if (!Array.isArray(spread)) return [new ComputedError("spread")];
    this.#count(spread.length);
    return spread;
  }

  #count(steps) {
    this.steps += steps;
    if (this.steps > MOST_STEPS) throw new ComputedError("too large");
  }

  #part(node, depth) {
    if (!node) return new ComputedError("nothing");
    try {
      return this.of(node, depth + 1);
    } catch (error) {
      if (error instanceof ComputedError) return error;
      throw error;
    }
  }

  #object(node, depth) {
    const made = Object.create(null); // a key may be `__proto__`
    for (const property of node.properties) {
      if (property.type === "SpreadElement") this.#spread(made, this.#part(property.argument, depth));
      else if (property.type !== "Property" || property.computed) made["…"] = new ComputedError("a computed name");
      else made[property.key.name ?? String(property.key.value)] = this.#part(property.value, depth);
    }
    return made;
  }

  #spread(made, value) {
    if (!isData(value) || Array.isArray(value)) {
      made["…"] = new ComputedError("spread");
      return;
    }
    this.#count(Object.keys(value).length);
    for (const [key, inner] of Object.entries(value)) made[key] = inner;
  }

  #named(name, depth) {
    if (name === "undefined") return undefined;
    if (name === "__dirname") return dirname(this.file);
    if (name === "__filename") return this.file;
    if (this.imports.has(name)) return this.#exported(...this.imports.get(name));
    if (!this.constants.has(name)) throw new ComputedError(name);
    return this.of(this.constants.get(name), depth + 1);
  }

  /** What a package exports, where that is known. */
  #exported(module, name) {
    const value = this.known?.(module, name);
    if (value === undefined) throw new ComputedError(module);
    return value;
  }

  #member(node, depth) {
    const { object, property, computed } = node;
    if (object.type === "MetaProperty") {
      if (property.name === "dirname") return dirname(this.file);
      if (property.name === "filename") return this.file;
      if (property.name === "url") return new URL(`file://${this.file}`);
    }
    const [key] = computed ? [this.of(property, depth + 1)] : [property.name];
    const value = this.of(object, depth + 1);
    if (isData(value) && (typeof key === "string" || typeof key === "number") && Object.hasOwn(value, key))
      return value[key];
    throw new ComputedError("a property");
  }

  #base(node) {
    const base = node && this.of(node);
    if (base instanceof URL) return base;
    throw new ComputedError("no base");
  }

  #call(node, depth, value) {
    const called = node.callee.type === "MemberExpression" ? node.callee.property.name : node.callee.name;
    const required = requiredModule(node);
    if (required) return this.#exported(required, "default");
    const options = () => (node.arguments.length ? this.#part(node.arguments[0], depth) : undefined);
    const factory = this.known && requiredModule(node.callee);
    if (factory) return new Call(factory, options());
    const paths = () => node.arguments.map((argument) => String(value(argument)));
    if (node.callee.type === "MemberExpression" && node.callee.object.name === "process" && called === "cwd")
      return dirname(this.file);
    const [module] = this.source(node.callee.object?.name ?? called) ?? [];
    if (/^(node:)?(path|url)$/.test(module ?? "")) {
      if (called === "resolve") return resolve(dirname(this.file), ...paths());
      if (called === "join") return join(...paths());
      if (called === "dirname") return dirname(paths()[0]);
      if (called === "fileURLToPath") {
        const url = value(node.arguments[0]);
        if (url instanceof URL && url.protocol === "file:") return decodeURIComponent(url.pathname);
      }
      throw new ComputedError(called);
    }
    if (called === "defineConfig") return value(node.arguments[0]);
    if (module && node.callee.type === "Identifier") {
      return new Call(module, options());
    }
    throw new ComputedError(called ?? "a call");
  }
}

/** Whether it is an object or an array that holds data, and nothing that has a meaning of its own. */
function isData(value) {
  if (typeof value !== "object" || value === null) return false;
  return [null, Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));
}

/** The module of a `require("…")`. */
function requiredModule(node) {
  const inner = node?.type === "MemberExpression" ? node.object : node;
  if (inner?.type !== "CallExpression" || inner.callee.name !== "require") return undefined;
  const [argument] = inner.arguments;
  return typeof argument?.value === "string" ? argument.value : undefined;
}
