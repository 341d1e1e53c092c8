"use strict";
// The knobs, on the page and in its address.

const KNOBS = {
  data: ["one bell", "two bells", "a box", "a Gaussian", "a narrow bell"],
  noise: ["uniform", "Gaussian"],
  cost: ["non-saturating", "minimax", "max-likelihood"],
  optimizer: ["Adam", "SGD with momentum"],
  k: "number", batch: "number", rate_G: "number", rate_D: "number", seed: "number",
  simultaneous: "checkbox",
};

function fillKnobs() {
  const held = byId("knobs");
  if (held.querySelector("label")) {
    for (const [name, value] of Object.entries(fixed.knobs)) {
      const input = held.querySelector(`[name="${name}"]`);
      if (input && input.type === "checkbox") input.checked = value;
      else if (input) input.value = value;
    }
    return;
  }
  for (const [name, kind] of Object.entries(KNOBS)) {
    const label = document.createElement("label");
    const input = document.createElement(Array.isArray(kind) ? "select" : "input");
    input.name = name;
    if (Array.isArray(kind)) input.append(...kind.map((text) => new Option(text, text)));
    else Object.assign(input, kind === "number" ? { type: kind, step: "any" } : { type: kind });
    input.addEventListener("change", async () => {
      const value = { checkbox: () => input.checked, number: () => Number(input.value) };
      const read = value[kind] || (() => input.value);
      const fits = input.value !== "" && await say({ knobs: { [name]: read() } });
      if (!fits) fillKnobs(); // with the game's own value again
    });
    label.append(name.replace("_", " of "), input);
    held.append(label);
  }
  fillKnobs();
}

let obeyed = false;

function obeyAddress() { // once, when the page is opened; whether it begins another game
  obeyed = true;
  const asked = new URLSearchParams(location.search), knobs = {};
  for (const [name, text] of asked) {
    const kind = KNOBS[name];
    if (kind === undefined) continue;
    knobs[name] = kind === "number" ? Number(text) : kind === "checkbox" ? text === "true" : text;
  }
  const other = Object.keys(knobs).some((name) => knobs[name] !== fixed.knobs[name]);
  if (other) say({ knobs });
  return other;
}

function tellAddress() {
  const turned = Object.entries(fixed.knobs).filter(([name, v]) => v !== fixed.defaults[name]);
  const query = new URLSearchParams(turned).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}
