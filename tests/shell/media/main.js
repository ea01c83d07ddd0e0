// Plays every form in which a page names its sounds and films; the tests read what it tells.
const tell = (name, value) => console.log(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
const once = (target, ...names) => Promise.race(names.map((name) => new Promise((resolve) => {
  target.addEventListener(name, () => resolve(name), { once: true });
})));
const ready = async (media) => {
  if (media.readyState >= 3) return "canplay";
  if (media.error) return "error";
  return once(media, "canplay", "error");
};
/** How long it is and where it is after a jump to its third second; or the error's number. */
const seeks = async (media) => {
  if ((await ready(media)) === "error") return `MediaError ${media.error?.code}`;
  media.currentTime = 2;
  await once(media, "seeked");
  return [Math.round(media.duration), Math.floor(media.currentTime)];
};

tell("early", await window.earlySound);
for (const name of ["wav", "mp3", "ogg", "opus", "flac", "webm", "m4a"]) {
  tell(`tone.${name}`, await seeks(new Audio(`assets/tone.${name}`)));
}
tell("markup", await seeks(document.getElementById("markup")));

const detached = document.createElement("div");
detached.innerHTML = `<audio src="assets/tone.mp3"></audio>`;
detached.firstChild.load();
tell("detached", await seeks(detached.firstChild));

const host = document.body.appendChild(document.createElement("div"));
host.attachShadow({ mode: "open" }).innerHTML = `<audio preload="auto" src="assets/tone.wav"></audio>`;
tell("shadow", await seeks(host.shadowRoot.firstChild));

const set = document.createElement("audio");
set.setAttribute("src", "assets/tone.ogg");
tell("set", await seeks(set));
tell("clone", await seeks(set.cloneNode()));
tell("names", [set.getAttribute("src"), set.src, set.currentSrc]);

const missing = new Audio("assets/nothing.wav");
tell("missing", await seeks(missing));

// --- pictures of a film, and sound of an element, are the page's own ---

const film = document.getElementById("film");
tell("film", await seeks(film));
await film.play();
const picture = document.createElement("canvas").getContext("2d");
const drawn = () => {
  picture.drawImage(film, 0, 0, 64, 64);
  const [red, green, blue, alpha] = picture.getImageData(32, 32, 1, 1).data;
  return red > 200 && green < 60 && blue < 60 && alpha === 255;
};
while (!drawn()) await new Promise(requestAnimationFrame);
tell("drawn", "red");

const context = new AudioContext();
const tone = new Audio("assets/tone.wav");
tone.loop = true;
const analyser = context.createAnalyser();
context.createMediaElementSource(tone).connect(analyser).connect(context.destination);
await Promise.all([context.resume(), tone.play()]);
const samples = new Float32Array(analyser.fftSize);
do {
  await new Promise(requestAnimationFrame);
  analyser.getFloatTimeDomainData(samples);
} while (samples.every((sample) => sample === 0));
tell("sound", "heard");

const undecoded = document.createElement("video");
undecoded.src = "film.mp4";
tell("film.mp4", await seeks(undecoded));
tell("done", "yes");
