"use strict";
// Draws frames. A live page gets them from the server; a film has them inside itself.

const film = byId("film") && JSON.parse(byId("film").textContent);
const past = []; // [step, C(G), V(G, D)] of every exact look
let fixed = null, now = null, ghost = null;

// ---- frames come in

function begin(setup) {
  const kind = !fixed || fixed.kind !== setup.kind;
  const other = kind || JSON.stringify(fixed.x) !== JSON.stringify(setup.x);
  if (kind) leaveLine();
  fixed = setup;
  if (other) ghost = now = null;
  document.body.dataset.kind = fixed.kind;
  drawAlgorithm();
  showScenes();
  if (film) return;
  if (hands.data) hands.data = pickUpData();
  else if (hasHands()) letGo();
  fillKnobs();
  if (obeyed || !obeyAddress()) tellAddress();
}

function take(frame) {
  if (!now || frame.step < now.step) past.length = 0;
  if (now && frame.deeds !== now.deeds && frame.mode === "pause") ghost = now;
  if (frame.mode !== "pause") ghost = null;
  if (drawn && !frame.hands.length && !waiting) letGo(); // another page has moved the game
  drawn = frame.hands.length > 0;
  now = frame;
  byId("nets").hidden = !drawn;
  judgeGuess(frame);
  const last = past[past.length - 1], row = pastRow(frame);
  if (row[1] !== null && (!last || last[0] !== row[0] || last[2] !== row[2])) past.push(row);
  if (past.length > 2000) past.splice(0, past.length, ...past.filter((_, i) => i % 2));
  document.documentElement.dataset.step = frame.step;
  requestAnimationFrame(draw);
}

function pastRow(frame) { // what is kept of a frame, for the history
  const row = [frame.seen_at, frame.c_of_g, frame.value];
  if (frame.kind === "circling") {
    return [frame.step, ...Object.values(frame.methods).map((method) => method.distance)];
  }
  if (frame.rival) row.push(frame.rival.c_of_g);
  row.at = frame.updates || frame.seen_at; // where it stands in the history
  return row;
}

const PICTURES = {
  plane: () => { drawPlane(); drawShares(); drawHistory(); showWay(); showLines(); },
  circling: () => { drawPaths(); drawDistances(); },
};

function draw() {
  if (!fixed || !now || fixed.kind !== now.kind) return;
  (PICTURES[fixed.kind] || drawLine)();
  drawLedger();
  const moving = now.mode !== "pause";
  byId("run").textContent = moving ? "Pause" : "Play";
  byId("run").dataset.do = moving ? "pause" : "play";
  byId("ledger").setAttribute("aria-live", moving && now.mode !== "slow" ? "off" : "polite");
  showWrong(now.error || now.why || "");
}

let wrong = ""; // what the last frame said; it goes with its frame
function showWrong(text) {
  const remark = byId("remark");
  if (text || remark.textContent === wrong) remark.textContent = text;
  wrong = text;
}

function drawLine() {
  if (now.rival) byId("rival").textContent = now.rival.cost;
  drawStage();
  drawAreas();
  drawHistory();
  showWay();
  showLines();
}

function leaveLine() { // nothing of one game's hands and guesses goes into another
  quiz.on = false;
  byId("guess-first").setAttribute("aria-pressed", false);
  askFor(null);
  if (hasHands()) letGo();
}

// ---- buttons, keys, and a film's slider

function canvasOf() {
  return { plane: "plane", circling: "paths" }[fixed.kind] || "stage";
}

function save(kind) { // the picture, or the history of C(G) and V(G, D)
  if (kind === "png") { byId("as-png").href = byId(canvasOf()).toDataURL(); return; }
  if (kind === "svg") {
    byId("as-svg").href = `data:image/svg+xml,${encodeURIComponent(stageAsSvg())}`;
    return;
  }
  const heads = { rivals: "step,c_of_g,value,rival_c_of_g", plane: "step,c_of_g_at_least,value" };
  if (fixed.kind === "circling") heads.circling = `step,${Object.keys(now.methods)}`;
  const rows = [heads[fixed.kind] || "step,c_of_g,value", ...past.map((row) => row.join(","))];
  byId("as-csv").href = `data:text/csv,${encodeURIComponent(rows.join("\n"))}`;
}

async function showPython() {
  const shown = byId("snippet");
  shown.hidden = !shown.hidden;
  byId("copy").hidden = shown.hidden;
  byId("copy").textContent = "Copy";
  if (!shown.hidden) shown.textContent = (await ask("python")).text;
}

async function copyPython() {
  await navigator.clipboard.writeText(byId("snippet").textContent);
  byId("copy").textContent = "Copied";
}

function listen() {
  document.querySelectorAll("[data-do]").forEach((button) =>
    button.addEventListener("click", () => {
      if (asksFirst(button.dataset.do)) return;
      letGo();
      say({ do: button.dataset.do });
    }));
  for (const name of Object.keys(hands)) {
    byId(`hand-${name}`).addEventListener("click", () => toggleHand(name));
  }
  for (const kind of ["pointerdown", "pointermove"]) byId("stage").addEventListener(kind, drag);
  for (const kind of ["pointerup", "pointercancel"]) byId("stage").addEventListener(kind, lift);
  byId("stage").addEventListener("keydown", drawByKeys);
  listenToGuesses();
  listenToScenes();
  byId("python").addEventListener("click", showPython);
  byId("copy").addEventListener("click", copyPython);
  for (const name of ["G", "D"]) byId(`net-${name}`).href = `${name}.npz`;
  for (const kind of ["png", "svg", "csv"]) byId(`as-${kind}`).addEventListener("click", () => save(kind));
  const events = new EventSource("events");
  events.addEventListener("setup", (event) => begin(JSON.parse(event.data)));
  events.addEventListener("message", (event) => take(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    byId("remark").textContent = GONE;
  });
  events.addEventListener("open", () => { byId("remark").textContent = ""; });
}

function replay() { // a film: the same drawing, a slider instead of commands
  for (const id of ["live", "knobs", "yours", "kinds", "scenes"]) byId(id).hidden = true;
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
  n: '[data-do="near"]', s: '[data-do="slow"]', q: "#guess-first", r: '[data-do="restart"]' };
document.addEventListener("keydown", (event) => {
  const ticks = event.target.type === "checkbox", where = ticks ? "BUTTON" : event.target.tagName;
  const presses = where === "BUTTON" && /^[ ]$|Enter/.test(event.key);
  const others = event.ctrlKey || event.metaKey || event.altKey;
  if (presses || others || /^(INPUT|SELECT|SUMMARY)$/.test(where)) return;
  const way = /^Arrow(Left|Right)$/.exec(event.key);
  if (way && quiz.asked === "G") {
    answer(way[1].toLowerCase());
    return;
  }
  const key = film && event.key === " " ? "#film-run" : KEYS[event.key];
  const digit = /^\d$/.test(event.key);
  const pressed = digit ? sceneButton(event.key) : key && document.querySelector(key);
  if (!pressed || !pressed.offsetParent) return;
  event.preventDefault();
  pressed.click();
});
byId("projector").addEventListener("click", (event) => {
  const on = document.body.classList.toggle("projector");
  event.target.setAttribute("aria-pressed", on);
  draw();
});
window.addEventListener("resize", draw);
byId("layers").addEventListener("change", draw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
if (film) replay(); else listen();
