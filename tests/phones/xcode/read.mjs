// Prints what npm's `xcode` finds in a project: node read.mjs project.pbxproj
import xcode from "xcode";

const project = xcode.project(process.argv[2]).parseSync();
const names = (section) => Object.entries(project.hash.project.objects[section] ?? {}).filter(([key]) => !key.endsWith("_comment"));
const unquoted = (text) => String(text).replace(/^"|"$/g, "");
const target = project.getFirstTarget();
console.log(
  JSON.stringify({
    target: unquoted(target.firstTarget.name),
    product: unquoted(project.productName),
    sources: project.pbxSourcesBuildPhaseObj(target.uuid).files.map((file) => unquoted(file.comment)),
    resources: project.pbxResourcesBuildPhaseObj(target.uuid).files.map((file) => unquoted(file.comment)),
    files: names("PBXFileReference").map(([, file]) => unquoted(file.path)),
    settings: names("XCBuildConfiguration").map(([, one]) => one.buildSettings),
  }),
);
