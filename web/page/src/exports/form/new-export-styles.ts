import { css } from "lit";

export const newExportStyles = css`
  section {
    gap: 1.5rem;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    margin-block-end: 0.5rem;
    font-weight: 650;
  }
  .configurations {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 0.6rem;
  }
  .configurations label {
    display: flex;
    gap: 0.6rem;
    padding: 0.6rem 0.8rem;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    cursor: pointer;
  }
  .configurations label:has(:checked) {
    border-color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 7%, var(--_surface));
  }
  .configurations input {
    flex: none;
    width: 1rem;
    height: 1rem;
    min-height: 0;
    margin: 0.2rem 0 0;
    accent-color: var(--_accent);
  }
  .configurations small {
    display: block;
    font-size: 0.8125rem;
  }
  .configurations .notice {
    grid-column: 1 / -1;
  }
  summary {
    width: fit-content;
    color: var(--_accent);
    font-weight: 550;
    cursor: pointer;
  }
  .command > div {
    display: grid;
    gap: 0.5rem;
    justify-items: start;
    padding-block-start: 0.5rem;
  }
  pre {
    width: 100%;
    padding: 0.75rem 1rem;
    border-radius: var(--_radius);
    background: var(--_raised);
    font: 0.8125rem/1.6 var(--_mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .submit {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
    padding-block-start: 1.25rem;
    border-block-start: 1px solid var(--_border);
  }
  .submit p {
    flex: 1 1 14rem;
  }
  .submit .primary {
    flex: 0 0 auto;
    min-height: 2.75rem;
    padding-inline: 1.75rem;
  }
  .error {
    color: var(--_danger);
  }
  [role="status"]:empty {
    margin-block-start: -1.5rem; /* there to be announced, and takes no gap */
  }
  .outcomes {
    display: grid;
    gap: 0.5rem;
    list-style: none;
  }
  @media (max-width: 40rem) {
    .configurations {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-width: 30rem) {
    .submit .primary {
      flex: 1 1 100%;
    }
  }
`;
