import { css } from "lit";

export const optionStyles = css`
  :host {
    display: grid;
    gap: 1rem;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    margin-block-end: 0.75rem;
    font-weight: 650;
  }
  .groups {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
    gap: 1.5rem 1.25rem;
    align-items: start;
  }
  .film {
    grid-column: 1 / -1;
  }
  .long,
  fieldset:only-child {
    grid-column: 1 / -1;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
    gap: 1rem 1.25rem;
    align-items: start;
  }
  .field label code {
    font-weight: 400;
    font-size: 0.75rem;
  }
  .field small > span {
    display: block;
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
  ::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  [aria-invalid="true"] {
    border-color: var(--_danger);
    outline-color: var(--_danger);
  }
  .flag label {
    display: flex;
    align-items: baseline;
    gap: 0.55rem;
  }
  .flag input {
    width: 1.05rem;
    height: 1.05rem;
    min-height: 0;
    margin: 0;
    flex: none;
    accent-color: var(--_accent);
    translate: 0 0.15rem;
  }
  .flag small {
    padding-inline-start: 1.6rem;
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
  .fields + details {
    margin-block-start: 0.75rem;
  }
  .refused summary {
    color: var(--_muted);
    font-size: 0.8125rem;
  }
  h4 {
    margin: 0.6rem 0 0;
    font-size: 0.8125rem;
  }
  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 0.25rem 1rem;
    padding-block-start: 0.35rem;
    color: var(--_muted);
    font-size: 0.8125rem;
  }
  dt {
    color: var(--_text);
  }
  @media (max-width: 30rem) {
    dl {
      grid-template-columns: minmax(0, 1fr);
    }
    dd {
      margin-block-end: 0.35rem;
    }
  }
`;
