/**
 * Types for JSX of React 19: `import "@aethel/export-components/react"` once, anywhere.
 *
 * React sets what is no string as a property, and `onexport-created` listens to the event of that name.
 */
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { ExportCreatedDetail } from "./button/export-button.js";
import type { AethelElement } from "./element.js";
import "./index.js";
import type { ExportSelectedDetail } from "./list/export-list.js";
import type { ExportEndedDetail } from "./progress/export-progress.js";

type Own<Element, Names extends keyof Element> = { [Name in Names]?: Element[Name] | undefined };
type Listener<Detail> = (event: CustomEvent<Detail>) => void;

type Props<Element extends AethelElement, Names extends keyof Element> = DetailedHTMLProps<
  HTMLAttributes<Element>,
  Element
> &
  Own<Element, Names | "client" | "projectId" | "theme"> & { "onexport-error"?: Listener<{ error: unknown }> };

type Tags = HTMLElementTagNameMap;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "aethel-export-button": Props<
        Tags["aethel-export-button"],
        "platform" | "configuration" | "options" | "disabledReason"
      > & { "onexport-created"?: Listener<ExportCreatedDetail> };
      "aethel-export-progress": Props<Tags["aethel-export-progress"], "exportId"> & {
        "onexport-ended"?: Listener<ExportEndedDetail>;
        "onexport-retried"?: Listener<{ projectId: string; exportId: string }>;
      };
      "aethel-export-list": Props<Tags["aethel-export-list"], "selected" | "status" | "platform" | "pageSize"> & {
        "onexport-selected"?: Listener<ExportSelectedDetail>;
      };
      "aethel-export-log": Props<Tags["aethel-export-log"], "exportId" | "search" | "levels">;
    }
  }
}
