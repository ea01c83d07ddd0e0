import { css } from "lit";

export const styles = css`
  :host {
    display: inline-block;
    max-width: 100%;
  }
  button {
    max-width: 100%;
    white-space: normal;
  }
  #note {
    margin-block-start: var(--_space);
    color: var(--_muted);
    font-size: 0.92em;
  }
  #note:empty {
    display: none;
  }
  [role="alert"] > * {
    margin-block-start: calc(var(--_space) * 2);
  }
`;
