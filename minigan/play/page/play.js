"use strict";
// Draws frames. A live page gets them from the server; a film has them inside itself.

const LOG4 = Math.log(4);
const KNOBS = {
  data: ["one bell", "two bells", "a box", "a Gaussian", "a narrow bell"],
  noise: ["uniform", "Gaussian"],
  cost: ["non-saturating", "minimax", "max-likelihood"],
  optimizer: ["Adam", "SGD with momentum"],
  k: "number", batch: "number", rate_G: "number", rate_D: "number", seed: "number",
  simultaneous: "checkbox",
};
const LEDGER = [ // what the theory asks; the number in a frame, and its digits
  ["JSD(p_data, p_g), asked: 0", "jsd", 5, "nats"],
  ["C(G), asked: -log 4 = -1.38629", "c_of_g", 5, "nats"],
  ["V(G, D), never above C(G)", "value", 5, "nats"],
  ["the gap C(G) - V(G, D)", "inner_gap", 5, "nats"],
  ["Theorem 1: C(G) + log 4 - 2 JSD", "residual", 1, "nats"],
  ["mean |D - D*|", "d_gap", 4, ""],
  ["right guesses of D", "accuracy", 4, ""],
  ["J_D of the last minibatch", "J_D", 4, ""],
  ["J_G of the last minibatch", "J_G", 4, ""],
];

const byId = (id) => document.getElementById(id);
const film = byId("film") && JSON.parse(byId("film").textContent);
const past = []; // [step, C(G), V(G, D)] of every exact look
let fixed = null, now = null, ghost = null;

// ---- frames come in

function begin(setup) {
  const other = !fixed || JSON.stringify(fixed.x) !== JSON.stringify(setup.x);
  fixed = setup;
  if (other) ghost = now = null;
  drawAlgorithm();
  if (film) return;
  fillKnobs();
  if (obeyed || !obeyAddress()) tellAddress();
}

// ---- the knobs in the page's address

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

function save(kind) { // the picture, or the history of C(G) and V(G, D)
  if (kind === "png") { byId("as-png").href = byId("stage").toDataURL(); return; }
  const rows = ["step,c_of_g,value", ...past.map((row) => row.join(","))];
  byId("as-csv").href = `data:text/csv,${encodeURIComponent(rows.join("\n"))}`;
}

function take(frame) {
  if (now && frame.step < now.step) past.length = 0;
  if (now && frame.deeds !== now.deeds && frame.mode === "pause") ghost = now;
  if (frame.mode !== "pause") ghost = null;
  if (drawn && !frame.hands.length && !waiting) letGo(); // another page has moved the game
  drawn = frame.hands.length > 0;
  now = frame;
  const last = past[past.length - 1];
  if (frame.c_of_g !== null && (!last || last[0] !== frame.seen_at || last[2] !== frame.value)) {
    past.push([frame.seen_at, frame.c_of_g, frame.value]);
  }
  if (past.length > 2000) past.splice(0, past.length, ...past.filter((_, i) => i % 2));
  document.documentElement.dataset.step = frame.step;
  requestAnimationFrame(draw);
}

// ---- drawing

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function canvas(id) {
  const element = byId(id), scale = window.devicePixelRatio || 1;
  const { width, height } = element.getBoundingClientRect();
  element.width = Math.round(width * scale);
  element.height = Math.round(height * scale);
  const pen = element.getContext("2d");
  pen.scale(scale, scale);
  pen.font = `${Math.max(13, width / 60)}px system-ui, sans-serif`;
  return { pen, width, height };
}

function curve(pen, xs, ys, look) {
  pen.save();
  Object.assign(pen, { lineJoin: "round", ...look });
  pen.setLineDash(look.dash || []);
  pen.beginPath();
  let open = false;
  ys.forEach((y, i) => {
    if (y === null) { open = false; return; }
    if (open) pen.lineTo(xs[i], y); else pen.moveTo(xs[i], y);
    open = true;
  });
  pen.stroke();
  pen.restore();
}

function draw() {
  if (!fixed || !now) return;
  drawStage();
  drawAreas();
  drawHistory();
  drawLedger();
  showLines();
  const moving = now.mode !== "pause";
  byId("run").textContent = moving ? "Pause" : "Play";
  byId("run").dataset.do = moving ? "pause" : "play";
  byId("ledger").setAttribute("aria-live", moving ? "off" : "polite");
  if (now.error || now.why) byId("remark").textContent = now.error || now.why;
}

function drawStage() {
  const { pen, width, height } = canvas("stage");
  const x = fixed.x, base = height * 0.76, high = height * 0.74;
  const top = Math.max(1.05, Math.min(1.5, 1.15 * Math.max(...fixed.p_data)));
  const px = (v) => ((v - x[0]) / (x[x.length - 1] - x[0])) * width;
  const py = (v) => (v === null ? null : base - (Math.min(v, top) / top) * high);
  const xs = x.map(px), map = (ys) => ys.map(py);
  const upright = (frame, name, below) => { // a curve with its jumps drawn upright
    const points = x.map((v, i) => [v, frame[name][i]]);
    frame.jumps.forEach((jump) => points.push([jump[0], jump[below]], [jump[0], jump[below + 1]]));
    points.forEach((point, i) => point.push(i));
    points.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
    return [points.map((point) => px(point[0])), points.map((point) => py(point[1]))];
  };
  for (const level of [0, 0.5, 1]) {
    curve(pen, [0, width], [py(level), py(level)], { strokeStyle: colour("rule"), lineWidth: 1 });
    pen.fillStyle = colour("soft");
    pen.fillText(level, 4, py(level) - 4);
  }
  if (ghost) { // p_g and D before the last action
    pen.globalAlpha = 0.35;
    curve(pen, ...upright(ghost, "p_g", 1), { strokeStyle: colour("fake"), lineWidth: 2 });
    curve(pen, xs, map(ghost.D), { strokeStyle: colour("D"), lineWidth: 2, dash: [4, 6] });
    pen.globalAlpha = 1;
  }
  pen.fillStyle = colour("star"); // D* - D, shaded where somebody is
  pen.globalAlpha = 0.15;
  shade(pen, xs, map(now.D_star), map(now.D));
  pen.globalAlpha = 1;
  curve(pen, ...upright(now, "D_star", 3), { strokeStyle: colour("star"), lineWidth: 5 });
  curve(pen, xs, map(fixed.p_data), { strokeStyle: colour("data"), lineWidth: 3, dash: [2, 5] });
  curve(pen, ...upright(now, "p_g", 1), { strokeStyle: colour("fake"), lineWidth: 3 });
  curve(pen, xs, map(now.D), { strokeStyle: colour("D"), lineWidth: 3, dash: [10, 6] });
  drawAtoms(pen, px, py);
  drawMapping(pen, px, width, height);
  drawPulls(pen, px, height * 0.8);
  drawHandles(pen, px, height * 0.84);
}

function shade(pen, xs, upper, lower) { // between two curves, each run without a gap by itself
  let run = [];
  const fill = () => {
    pen.beginPath();
    run.forEach((i) => pen.lineTo(xs[i], upper[i]));
    run.reverse().forEach((i) => pen.lineTo(xs[i], lower[i]));
    pen.fill();
    run = [];
  };
  upper.forEach((y, i) => { if (y !== null) run.push(i); else if (run.length) fill(); });
  if (run.length) fill();
}

function drawAtoms(pen, px, py) { // points with a probability of their own: it is the height
  for (const [x, mass] of now.atoms || []) {
    curve(pen, [px(x), px(x)], [py(0), py(mass)], { strokeStyle: colour("fake"), lineWidth: 3 });
    dot(pen, px(x), py(mass), colour("fake"));
    dot(pen, px(x), py(0), colour("star")); // D* is 0 there
  }
}

function dot(pen, x, y, hue) {
  pen.fillStyle = hue;
  pen.beginPath();
  pen.arc(x, y, 5, 0, 2 * Math.PI);
  pen.fill();
}

function drawMapping(pen, px, width, height) {
  const [zs, gs] = now.arrows, x = height * 0.84, z = height * 0.97;
  const low = zs[0], high = zs[zs.length - 1];
  const pz = (v) => width * (0.2 + 0.6 * (v - low) / (high - low));
  const look = { strokeStyle: colour("fore"), lineWidth: 2 };
  curve(pen, [0, width], [x, x], look);
  curve(pen, [pz(low), pz(high)], [z, z], look);
  pen.fillStyle = colour("fore");
  pen.fillText("x", 4, x - 4);
  pen.fillText("z", pz(low) - 16, z + 4);
  zs.forEach((v, i) => arrow(pen, pz(v), z, px(gs[i]), x, colour("soft"), 1.2));
}

function drawPulls(pen, px, y) { // which way, and how hard, J_G pulls each sample
  const [xs, pulls] = now.pulls;
  const most = Math.max(1e-9, ...pulls.map(Math.abs));
  xs.forEach((x, i) => arrow(pen, px(x), y, px(x) + 34 * pulls[i] / most, y, colour("fore"), 2));
}

function arrow(pen, x0, y0, x1, y1, stroke, lineWidth) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 2) return;
  curve(pen, [x0, x1], [y0, y1], { strokeStyle: stroke, lineWidth });
  const ux = (x1 - x0) / length, uy = (y1 - y0) / length, size = Math.min(8, length / 2);
  pen.fillStyle = stroke;
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x1 - size * (ux - uy / 2), y1 - size * (uy + ux / 2));
  pen.lineTo(x1 - size * (ux + uy / 2), y1 - size * (uy - ux / 2));
  pen.fill();
}

function drawAreas() { // the printed numbers, as areas, each to its own scale
  const { pen, width, height } = canvas("areas");
  const x = fixed.x, span = x[x.length - 1] - x[0];
  [["jsd_area", "fake", `JSD, as area: ${told(now.jsd, 4)}`, 0],
    ["gap_area", "star", `gap, as area: ${told(now.inner_gap, 4)}`, 1],
  ].forEach(([name, hue, text, j]) => {
    const left = j * width / 2, wide = width / 2 - 12, base = height - 4;
    const most = Math.max(1e-3, ...now[name]);
    pen.beginPath();
    pen.moveTo(left, base);
    now[name].forEach((y, i) => { // y nats a unit, from one x to the next
      for (const end of [x[i], x[i + 1]]) {
        pen.lineTo(left + ((end - x[0]) / span) * wide, base - (y / most) * (base - 22));
      }
    });
    pen.lineTo(left + wide, base);
    pen.fillStyle = colour(hue);
    pen.globalAlpha = 0.5;
    pen.fill();
    pen.globalAlpha = 1;
    pen.fillStyle = colour("fore");
    pen.fillText(text, left + 4, 15);
  });
}

function drawHistory() {
  const { pen, width, height } = canvas("history");
  if (!past.length) return;
  const first = past[0][0], span = Math.max(1, past[past.length - 1][0] - first);
  const low = -LOG4 - 0.5, high = Math.min(0, Math.max(-1.0, ...past.map((p) => p[1])) + 0.1);
  const left = 44, top = 24, deep = height - top - 4; // beside the axis' numbers, below the title
  const px = (s) => left + ((s - first) / span) * (width - left - 4);
  const py = (v) => (v === null || v < low ? null : top + ((high - v) / (high - low)) * deep);
  const level = { strokeStyle: colour("soft"), lineWidth: 1.5, dash: [2, 4] };
  curve(pen, [left, width], [py(-LOG4), py(-LOG4)], level);
  const xs = past.map((p) => px(p[0]));
  const of = (j, hue, dash) => curve(pen, xs, past.map((p) => py(p[j])),
    { strokeStyle: colour(hue), lineWidth: 2.5, dash });
  of(2, "D", [10, 6]);
  of(1, "fake", []);
  pen.fillStyle = colour("fore");
  const title = `C(G), below it V(G, D), to step ${now.step}; dotted: -log 4`;
  pen.fillText(title, 4, 15, width - 8);
  pen.font = "11px system-ui, sans-serif";
  pen.fillStyle = colour("soft");
  pen.fillText(told(high, 2), 4, top + 10);
  pen.fillText(told(low, 2), 4, height - 4);
}

function told(number, digits) {
  if (number === null || number === undefined) return "-";
  const text = digits === 1 ? number.toExponential(0) : number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

function drawLedger() {
  const rows = [["step", String(now.step), false]];
  for (const [text, name, digits, unit] of LEDGER) {
    const wrong = name === "value" && now.value !== null && now.value > now.c_of_g + 1e-6;
    rows.push([text, `${told(now[name], digits)} ${unit}`, wrong]);
  }
  const body = byId("ledger").tBodies[0];
  body.replaceChildren(...rows.map(([text, value, wrong]) => {
    const row = document.createElement("tr"), head = document.createElement("th");
    const cell = document.createElement("td");
    head.scope = "row";
    head.textContent = wrong ? `${text}: IT IS ABOVE, which no theory allows` : text;
    cell.textContent = value;
    row.className = wrong ? "wrong" : "";
    row.append(head, cell);
    return row;
  }));
}

function drawAlgorithm() {
  const parts = fixed.turns.flatMap((turn, t) => {
    const head = document.createElement("h2"), list = document.createElement("ol");
    head.id = `turn-${t}`;
    turn.lines.forEach((line, i) => {
      const item = document.createElement("li"), code = document.createElement("code");
      const did = document.createElement("span");
      item.id = `line-${t}-${i}`;
      did.className = "did";
      code.textContent = line.code;
      item.append(line.paper, code, did);
      list.append(item);
    });
    return [head, list];
  });
  byId("algorithm").replaceChildren(...parts);
}

function showLines() {
  fixed.turns.forEach((turn, t) => {
    const due = now.due === t ? `, ${now.taken} of ${turn.k} done` : "";
    byId(`turn-${t}`).textContent = `${turn.moves.join(" and ")}'s turn${due}`;
    turn.lines.forEach((_, i) => {
      const said = now.turn === t ? now.said.filter((done) => done.line === i) : [];
      const item = byId(`line-${t}-${i}`);
      const last = now.said.length ? now.said[now.said.length - 1].line : -1;
      item.className = said.length && i === last ? "lit" : "";
      item.lastChild.textContent = said.map((done) => done.said).join("; ");
    });
  });
}

// ---- by hand: G as its values at seven z, D as its logits at x

const hands = { G: null, D: null };
let held = 0; // the handle of G that is dragged
let drawn = false; // whether the last frame was of a drawing

function pickUp(name) { // begin with the curve as it is
  if (name === "G") {
    const [low, high] = fixed.z, n = 7, [zs, gs] = now.arrows;
    const z = Array.from({ length: n }, (_, i) => low + (high - low) * i / (n - 1));
    return [z, z.map((v) => gs[nearest(zs, v)])];
  }
  const at = fixed.x.filter((_, i) => i % 5 === 0);
  return [at, at.map((_, i) => logit(now.D[i * 5]))];
}

function nearest(values, at) {
  const far = values.map((v) => Math.abs(v - at));
  return far.indexOf(Math.min(...far));
}

function logit(p) {
  const inside = Math.min(0.999, Math.max(0.001, p));
  return Math.log(inside / (1 - inside));
}

function toggleHand(name) {
  hands[name] = hands[name] ? null : pickUp(name);
  showHands();
  if (hasHands()) sendHands(); else say({ do: "pause" });
}

function hasHands() {
  return Boolean(hands.G || hands.D);
}

function letGo() {
  hands.G = hands.D = null;
  showHands();
  requestAnimationFrame(draw);
}

function showHands() {
  for (const name of ["G", "D"]) {
    byId(`hand-${name}`).setAttribute("aria-pressed", Boolean(hands[name]));
    byId(`hint-${name}`).hidden = !hands[name];
  }
  document.body.classList.toggle("drawing", hasHands());
}

let drawing = false; // whether a drawing waits in the queue: the newest is sent
function sendHands() {
  if (drawing) return;
  drawing = true;
  inTurn(() => {
    drawing = false;
    const draw = Object.fromEntries(Object.entries(hands).filter(([, points]) => points));
    return hasHands() ? send({ draw }) : true;
  });
}

function drag(event) {
  if (!event.buttons || !hasHands()) return;
  const box = byId("stage").getBoundingClientRect(), x = fixed.x;
  const at = x[0] + ((event.clientX - box.left) / box.width) * (x[x.length - 1] - x[0]);
  const height = (event.clientY - box.top) / box.height;
  if (hands.D && height < 0.77) {
    const top = Math.max(1.05, Math.min(1.5, 1.15 * Math.max(...fixed.p_data)));
    const p = ((0.76 - height) / 0.74) * top, [xs, ys] = hands.D, step = xs[1] - xs[0];
    xs.forEach((v, i) => { if (Math.abs(v - at) < step) ys[i] = logit(p); });
  } else if (hands.G && height >= 0.77) {
    const values = hands.G[1];
    if (event.type === "pointerdown") held = nearest(values, at);
    values[held] = at;
  }
  sendHands();
}

function drawHandles(pen, px, y) {
  if (!hands.G) return;
  pen.fillStyle = colour("star");
  for (const v of hands.G[1]) {
    pen.beginPath();
    pen.moveTo(px(v), y - 2);
    pen.lineTo(px(v) - 9, y + 16);
    pen.lineTo(px(v) + 9, y + 16);
    pen.fill();
  }
}

async function showPython() {
  const shown = byId("snippet");
  shown.hidden = !shown.hidden;
  if (!shown.hidden) shown.textContent = (await ask("python")).text;
}

// ---- commands go out

const GONE = "No answer from minigan play: is it still running?";
let queue = Promise.resolve(), waiting = 0; // commands go one by one, in order

function inTurn(act) { // a promise of what the act returns
  waiting += 1;
  queue = queue.then(act).finally(() => { waiting -= 1; });
  return queue;
}

function say(command) { // whether it was obeyed
  return inTurn(() => send(command));
}

async function send(command) {
  byId("remark").textContent = "";
  const token = document.querySelector('meta[name="token"]').content;
  const { ok, text } = await ask("command", {
    method: "POST", headers: { "X-Token": token }, body: JSON.stringify(command),
  });
  if (!ok) byId("remark").textContent = text;
  return ok;
}

async function ask(path, how) { // never throws
  try {
    const answer = await fetch(path, how);
    return { ok: answer.ok, text: await answer.text() };
  } catch {
    return { ok: false, text: GONE };
  }
}

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

function listen() {
  document.querySelectorAll("[data-do]").forEach((button) =>
    button.addEventListener("click", () => {
      letGo();
      say({ do: button.dataset.do });
    }));
  for (const name of ["G", "D"]) {
    byId(`hand-${name}`).addEventListener("click", () => toggleHand(name));
  }
  for (const kind of ["pointerdown", "pointermove"]) byId("stage").addEventListener(kind, drag);
  byId("python").addEventListener("click", showPython);
  for (const kind of ["png", "csv"]) byId(`as-${kind}`).addEventListener("click", () => save(kind));
  const events = new EventSource("events");
  events.addEventListener("setup", (event) => begin(JSON.parse(event.data)));
  events.addEventListener("message", (event) => take(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    byId("remark").textContent = GONE;
  });
  events.addEventListener("open", () => { byId("remark").textContent = ""; });
}

function replay() { // a film: the same drawing, a slider instead of commands
  for (const id of ["live", "knobs", "yours"]) byId(id).hidden = true;
  byId("knobs").style.display = "none";
  byId("replay").hidden = false;
  const at = byId("film-at"), run = byId("film-run");
  let timer = null;
  at.max = film.frames.length - 1;
  const show = () => {
    past.length = 0;
    now = null;
    film.frames.slice(0, Number(at.value) + 1).forEach(take);
  };
  const stop = () => { clearInterval(timer); timer = null; run.textContent = "Play"; };
  run.addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (at.value === at.max) at.value = 0;
    run.textContent = "Pause";
    timer = setInterval(() => {
      at.value = Number(at.value) + 1;
      show();
      if (at.value === at.max) stop();
    }, 120);
  });
  at.addEventListener("input", () => { stop(); show(); });
  begin(film.setup);
  show();
  run.click();
}

const KEYS = { " ": "#run", ArrowRight: '[data-do="line"]', ArrowDown: '[data-do="update"]',
  i: '[data-do="step"]', d: '[data-do="D"]', g: '[data-do="G"]', u: '[data-do="until"]',
  n: '[data-do="near"]', r: '[data-do="restart"]' };
document.addEventListener("keydown", (event) => {
  const where = event.target.tagName, presses = where === "BUTTON" && /^[ ]$|Enter/.test(event.key);
  const others = event.ctrlKey || event.metaKey || event.altKey;
  if (presses || others || /^(INPUT|SELECT|SUMMARY)$/.test(where)) return;
  const key = film && event.key === " " ? "#film-run" : KEYS[event.key];
  if (!key) return;
  event.preventDefault();
  document.querySelector(key).click();
});
byId("projector").addEventListener("click", (event) => {
  const on = document.body.classList.toggle("projector");
  event.target.setAttribute("aria-pressed", on);
  draw();
});
window.addEventListener("resize", draw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
if (film) replay(); else listen();
