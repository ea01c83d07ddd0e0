// Runs while the page is read: a sound that plays before anything else is there.
const early = new Audio("assets/tone.wav");
window.earlySound = new Promise((resolve) => {
  early.oncanplay = () => resolve("plays");
  early.onerror = () => resolve(`MediaError ${early.error.code}`);
});
