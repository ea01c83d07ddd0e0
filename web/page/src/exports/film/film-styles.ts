import { css } from "lit";

export const filmStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    margin-block-end: 0.4rem;
    font-weight: 550;
  }
  .choices label {
    position: relative;
    padding: 0.4rem 0.85rem;
    border: 1px solid var(--_control);
    border-radius: 2rem;
    font-size: 0.875rem;
    cursor: pointer;
  }
  .choices input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .choices label:has(:checked) {
    border-color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 12%, var(--_surface));
    box-shadow: inset 0 0 0 1px var(--_accent);
    font-weight: 600;
  }
  .choices label:has(:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 9rem), 1fr));
    gap: 0.35rem 1.25rem;
  }
  .field {
    grid-row: span 3;
    grid-template-rows: subgrid;
    align-items: end;
  }
  .field small {
    align-self: start;
    margin-block-end: 0.65rem;
  }
  small > span {
    display: block;
  }
  .flag label {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    grid-row: 2;
    align-self: center;
  }
  .flag small {
    grid-row: 3;
  }
  .flag input {
    flex: none;
    width: 1.05rem;
    height: 1.05rem;
    min-height: 0;
    margin: 0;
    accent-color: var(--_accent);
  }
  .rest {
    grid-column: 1 / -1;
  }
  textarea {
    width: 100%;
    padding: 0.4rem 0.75rem;
    border: 1px solid var(--_control);
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_surface);
    color: var(--_text);
    font: 0.875rem/1.5 var(--_mono);
    resize: vertical;
  }
  [aria-invalid="true"] {
    border-color: var(--_danger);
  }
  summary {
    width: fit-content;
    padding-block: 0.35rem;
    color: var(--_accent);
    font-weight: 550;
    cursor: pointer;
  }
  details > .fields {
    padding-block-start: 0.75rem;
  }
  .price {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1rem;
    min-height: 1.5em;
    padding: 0.6rem 0.9rem;
    border-radius: var(--_radius);
    background: var(--_raised);
    color: var(--_muted);
  }
  .price strong {
    color: var(--_text);
  }
`;
