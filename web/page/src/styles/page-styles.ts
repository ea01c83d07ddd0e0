import { base, controls, notices } from "@aethel/export-components";
import { css } from "lit";

/** What the elements of the page add to the look of the components: headings, cards, forms, dialogues, layout. */
const page = css`
  :host {
    font-size: 0.9375rem;
    line-height: 1.5;
  }
  h1,
  h2,
  h3 {
    margin: 0;
    line-height: 1.2;
    font-weight: 650;
    letter-spacing: -0.012em;
    text-wrap: balance;
  }
  h1 {
    font-size: clamp(1.5rem, 1.25rem + 1vw, 1.875rem);
  }
  h1:focus,
  h2:focus {
    outline: none;
  }
  h2 {
    font-size: 1.125rem;
  }
  h3 {
    font-size: 1rem;
  }
  a {
    color: var(--_accent);
    text-underline-offset: 0.15em;
  }
  .icon-drawing {
    width: 1.2em;
    height: 1.2em;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
    vertical-align: -0.25em;
  }
  .project-mark {
    width: 2.75rem;
    height: 2.75rem;
  }
  .mark-ground {
    fill: var(--_accent);
  }
  .mark-cube {
    fill: none;
    stroke: var(--_on-accent);
    stroke-width: 2;
    stroke-linejoin: round;
    stroke-linecap: round;
  }
  button,
  .button,
  input,
  select {
    min-height: 2.25rem;
    transition:
      background-color 0.15s,
      border-color 0.15s,
      color 0.15s;
  }
  button.icon {
    width: 2.25rem;
  }
  button:active:not([aria-disabled="true"]) {
    translate: 0 0.5px;
  }
  .danger-button {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_surface);
  }
  .danger-button:hover {
    background: color-mix(in oklab, var(--_danger) 86%, var(--_text));
  }
  .card {
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 1.5);
    padding: clamp(1rem, 0.6rem + 1.4vw, 1.5rem);
    background: var(--_surface);
    box-shadow: 0 1px 2px rgb(16 20 40 / 4%);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .tight {
    gap: 0.375rem;
  }
  .field {
    display: grid;
    gap: 0.3rem;
  }
  .field label {
    font-weight: 550;
  }
  .field input,
  .field select {
    width: 100%;
  }
  .field small,
  .small {
    font-size: 0.8125rem;
  }
  .field small {
    color: var(--_muted);
  }
  .field .error {
    color: var(--_danger);
  }
  input[aria-invalid="true"] {
    border-color: var(--_danger);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    padding: 0.05rem 0.55rem;
    border: 1px solid var(--_border);
    border-radius: 99px;
    background: var(--_raised);
    color: var(--_muted);
    font-size: 0.8125rem;
    white-space: nowrap;
  }
  dialog {
    width: min(28rem, calc(100vw - 2rem));
    max-height: calc(100dvh - 2rem);
    padding: 1.5rem;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 2);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 24px 64px rgb(8 10 24 / 32%);
    overflow: auto;
  }
  dialog::backdrop {
    background: rgb(12 14 24 / 45%);
    backdrop-filter: blur(2px);
  }
  dialog[open] {
    animation: rise 0.18s ease-out;
  }
  dialog .actions {
    justify-content: flex-end;
  }
  code {
    font-family: var(--_mono);
    font-size: 0.92em;
  }
  bdi {
    unicode-bidi: isolate;
  }
  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 6px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      transition-duration: 0.01ms !important;
    }
  }
  @media (forced-colors: active) {
    .card,
    dialog {
      border: 1px solid CanvasText;
    }
    .primary,
    .danger-button {
      border: 2px solid ButtonText;
    }
  }
`;

export const pageStyles = [base, controls, notices, page];
