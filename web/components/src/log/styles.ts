import { css } from "lit";

export const styles = css`
  :host {
    display: grid;
    gap: calc(var(--_space) * 2);
    container-type: inline-size;
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(var(--_space) * 2);
  }
  input {
    flex: 1 1 11rem;
    min-width: 0;
  }
  .levels {
    display: inline-flex;
    flex-wrap: wrap;
  }
  .levels button {
    padding-inline: calc(var(--_space) * 2.25);
    border-radius: 0;
    font-size: 0.92em;
    font-weight: 400;
  }
  .levels button + button {
    margin-inline-start: -1px;
  }
  .levels button:first-child {
    border-start-start-radius: calc(var(--_radius) * 0.75);
    border-end-start-radius: calc(var(--_radius) * 0.75);
  }
  .levels button:last-child {
    border-start-end-radius: calc(var(--_radius) * 0.75);
    border-end-end-radius: calc(var(--_radius) * 0.75);
  }
  .levels button:focus-visible {
    z-index: 1;
  }
  [aria-pressed="true"] {
    background: color-mix(in oklab, var(--_accent) 12%, var(--_surface));
    color: var(--_text);
  }
  [aria-pressed="false"] {
    color: var(--_muted);
    text-decoration: line-through;
  }
  .side {
    display: inline-flex;
    align-items: center;
    gap: var(--_space);
    margin-inline-start: auto;
    white-space: nowrap;
  }
  .frame {
    position: relative;
    min-width: 0;
  }
  .lines {
    height: var(--aethel-log-height, 22rem);
    overflow: auto;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    padding-block: calc(var(--_space) * 2);
    background: var(--_raised);
    font: 0.8125rem/1.5 var(--_mono);
    overscroll-behavior: contain;
  }
  .block {
    contain: layout style;
  }
  /* A hanging indent: laying out thousands of lines of text is much cheaper than as many grids. */
  .line {
    --_indent: 22ch;
    padding-inline: calc(var(--_space) * 3 + var(--_indent)) calc(var(--_space) * 3);
    text-indent: calc(-1 * var(--_indent));
  }
  .line:hover {
    background: color-mix(in oklab, var(--_text) 5%, var(--_raised));
  }
  .line time,
  .level {
    display: inline-block;
    width: 12ch;
    color: var(--_muted);
    text-indent: 0;
  }
  .level {
    width: 8ch;
  }
  .message {
    white-space: pre-wrap;
    unicode-bidi: isolate;
  }
  .line[data-level="warning"] :is(.level, .message) {
    color: var(--_warning);
  }
  .line[data-level="error"] :is(.level, .message) {
    color: var(--_danger);
  }
  .line[data-level="debug"] .message {
    color: var(--_muted);
  }
  mark {
    border-radius: 0.2em;
    background: color-mix(in oklab, var(--_accent) 30%, var(--_raised));
    color: var(--_text);
  }
  .gap {
    padding: var(--_space) calc(var(--_space) * 3);
    border-block: 1px dashed var(--_border);
    color: var(--_muted);
    font-family: var(--_font);
    text-align: center;
  }
  .newest {
    position: absolute;
    inset-block-end: calc(var(--_space) * 3);
    inset-inline: 0;
    width: fit-content;
    margin-inline: auto;
    border-radius: 2rem;
    box-shadow: 0 2px 10px rgb(0 0 0 / 25%);
  }
  .empty {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--_space);
    height: 100%;
    padding: calc(var(--_space) * 4);
    font-family: var(--_font);
    text-align: center;
  }
  .empty svg {
    width: 1.75rem;
    height: 1.75rem;
    color: var(--_muted);
    stroke-width: 1;
  }
  b {
    font-weight: 600;
  }
  @container (max-width: 34rem) {
    .line {
      --_indent: 0ch;
      padding-block-end: var(--_space);
    }
    .message {
      display: block;
    }
  }
  @media (forced-colors: active) {
    [aria-pressed="true"] {
      border-color: Highlight;
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
