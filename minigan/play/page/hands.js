"use strict";
// By hand: G as its values at seven z, D as its logits at x, the data as heights at x.

const hands = { G: null, D: null, data: null };
let held = 0; // the handle of G that is dragged
let drawn = false; // whether the last frame was of a drawing

function pickUp(name) { // begin with the curve as it is
  if (name === "data") return pickUpData();
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
  if (isSecret()) askFor(null);
  hands[name] = hands[name] ? null : pickUp(name);
  for (const other of name === "data" ? ["G", "D"] : ["data"]) hands[other] = null;
  showHands();
  if (hasHands()) sendHands(); else say({ do: "pause" });
}

function hasHands() { // whether a network is drawn; data are handed in as a knob
  return Boolean(hands.G || hands.D);
}

function letGo() {
  hands.G = hands.D = hands.data = null;
  if (quiz.asked !== "G") askFor(null);
  showHands();
  requestAnimationFrame(draw);
}

function showHands() {
  for (const name of Object.keys(hands)) {
    byId(`hand-${name}`).setAttribute("aria-pressed", Boolean(hands[name]));
    byId(`hint-${name}`).hidden = !hands[name];
  }
  document.body.classList.toggle("drawing", hasHands() || Boolean(hands.data));
}

let drawing = false; // whether a drawing waits in the queue: the newest is sent
function sendHands() {
  if (drawing) return;
  drawing = true;
  inTurn(() => {
    drawing = false;
    const { data, ...networks } = hands;
    const draw = Object.fromEntries(Object.entries(networks).filter(([, points]) => points));
    return hasHands() ? send({ draw }) : true;
  });
}

function drag(event) {
  if (!event.buttons || !(hasHands() || hands.data)) return;
  const box = byId("stage").getBoundingClientRect(), x = fixed.x;
  const at = x[0] + ((event.clientX - box.left) / box.width) * (x[x.length - 1] - x[0]);
  const height = (event.clientY - box.top) / box.height;
  if (event.type === "pointerdown") {
    byId("stage").setPointerCapture(event.pointerId);
    nib = null;
  }
  if (pencilled() && (height < 0.77 || nib)) {
    stroke(pencilled(), at, ((0.76 - height) / 0.74) * stageTop());
  } else if (hands.G && height >= 0.77) {
    const values = hands.G[1];
    if (event.type === "pointerdown") held = nearest(values, at);
    values[held] = at;
    sendHands();
  }
}

function drawHandles(pen, px, y) {
  if (!hands.G) return;
  const byKeys = document.activeElement === byId("stage");
  for (const [i, v] of hands.G[1].entries()) {
    pen.fillStyle = colour(byKeys && i === held ? "D" : "star");
    pen.beginPath();
    pen.moveTo(px(v), y - 2);
    pen.lineTo(px(v) - 9, y + 16);
    pen.lineTo(px(v) + 9, y + 16);
    pen.fill();
  }
}
