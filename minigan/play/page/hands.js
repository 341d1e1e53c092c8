"use strict";
// By hand: G as its values at seven z, D as its logits at x.

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
