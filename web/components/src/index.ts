/** The elements of Aethel Export, defined as soon as this module is loaded, and what pages around them need. */
import { AethelExportButton } from "./button/export-button.js";
import { AethelExportList } from "./list/export-list.js";
import { AethelExportLog } from "./log/export-log.js";
import { AethelExportProgress } from "./progress/export-progress.js";

export { AethelExportButton, type ExportCreatedDetail } from "./button/export-button.js";
export { Clock } from "./clock.js";
export { Copying } from "./copying.js";
export { AethelElement } from "./element.js";
export { type Connection, ExportFeed, hasEnded, hasExpired, type LogEntry } from "./export-feed.js";
export { ExportWatch, type Target } from "./export-watch.js";
export { type Failure, failureOf, type Finding, type Place } from "./failure.js";
export { type Format, formatFor } from "./format.js";
export { icons } from "./icons.js";
export { legible, safeUrl } from "./legible.js";
export { AethelExportList, type ExportSelectedDetail } from "./list/export-list.js";
export { AethelExportLog } from "./log/export-log.js";
export {
  createMessages,
  formatTag,
  type Language,
  languageOf,
  nearestLanguage,
  type Translation,
} from "./messages/catalogue.js";
export { type Messages, messages } from "./messages/index.js";
export { problemText } from "./messages/problem-texts.js";
export { readableStep } from "./messages/steps.js";
export { type Problem, problemOf } from "./problem.js";
export { problemNotice } from "./problem-notice.js";
export { AethelExportProgress, type ExportEndedDetail } from "./progress/export-progress.js";
export { badges, configurationName, platformName, type ShownStatus, statusBadge, statusName } from "./status-badge.js";
export { base, controls, notices, tokens } from "./theme.js";

const ELEMENTS = {
  "aethel-export-button": AethelExportButton,
  "aethel-export-list": AethelExportList,
  "aethel-export-log": AethelExportLog,
  "aethel-export-progress": AethelExportProgress,
} as const;

// A page may load two copies of the package; the first one is there to stay.
for (const [name, element] of Object.entries(ELEMENTS))
  if (!customElements.get(name)) customElements.define(name, element);

declare global {
  interface HTMLElementTagNameMap {
    "aethel-export-button": AethelExportButton;
    "aethel-export-list": AethelExportList;
    "aethel-export-log": AethelExportLog;
    "aethel-export-progress": AethelExportProgress;
  }
}
