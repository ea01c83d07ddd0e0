/**
 * What a hostile game tries: each attack comes to what it has got, and throws where that is nothing.
 *
 * `gateway` and `other` are URLs with a slash at their end: of the export page, and of another game. `socket` is where the status service tells an
 * export's progress, `session` the path of an export in the API.
 */
const attacks = ({ gateway, other, socket, session }) => ({
  "the API": () => text(`${gateway}api/projects`, { credentials: "include" }),
  "the API, without credentials": () => text(`${gateway}api/projects`, { credentials: "omit" }),
  "the API, unread": () => text(`${gateway}api/projects`, { mode: "no-cors", credentials: "include" }),
  "a download": () => text(`${gateway}${session}/download`),
  "a session": () => text(`${gateway}local-session`, { method: "POST", headers: { "X-Aethel-Page": "1" } }),
  "a session, unread": () => text(`${gateway}local-session`, { method: "POST", mode: "no-cors" }),
  "the page's facts": () => text(`${gateway}page.json`),
  "the page's document": () => text(gateway),
  "the page in a frame": () => framed(gateway),
  "a window of the page": () => opened(gateway),
  "an export's messages": () => messages(socket),
  "the page around it": () => foreign(parent).document.title,
  "the window at the top": () => foreign(top).document.title,
  "the address of the page": () => foreign(top).location.href,
  "the session of the page": () => Object.keys(foreign(parent).sessionStorage).join() || nothing(),
  "its opener": () => (opener ?? nothing()).document.title,
  "where it was opened": () => document.referrer || nothing(),
  "another game's files": () => text(`${other}treasure.json`, { credentials: "include" }),
  "another game in a frame": () => framed(other),
  "a window of another game": () => opened(other),
  "a service worker of another game": async () => (await navigator.serviceWorker.register(`${other}sw.js`)).scope,
  "what others have stored": () => Object.keys(localStorage).join() || nothing(),
  "databases of others": async () => (await indexedDB.databases()).map(({ name }) => name).join() || nothing(),
  "caches of others": async () => (await caches.keys()).join() || nothing(),
  "cookies of others": () => document.cookie || nothing(),
  "workers of others": async () => (await navigator.serviceWorker.getRegistrations())[0]?.scope ?? nothing(),
});

/** They leave the page around the game, where they may. */
const departures = ({ gateway }) => ({
  "away with the page": () => (foreign(top).location = "about:blank").href,
  "away by a link": () => sent(document.createElement("a"), { href: gateway, target: "_top" }),
  "away by a form": () => sent(document.createElement("form"), { action: gateway, target: "_top" }),
});

/** Try everything: what was got, and why the rest was not. */
export async function attack(targets, { departs }) {
  const heard = listen();
  const tried = { ...attacks(targets), ...(departs ? departures(targets) : {}) };
  const got = {};
  const refused = {};
  for (const [what, attempt] of Object.entries(tried)) {
    try {
      got[what] = await attempt();
    } catch (error) {
      refused[what] = String(error);
    }
  }
  if (heard.length > 0) got["what others tell each other"] = heard[0];
  else refused["what others tell each other"] = "nothing";
  return { got, refused };
}

/** The game that keeps a treasure talks of it all the time. */
function listen() {
  const heard = [];
  new BroadcastChannel("treasure").onmessage = ({ data }) => heard.push(data);
  return heard;
}

function nothing() {
  throw new Error("nothing");
}

function foreign(window) {
  return window === self ? nothing() : window;
}

async function text(url, options) {
  return (await (await fetch(url, options)).text()) || nothing();
}

/** The title of a page in a frame of one's own. */
async function framed(url) {
  const frame = document.createElement("iframe");
  frame.src = url;
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  await loaded;
  try {
    return frame.contentDocument.title || nothing();
  } finally {
    frame.remove();
  }
}

/** The title of a page in a window of one's own, whose first page is empty and one's own, too. */
async function opened(url) {
  const window = open(url) ?? nothing();
  try {
    while (!window.closed) {
      if (window.document.title) return window.document.title;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return nothing();
  } finally {
    window.close();
  }
}

/** The first message that is no refusal. */
function messages(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => JSON.parse(data).type !== "error" && resolve(data);
    socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
  });
}

function sent(element, properties) {
  foreign(top); // it would only leave itself
  Object.assign(element, properties);
  document.body.append(element);
  if (element.submit) element.submit();
  else element.click();
  return nothing();
}
