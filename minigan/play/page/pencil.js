"use strict";
// A curve drawn over the stage, D or the data: with mouse or finger, or with arrow keys.

const DATA_FROM = -4, DATA_TO = 5, DATA_POINTS = 41; // as the knob takes them
let nib = null; // [x, height] where the stroke is
let cursor = 20; // the point that the arrow keys move

function pencilled() { // which curve is being drawn
  return hands.data ? "data" : hands.D ? "D" : null;
}

function pickUpData() { // p_data as it is, at points that the knob takes
  const x = fixed.x, low = Math.max(x[0], DATA_FROM), high = Math.min(x[x.length - 1], DATA_TO);
  const places = Array.from({ length: DATA_POINTS }, (_, i) =>
    Number((low + (high - low) * i / (DATA_POINTS - 1)).toFixed(3)));
  return [places, places.map((v) => fixed.p_data[nearest(x, v)])];
}

function height(name, i) { // of the drawn curve at its point i
  const value = hands[name][1][i];
  return name === "D" ? 1 / (1 + Math.exp(-value)) : value;
}

function raise(name, i, p) {
  hands[name][1][i] = name === "D" ? logit(p) : Number(Math.max(0, p).toFixed(3));
}

function stroke(name, at, p) { // all points between the last place of the pen and this one
  const xs = hands[name][0], near = (xs[1] - xs[0]) / 2;
  const [x0, p0] = nib || [at, p];
  xs.forEach((v, i) => {
    if (v < Math.min(x0, at) - near || v > Math.max(x0, at) + near) return;
    const share = at === x0 ? 1 : Math.min(1, Math.max(0, (v - x0) / (at - x0)));
    raise(name, i, p0 + share * (p - p0));
  });
  nib = [at, p];
  changed(name);
}

function changed(name) {
  if (name === "D") sendHands();
  requestAnimationFrame(draw);
}

function handIn() { // a new game on the data that were drawn
  const [xs, ys] = hands.data, some = ys.map((p, i) => (p > 0 ? i : -1)).filter((i) => i >= 0);
  const from = Math.max(0, (some[0] || 0) - 1);
  const to = some.length ? some[some.length - 1] + 2 : ys.length;
  say({ knobs: { data: "drawn by hand", drawn: [xs.slice(from, to), ys.slice(from, to)] } });
}

function lift() { // the pen leaves the stage
  if (nib && hands.data) handIn();
  nib = null;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function drawByKeys(event) { // a point to the side, higher, lower; Enter hands the data in
  const name = pencilled(), arrow = ARROWS[event.key];
  if (!name && hands.G && arrow) moveHandle(event, arrow);
  if (!name || !(arrow || event.key === "Enter")) return;
  event.preventDefault();
  event.stopPropagation();
  if (!arrow) { if (name === "data") handIn(); return; }
  cursor = Math.min(hands[name][0].length - 1, Math.max(0, cursor + arrow[0]));
  raise(name, cursor, height(name, cursor) + 0.05 * arrow[1]);
  changed(name);
}

function moveHandle(event, [aside, on]) { // of G: to the side; up and down choose another
  event.preventDefault();
  event.stopPropagation();
  const values = hands.G[1];
  held = Math.min(values.length - 1, Math.max(0, held + on));
  values[held] += aside * 0.05;
  if (aside) sendHands();
  requestAnimationFrame(draw);
}

function drawPencil(pen, px, py) { // the data as drawn so far, and the point of the keys
  const name = pencilled();
  if (!name) return;
  const [xs] = hands[name], at = (i) => py(height(name, i));
  if (name === "data") {
    curve(pen, xs.map(px), xs.map((_, i) => at(i)), { strokeStyle: colour("data"), lineWidth: 3 });
  }
  if (document.activeElement === byId("stage")) dot(pen, px(xs[cursor]), at(cursor), colour("star"));
}
