// News of the pump, for a page that is open. Without it every page works by being loaded.
"use strict";
(() => {
  const OLD_MS = 6000;
  const shown = new Map();
  let last = Date.now();
  const old = document.getElementById("old");
  const say = document.getElementById("say");
  let said = say.dataset.said;

  function place(id, html) {
    const here = document.getElementById("live-" + id);
    if (here && shown.get(id) !== html) {
      if (shown.has(id) || here.innerHTML.trim() !== html.trim()) here.innerHTML = html;
      shown.set(id, html);
    }
  }

  function warn(text) {
    if (old.textContent !== text) old.textContent = text;
    old.hidden = !text;
    for (const button of document.querySelectorAll("form:not(.stop) button")) {
      button.disabled = Boolean(text);
    }
  }

  function news(event) {
    const told = JSON.parse(event.data);
    last = Date.now();
    for (const [id, html] of Object.entries(told.parts)) place(id, html);
    for (const mark of document.querySelectorAll(".live-mark")) mark.value = told.mark;
    const state = document.querySelector("#live-state [data-state]");
    if (state) {
      for (const part of document.querySelectorAll("[data-when]")) {
        part.hidden = !part.dataset.when.split(" ").includes(state.dataset.state);
      }
    }
    if (told.state !== said) {
      say.textContent = told.say;
      said = told.state;
    }
    warn(told.old);
  }

  const source = new EventSource("/live");
  source.onmessage = news;
  setInterval(() => {
    const age = Date.now() - last;
    if (age > OLD_MS) {
      warn("No news from the page's server for " + Math.round(age / 1000) +
        " s: what is shown is old. The pump goes on as it is.");
    }
  }, 1000);

  // Only the fields of the mode that is chosen
  const modes = document.querySelectorAll("input[name=mode]");
  function choose() {
    const chosen = document.querySelector("input[name=mode]:checked");
    for (const part of document.querySelectorAll("[data-mode]")) {
      part.hidden = !chosen || part.dataset.mode !== chosen.value;
    }
  }
  for (const mode of modes) mode.addEventListener("change", choose);
  if (modes.length) choose();
})();
