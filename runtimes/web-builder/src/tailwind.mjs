/**
 * Tailwind is run in our own release of the major version that a project names: nothing of the project's own packages is.
 *
 * Which one it is stands in package.json; styles say only that it is used.
 */
import { tailwind3 } from "./tailwind-3.mjs";
import { tailwind4 } from "./tailwind-4.mjs";

const OF_4 = ["@tailwindcss/vite", "@tailwindcss/postcss"];
const USED = /@tailwind\s|@apply\s|@import\s+(?:url\()?["']tailwindcss/;
const STYLE = /\.(?:css|pcss|postcss|scss|sass|less)(?:$|\?)/;

/**
 * What a build needs for Tailwind.
 *
 * @param job What it is asked for.
 * @param options What the configuration of PostCSS says of it.
 * @param root Where the pages are.
 * @param messages Told what of a configuration is not followed.
 * @returns Plug-ins of Vite's, and plug-ins of PostCSS.
 */
export async function tailwind(job, options, root, messages) {
  const major = majorOf(job.wanted);
  if (major === "4") return { plugins: [await tailwind4({ project: job.project, root, messages })], postcss: [] };
  if (major === "3") return { plugins: [], postcss: tailwind3(job.project, root, options, messages) };
  return { plugins: [refusing(major, messages)], postcss: [] };
}

/** The major version; "" where none is named. */
function majorOf(wanted) {
  if (OF_4.some((name) => name in wanted)) return "4";
  if (!("tailwindcss" in wanted)) return "";
  return /\d+/.exec(wanted.tailwindcss)?.[0] ?? "4"; // `latest`
}

function refusing(major, messages) {
  const why = major
    ? `Tailwind ${major} is not run here, 3 and 4 are: upgrade it, or let its command write one CSS file and import that`
    : "uses Tailwind, which package.json does not name: add tailwindcss to its dependencies";
  return {
    name: "aethel:no-tailwind",
    enforce: "pre",
    transform: {
      filter: { id: STYLE, code: USED },
      handler() {
        messages.leave("a style", `is written in Tailwind ${major}`.trim());
        this.error(why);
      },
    },
  };
}
