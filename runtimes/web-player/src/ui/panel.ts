/** A panel in the middle of the page, for errors and for the pause menu. */

export interface Action {
  label: string;
  run: () => void;
}

export class Panel {
  readonly root = document.createElement("section");

  constructor(className: string) {
    this.root.className = `panel ${className}`;
    this.root.hidden = true;
    this.root.tabIndex = -1;
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  show(title: string, ...content: Node[]): void {
    const card = document.createElement("div");
    const heading = document.createElement("h2");
    heading.textContent = title;
    card.append(heading, ...content);
    this.root.replaceChildren(card);
    this.root.hidden = false;
    (card.querySelector("button") ?? this.root).focus();
  }

  hide(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
  }
}

export function paragraph(text: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

export function buttons(actions: Action[]): HTMLDivElement {
  const row = document.createElement("div");
  row.className = "buttons";
  for (const { label, run } of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", run);
    row.append(button);
  }
  return row;
}
