import type { State } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { type TemplateResult, html, nothing } from "lit";

import type { ExportsMessages } from "../messages/index.ts";

/** The first warnings of a build: which kind, where, and what to do. */
export function warningTable(state: State, texts: ExportsMessages["detail"]): TemplateResult {
  const { warnings, warningCount } = state;
  return html`<ul class="warnings">
      ${warnings.map(
        ({ code, message, file, line, path }) =>
          html`<li>
            <p><span lang="en">${legible(message)}</span></p>
            <p class="small muted">
              <code>${code}</code>
              ${file ? html`<code class="place"><bdi>${legible(file)}</bdi>${line === null ? nothing : `:${line}`}</code>` : nothing}
              ${path ? html`<code>${legible(path)}</code>` : nothing}
            </p>
          </li>`,
      )}
    </ul>
    ${warnings.length < warningCount ? html`<p class="muted small">${texts.warningsShown(warnings.length, warningCount)}</p>` : nothing}`;
}
