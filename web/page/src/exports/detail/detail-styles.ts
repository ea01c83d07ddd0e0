import { css } from "lit";

export const detailStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
    container-type: inline-size;
  }
  h2 {
    font-size: 1.375rem;
  }
  h2:focus {
    outline: none;
  }
  h3 {
    font-size: 1.0625rem;
  }
  [slot="actions"] {
    min-height: 2rem;
  }
  .links,
  .pair {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
    align-items: start;
  }
  .links {
    gap: 2rem;
  }
  dl {
    display: grid;
    gap: 0.5rem;
  }
  dl > div {
    display: grid;
    grid-template-columns: minmax(7rem, 34%) minmax(0, 1fr);
    gap: 0 1rem;
    align-items: baseline;
  }
  dt {
    color: var(--_muted);
  }
  dd {
    overflow-wrap: anywhere;
  }
  dd.mono {
    font-size: 0.8125rem;
  }
  .warnings {
    display: grid;
    gap: 0.75rem;
    list-style: none;
  }
  .warnings li {
    padding-inline-start: 0.85rem;
    border-inline-start: 3px solid var(--_warning);
  }
  .warnings code {
    margin-inline-end: 0.75rem;
    overflow-wrap: anywhere;
  }
  @container (min-width: 48rem) {
    .links,
    .pair {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
