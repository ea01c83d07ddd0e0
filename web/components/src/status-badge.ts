import { css, html, type TemplateResult } from "lit";
import type { Messages } from "./messages/index.js";
import { icons } from "./icons.js";

/** A status as it is shown: the service's own, and `expired` for a completed export whose artifact is gone. */
export type ShownStatus = keyof Messages["status"];

const ICONS: Partial<Record<ShownStatus, TemplateResult>> = {
  queued: icons.clock,
  completed: icons.check,
  failed: icons.cross,
  canceled: icons.stop,
  expired: icons.clock,
};

/** The name of a status; one that this version does not know is shown as it is. */
export function statusName(status: string, text: Messages): string {
  return named(text.status, status);
}

/** The name of a platform; likewise. */
export function platformName(platform: string, text: Messages): string {
  return named(text.platform, platform);
}

/** The name of a configuration; likewise. */
export function configurationName(configuration: string, text: Messages): string {
  return named(text.configuration, configuration);
}

function named(names: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(names, key) ? names[key]! : key;
}

/** A small label whose icon and colour tell the status apart; needs {@link badges} in the element's styles. */
export function statusBadge(status: string, text: Messages): TemplateResult {
  const icon = Object.hasOwn(ICONS, status) ? ICONS[status as ShownStatus] : html`<span class="pulse"></span>`;
  return html`<span class="badge" data-status=${status}>${icon}${statusName(status, text)}</span>`;
}

/** The same without a pill and a drawing: a list shows hundreds, and each costs a frame where a processor draws them. */
export function statusMark(status: string, text: Messages): TemplateResult {
  const mark = Object.hasOwn(ICONS, status) ? "mark" : "mark pulse";
  return html`<span class="badge bare" data-status=${status}
    ><span class=${mark}></span>${statusName(status, text)}</span
  >`;
}

/** The styles of {@link statusBadge} and {@link statusMark}. */
export const badges = css`
  .badge {
    --_tone: var(--_accent);
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    padding: 0.1em 0.6em 0.1em 0.45em;
    border-radius: 1em;
    background: color-mix(in oklab, var(--_tone) 11%, var(--_surface));
    color: var(--_tone);
    font-size: 0.92em;
    font-weight: 550;
    white-space: nowrap;
  }
  .badge[data-status="queued"],
  .badge[data-status="canceled"],
  .badge[data-status="expired"] {
    --_tone: var(--_muted);
  }
  .badge[data-status="completed"] {
    --_tone: var(--_success);
  }
  .badge[data-status="failed"] {
    --_tone: var(--_danger);
  }
  .badge.bare {
    gap: 0.5em;
    padding: 0;
    background: none;
  }
  .mark,
  .pulse {
    flex: none;
    width: 0.5em;
    height: 0.5em;
    margin: 0 0.2em;
    border-radius: 50%;
    background: currentColor;
  }
  .mark {
    margin: 0;
  }
  .pulse {
    animation: pulse 1.6s ease-in-out infinite alternate;
  }
  @keyframes pulse {
    to {
      opacity: 0.35;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .pulse {
      animation: none;
    }
  }
  @media (forced-colors: active) {
    .badge:not(.bare) {
      border: 1px solid;
    }
    .mark,
    .pulse {
      background: CanvasText;
    }
  }
`;
