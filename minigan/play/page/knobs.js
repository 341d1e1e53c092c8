"use strict";
// The knobs, on the page and in its address.

const KNOBS = {
  data: ["one bell", "two bells", "a box", "a Gaussian", "a narrow bell", "drawn by hand"],
  noise: ["uniform", "Gaussian"],
  cost: ["non-saturating", "minimax", "max-likelihood"],
  optimizer: ["Adam", "SGD with momentum"],
  start: ["from scratch", "near convergence"],
  k: "number", sleep: "number", batch: "number", rate_G: "number", rate_D: "number",
  steps: "number", width_G: "number", width_D: "number", seed: "number",
  simultaneous: "checkbox",
  drawn: "points",
};
const MORE = {
  plane: { data: ["ring", "grid"], noise: "number", cost: KNOBS.cost, k: "number", K: "number",
    batch: "number", rate_G: "number", rate_D: "number", seed: "number" },
  circling: { eta: "number", seed: "number" },
};
const NAMES = { sleep: "updates of G to one of D (0: k of D to one of G)",
  K: "K: steps of D that G looks ahead (unrolled)",
  steps: "steps over which the rates fall", drawn: "data drawn by hand, x | heights" };

function knobText(value) { // a knob's value as it is typed, and stands in the address
  return Array.isArray(value) ? value.map((list) => list.join(",")).join("|") : String(value);
}

function readKnob(kind, text) {
  const number = (word) => (word.trim() ? Number(word) : NaN);
  if (kind === "number") return number(text);
  if (kind === "points") return text.split("|").map((list) => list.split(",").map(number));
  return kind === "checkbox" ? text === "true" : text;
}

function knobsOf(kind) {
  return MORE[kind] || KNOBS;
}

function fillKnobs() {
  const held = byId("knobs");
  if (held.dataset.kind !== fixed.kind) {
    held.querySelectorAll("label").forEach((label) => label.remove());
  }
  held.dataset.kind = fixed.kind;
  if (held.querySelector("label")) {
    for (const [name, value] of Object.entries(fixed.knobs)) {
      const input = held.querySelector(`[name="${name}"]`);
      if (input && input.type === "checkbox") input.checked = value;
      else if (input) input.value = knobText(value);
    }
    return;
  }
  for (const [name, kind] of Object.entries(knobsOf(fixed.kind))) {
    const label = document.createElement("label");
    const input = document.createElement(Array.isArray(kind) ? "select" : "input");
    input.name = name;
    if (Array.isArray(kind)) input.append(...kind.map((text) => new Option(text, text)));
    else if (kind === "points") input.type = "text";
    else Object.assign(input, kind === "number" ? { type: kind, step: "any" } : { type: kind });
    input.addEventListener("change", async () => {
      const value = readKnob(kind, kind === "checkbox" ? String(input.checked) : input.value);
      const fits = input.value !== "" && await say({ knobs: { [name]: value } });
      if (!fits) fillKnobs(); // with the game's own value again
    });
    label.append(NAMES[name] || name.replace("_", " of "), input);
    held.append(label);
  }
  fillKnobs();
}

let obeyed = false;

function obeyAddress() { // once, when the page is opened; whether it begins another game
  obeyed = true;
  const asked = new URLSearchParams(location.search), knobs = {}, scene = asked.get("scene");
  if (scene) {
    if (scene !== fixed.scene) say({ scene });
    return scene !== fixed.scene;
  }
  const names = [...asked.keys()], of = asked.get("kind");
  const tells = of || names.some((name) => Object.hasOwn(KNOBS, name)); // a whole game
  const kind = of || (tells ? "line" : fixed.kind), kinds = knobsOf(kind);
  if (tells && kind === fixed.kind) Object.assign(knobs, fixed.defaults);
  for (const [name, text] of asked) {
    if (name in kinds) knobs[name] = readKnob(kinds[name], text);
  }
  if (kind !== fixed.kind) say({ open: kind });
  const differs = (name) => knobText(knobs[name]) !== knobText(fixed.knobs[name]);
  const other = Object.keys(knobs).some(differs);
  if (other) say({ knobs });
  return other || kind !== fixed.kind;
}

function tellAddress() {
  const texts = Object.entries(fixed.knobs).map(([name, value]) => [name, knobText(value)]);
  const turned = texts.filter(([name, text]) => text !== knobText(fixed.defaults[name]));
  if (fixed.kind !== "line") turned.unshift(["kind", fixed.kind]);
  const query = new URLSearchParams(fixed.scene ? { scene: fixed.scene } : turned).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}
