export interface Counted {
  readonly count: number;
}

export class Tally extends EventTarget {
  #count = 0;
  readonly #button: HTMLButtonElement;

  constructor(button: HTMLButtonElement) {
    super();
    this.#button = button;
    button.addEventListener("click", () => this.#set(this.#count + 1));
    this.#set(0);
  }

  #set(count: number): void {
    this.#count = count;
    this.#button.textContent = `counted ${count}`;
    this.dispatchEvent(new CustomEvent<Counted>("counted", { detail: { count } }));
  }
}
