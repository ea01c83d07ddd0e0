/**
 * Writes `dist/custom-elements.json`, the manifest by which editors and documentation tools know the elements: `node manifest.mjs`.
 *
 * It is read from the sources: the reactive properties, their comments, and the tags `@fires`, `@slot`, `@csspart` and `@cssprop`.
 *
 * Source: the custom elements manifest, schema version 1.0.0.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const HERE = dirname(fileURLToPath(import.meta.url));
const BASE = "element.ts";

const elements = elementsOf("index.ts").map(([tag, path]) => declarationOf(tag, path));
const manifest = { schemaVersion: "1.0.0", readme: "README.md", modules: elements.map(moduleOf) };
writeFileSync(join(HERE, "dist/custom-elements.json"), `${JSON.stringify(manifest, null, 2)}\n`);

function parsed(path) {
  return ts.createSourceFile(path, readFileSync(join(HERE, "src", path), "utf8"), ts.ScriptTarget.ES2022, true);
}

/** Which tag is made of which module: what `index.ts` exports, by the name that it gives. */
function elementsOf(path) {
  const source = parsed(path);
  const paths = new Map();
  let tags = [];
  ts.forEachChild(source, (node) => {
    if (ts.isImportDeclaration(node)) {
      for (const { name } of node.importClause.namedBindings.elements) paths.set(name.text, node.moduleSpecifier.text);
    }
    if (ts.isVariableStatement(node) && node.declarationList.declarations[0].name.text === "ELEMENTS") {
      const literal = node.declarationList.declarations[0].initializer.expression;
      tags = literal.properties.map((each) => [each.name.text, each.initializer.text]);
    }
  });
  return tags.map(([tag, name]) => [tag, posix.normalize(paths.get(name)).replace(/\.js$/, ".ts")]);
}

function declarationOf(tagName, path) {
  const own = classOf(path);
  const classes = [own, classOf(BASE)];
  const properties = classes.flatMap(propertiesOf);
  return {
    path,
    kind: "class",
    customElement: true,
    name: own.name.text,
    tagName,
    description: commentOf(own),
    attributes: properties.filter(({ attribute }) => attribute).map(attributeOf),
    members: [...properties.map(fieldOf), ...methodsOf(own)],
    events: tagsOf(classes, "fires").map((event) => ({ ...event, type: { text: "CustomEvent" } })),
    slots: tagsOf(classes, "slot").map(({ name, description }) => ({ name: name === "-" ? "" : name, description })),
    cssParts: tagsOf(classes, "csspart"),
    cssProperties: tagsOf(classes, "cssprop"),
  };
}

function moduleOf({ path, ...declaration }) {
  const file = `dist/${path.replace(/\.ts$/, ".js")}`;
  const of = { name: declaration.name, module: file };
  return {
    kind: "javascript-module",
    path: file,
    declarations: [declaration],
    exports: [
      { kind: "js", name: declaration.name, declaration: of },
      { kind: "custom-element-definition", name: declaration.tagName, declaration: of },
    ],
  };
}

function classOf(path) {
  return parsed(path).statements.find(ts.isClassDeclaration);
}

/** The public reactive properties; `attribute` is null where there is none. */
function propertiesOf(owner) {
  const declared = owner.members.find((member) => member.name?.getText() === "properties");
  return declared.initializer.properties.flatMap((property) => {
    const name = property.name.text;
    const options = new Map(property.initializer.properties.map((each) => [each.name.text, each.initializer]));
    if (options.has("state")) return [];
    const field = owner.members.find((member) => ts.isPropertyDeclaration(member) && member.name.getText() === name);
    const given = options.get("attribute");
    const attribute = given === undefined ? name.toLowerCase() : ts.isStringLiteral(given) ? given.text : null;
    return [{ name, attribute, type: { text: field.type.getText() }, description: commentOf(field) }];
  });
}

function attributeOf({ name, attribute, type, description }) {
  return { name: attribute, fieldName: name, type, description };
}

function fieldOf({ name, attribute, type, description }) {
  return { kind: "field", name, type, description, ...(attribute ? { attribute } : {}) };
}

/** What is public of the methods and getters: all that has a comment, and is neither protected nor an override. */
function methodsOf(owner) {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;
  return owner.members
    .filter((member) => ts.isMethodDeclaration(member) || ts.isGetAccessorDeclaration(member))
    .filter((member) => !ts.isPrivateIdentifier(member.name) && !(ts.getCombinedModifierFlags(member) & hidden))
    .map((member) => {
      const described = { name: member.name.getText(), description: commentOf(member) };
      if (ts.isMethodDeclaration(member)) return { kind: "method", ...described };
      return { kind: "field", ...described, readonly: true, type: { text: member.type.getText() } };
    });
}

function commentOf(node) {
  return plain(ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment) ?? "");
}

function tagsOf(owners, tag) {
  return owners.flatMap((owner) =>
    ts
      .getJSDocTags(owner)
      .filter(({ tagName }) => tagName.text === tag)
      .map((found) => {
        const [, name, description] = /^(\S+)(?: - |\s+)?(.*)$/s.exec(plain(ts.getTextOfJSDocComment(found.comment)));
        return { name, description };
      }),
  );
}

/** A comment in one line, without the braces of links. */
function plain(text) {
  return text
    .replace(/\{@link (\w+)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
