/**
 * Says why where the player cannot say it, because it does not even begin: browsers load no modules for a page that was opened from the
 * disk, and a host may lack a file or send it as something else. No module itself, and of words that old browsers know.
 */
const say = (title, ...lines) => {
  const show = () => {
    const card = document.createElement("div");
    const add = (kind, text) => (card.appendChild(document.createElement(kind)).textContent = text);
    add("h2", title);
    lines.forEach((line) => add("p", line));
    const panel = document.createElement("section");
    panel.className = "panel error";
    panel.setAttribute("role", "alert");
    panel.appendChild(card);
    document.getElementById("aethel").appendChild(panel);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
};

// A game in one file brings its programs along: its loader has made room for them.
if (location.protocol === "file:" && !window.aethelModules)
  say(
    "This game has to come from a web server",
    "It was opened from the disk, and browsers load no programs for such a page.",
    "To play it here, run “python3 -m http.server” in the game's folder and open http://localhost:8000. " +
      "For others, upload the whole folder to any web host, or export the game in the format “single-file”, which plays from a disk.",
  );
else if (!("noModule" in document.createElement("script")))
  say("This browser is too old for the game", "Please try it with a newer one.");
else
  addEventListener(
    "error",
    ({ target }) => {
      if (target.type === "module")
        say(
          "The game could not be loaded",
          `${target.src} did not arrive, or not as JavaScript.`,
          "Its host may lack the file, or send it with a wrong content type. Reload the page, or tell whoever runs it.",
        );
    },
    true,
  );
