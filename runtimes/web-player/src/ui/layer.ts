/** `game.ui`: the DOM that a game lays over its picture. */

const PLACES = ["top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right"];

export class UiLayer {
  readonly root = document.createElement("div");
  private readonly places = new Map<string, HTMLElement>();
  private readonly texts = new Map<string, HTMLElement>();

  constructor() {
    this.root.className = "game-ui";
  }

  text(id: string, value: string | number | null, at = "top left"): HTMLElement | null {
    const known = this.texts.get(id);
    if (value === null) {
      known?.remove();
      this.texts.delete(id);
      return null;
    }
    const element = known ?? this.add(id, document.createElement("div"), at);
    const text = String(value);
    if (element.textContent !== text) element.textContent = text;
    return element;
  }

  button(id: string, label: string, onClick: () => void): HTMLButtonElement {
    this.texts.get(id)?.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => {
      button.blur(); // or the next Space, which may mean a jump, would press it again
      onClick();
    });
    return this.add(id, button, "center");
  }

  private add<T extends HTMLElement>(id: string, element: T, at: string): T {
    element.dataset["ui"] = id;
    this.place(PLACES.includes(at) ? at : "top left").append(element);
    this.texts.set(id, element);
    return element;
  }

  private place(at: string): HTMLElement {
    let place = this.places.get(at);
    if (!place) {
      place = document.createElement("div");
      place.className = `place ${at.replace(" ", "-")}`;
      this.places.set(at, place);
      this.root.append(place);
    }
    return place;
  }

  clear(): void {
    this.root.replaceChildren();
    this.places.clear();
    this.texts.clear();
  }
}
