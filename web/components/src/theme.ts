/**
 * The design tokens, and the few styles that every element shares.
 *
 * A token is read under its private name (`--_accent`) and set under its public one (`--aethel-accent`) on any ancestor. Each has a
 * light and a dark value; which of them counts follows the `color-scheme` of the page, or the attribute `theme`. All pairs of text and
 * surface have a contrast of at least 4.5 to 1 in both, and what draws a control at least 3 to 1.
 */
import { css } from "lit";

/** The tokens, for the root of a page and for every element. */
export const tokens = css`
  :root,
  :host {
    --_surface: var(--aethel-surface, light-dark(#ffffff, #14171d));
    --_raised: var(--aethel-raised, light-dark(#f5f6f9, #1c2028));
    --_text: var(--aethel-text, light-dark(#191c23, #e7e9ef));
    --_muted: var(--aethel-muted, light-dark(#565e6e, #9ea6b6));
    --_border: var(--aethel-border, light-dark(#dcdfe7, #2c313c));
    --_control: var(--aethel-control, light-dark(#868d9c, #6b7384));
    --_accent: var(--aethel-accent, light-dark(#3f51d4, #9aa8ff));
    --_on-accent: var(--aethel-on-accent, light-dark(#ffffff, #10132a));
    --_danger: var(--aethel-danger, light-dark(#b0261f, #ff9d94));
    --_warning: var(--aethel-warning, light-dark(#7d5200, #eec26a));
    --_success: var(--aethel-success, light-dark(#126a3d, #72d6a0));
    --_radius: var(--aethel-radius, 0.5rem);
    --_space: var(--aethel-space, 0.25rem);
    --_font: var(--aethel-font, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
    --_mono: var(
      --aethel-font-mono,
      ui-monospace,
      "SF Mono",
      "Cascadia Mono",
      "Segoe UI Mono",
      Menlo,
      Consolas,
      "DejaVu Sans Mono",
      monospace
    );
  }
`;

const frame = css`
  :host {
    display: block;
    box-sizing: border-box;
    min-width: 0;
    color: var(--_text);
    font: 0.875rem/1.45 var(--_font);
    font-variant-numeric: tabular-nums;
    text-align: start;
    overflow-wrap: anywhere;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
  :host([theme="auto"]) {
    color-scheme: light dark;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  p,
  h3,
  ul,
  dl,
  dd,
  pre {
    margin: 0;
    padding: 0;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .muted {
    color: var(--_muted);
  }
  .mono {
    font-family: var(--_mono);
    font-size: 0.92em;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  svg {
    width: 1em;
    height: 1em;
    flex: none;
    vertical-align: -0.125em;
  }
`;

/** Buttons, links that look like buttons, fields. */
export const controls = css`
  button,
  .button,
  input,
  select {
    min-height: 2rem;
    border: 1px solid var(--_control);
    border-radius: calc(var(--_radius) * 0.75);
    padding: 0 calc(var(--_space) * 3);
    background: var(--_surface);
    color: var(--_text);
    font: inherit;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: calc(var(--_space) * 1.5);
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover,
  .button:hover {
    background: var(--_raised);
  }
  .primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .primary:hover {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_text));
  }
  .quiet {
    border-color: transparent;
    background: none;
    color: var(--_muted);
  }
  .quiet:hover {
    color: var(--_text);
  }
  .icon {
    width: 2rem;
    padding: 0;
  }
  [aria-disabled="true"] {
    border-color: var(--_border);
    background: var(--_raised);
    color: var(--_muted);
    cursor: not-allowed;
  }
  .spinner {
    width: 1em;
    height: 1em;
    border: 2px solid currentColor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @media (pointer: coarse) {
    button,
    .button,
    input,
    select {
      min-height: 2.75rem;
    }
    .icon {
      width: 2.75rem;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .spinner {
      animation-duration: 4s;
    }
  }
`;

/** A box that tells of a failure, a warning or a wait; its colour is `--_tone`. */
export const notices = css`
  .notice {
    --_tone: var(--_muted);
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(var(--_space) * 1.5);
    padding: calc(var(--_space) * 2.5) calc(var(--_space) * 3);
    border: 1px solid color-mix(in oklab, var(--_tone) 35%, var(--_surface));
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_tone) 6%, var(--_surface));
  }
  .notice.danger {
    --_tone: var(--_danger);
  }
  .notice.warning {
    --_tone: var(--_warning);
  }
  .notice strong {
    color: var(--_tone);
    font-weight: 600;
  }
  .notice.muted {
    color: var(--_text);
  }
  .notice p {
    white-space: pre-line;
  }
  .notice ul {
    display: grid;
    gap: var(--_space);
    padding-inline-start: 1.2em;
  }
  code {
    font-family: var(--_mono);
    font-size: 0.92em;
  }
`;

/** What every element begins with. */
export const base = [tokens, frame];
