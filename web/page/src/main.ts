/** The export page. */
const answer = await fetch("page.json");
const shown = document.createElement("pre");
shown.textContent = await answer.text();
document.body.append(shown);

export {};
