import type { Format } from "@aethel/export-components";

import type { ExportsMessages } from "../messages/index.ts";
import type { Problem } from "./validation.ts";

/** The sentence that tells a problem. */
export function problemText(problem: Problem, texts: ExportsMessages["problems"], format: Format): string {
  switch (problem.kind) {
    case "tooLong":
    case "tooMany":
      return texts[problem.kind](problem.max);
    case "below":
      return texts.below(format.number(problem.min));
    case "above":
      return texts.above(format.number(problem.max));
    case "line":
      return texts.line(problem.line, problemText(problem.cause, texts, format));
    default:
      return texts[problem.kind];
  }
}
