import { css } from "lit";

import { typeColours } from "./type-colours.ts";

export const exportSizesStyles = [
  typeColours,
  css`
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 0.75rem;
    }
    .scroll {
      position: relative; /* what is hidden in it for screen readers scrolls along */
      overflow-x: auto;
    }
    table {
      width: 100%;
      border-collapse: collapse;
    }
    th,
    td {
      padding: 0.3rem 0.6rem;
      border-block-end: 1px solid var(--_border);
      text-align: start;
      font-weight: 400;
    }
    th:first-child {
      padding-inline-start: 0;
    }
    thead th {
      color: var(--_muted);
      font-size: 0.8125rem;
    }
    td,
    .number {
      text-align: end;
      white-space: nowrap;
    }
    tfoot th,
    tfoot td {
      border: 0;
      font-weight: 650;
    }
    th .quiet {
      padding-inline: 0.4rem;
      margin-inline-start: -0.4rem;
      color: var(--_text);
    }
    .swatch {
      width: 0.9rem;
      height: 0.9rem;
      flex: none;
      border-radius: 0.25rem;
      border: 1px solid color-mix(in oklab, var(--type) 70%, var(--_text));
      background: var(--type);
    }
    .path {
      font-family: var(--_mono);
      font-size: 0.8125rem;
      overflow-wrap: anywhere;
    }
    .changes {
      display: grid;
      gap: 0.4rem;
      list-style: none;
    }
    .changes li {
      display: grid;
      grid-template-columns: 5.5rem minmax(0, 1fr) auto;
      gap: 0.75rem;
      align-items: baseline;
    }
    .chip {
      justify-content: center;
    }
    .more,
    .added,
    .grown {
      color: var(--_warning);
    }
    .less,
    .removed,
    .shrunk {
      color: var(--_success);
    }
    @media (max-width: 30rem) {
      th,
      td {
        padding-inline: 0.3rem;
      }
      [data-table="types"] :is(th, td):nth-child(4) {
        display: none; /* the share follows from the sizes */
      }
      .changes li {
        grid-template-columns: minmax(0, 1fr) auto;
      }
      .changes .path {
        grid-row: 2;
        grid-column: 1 / -1;
      }
    }
  `,
];
