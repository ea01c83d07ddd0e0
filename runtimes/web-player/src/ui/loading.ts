/** The loading screen: the game's title, its splash image, and how far the loading is. */

export class LoadingScreen {
  readonly root = document.createElement("div");
  private readonly bar = document.createElement("progress");
  private readonly note = document.createElement("p");

  constructor(title: string) {
    this.root.className = "loading";
    const heading = document.createElement("h1");
    heading.textContent = title;
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", "Loading");
    this.note.setAttribute("role", "status");
    this.root.append(heading, this.bar, this.note);
  }

  splash(url: string): void {
    const image = document.createElement("img");
    image.src = url;
    image.alt = "";
    this.root.prepend(image);
  }

  progress(fraction: number): void {
    this.bar.value = fraction;
    this.note.textContent = `${Math.floor(fraction * 100)} %`;
  }

  show(): void {
    this.progress(0);
    this.root.classList.remove("gone");
  }

  hide(): void {
    this.progress(1);
    this.root.classList.add("gone");
  }
}
