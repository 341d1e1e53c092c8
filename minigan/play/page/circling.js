"use strict";
// V = x y: the paths of four methods, and their distances from the equilibrium.

const FRAME = 2.2; // half the width of a path's picture
const LOOKS = { simultaneous: ["star", []], alternating: ["D", [10, 6]],
  extragradient: ["fake", []], optimistic: ["rival", [6, 3]] };

function drawPaths() {
  const { pen, width } = canvas("paths"), half = width / 2;
  Object.entries(fixed.paths).forEach(([name, path], place) => {
    const [xs, ys] = path.map((values) => values.slice(0, now.step + 1));
    const left = (place % 2) * half, top = Math.floor(place / 2) * half;
    const seen = (v) => Math.abs(v) <= FRAME;
    const px = (x) => left + (x / FRAME + 1) / 2 * half;
    const py = (y) => top + (1 - y / FRAME) / 2 * half;
    const hue = colour(LOOKS[name][0]);
    pen.strokeStyle = colour("rule");
    pen.lineWidth = 2;
    pen.strokeRect(left + 1, top + 1, half - 2, half - 2);
    pen.beginPath();
    pen.arc(px(0), py(0), half / 2 / FRAME, 0, 2 * Math.PI);
    pen.stroke();
    const fore = { strokeStyle: colour("fore"), lineWidth: 2 };
    curve(pen, [px(0) - 6, px(0) + 6], [py(0), py(0)], fore);
    curve(pen, [px(0), px(0)], [py(0) - 6, py(0) + 6], fore);
    const inside = xs.map((x, i) => seen(x) && seen(ys[i]));
    const look = { strokeStyle: hue, lineWidth: 2 };
    curve(pen, xs.map(px), ys.map((y, i) => (inside[i] ? py(y) : null)), look);
    xs.forEach((x, i) => { if (inside[i]) dot(pen, px(x), py(ys[i]), hue, 2.5); });
    const x = xs[xs.length - 1], y = ys[ys.length - 1];
    if (seen(x) && seen(y)) { // where it is, and the way both gradients point
      dot(pen, px(x), py(y), hue);
      arrow(pen, px(x), py(y), px(x - y / 3), py(y + x / 3), colour("fore"), 2);
    }
    pen.fillStyle = colour("fore");
    pen.fillText(`${name}: ${told(now.methods[name].distance, 3)}`, left + 8, top + 20);
  });
}

function circlingRows() { // of the ledger
  return Object.entries(now.methods).flatMap(([name, { distance, factor, value }]) => [
    [`${name}: distance from (0, 0)`, told(distance, 5), false],
    [`${name}: factor a step, asked ${told(fixed.asked[name], 5)}`, told(factor, 5), false],
    [`${name}: V = x y`, told(value, 4), false],
  ]);
}

function drawDistances() {
  const { pen, width, height } = canvas("history");
  const log = (distance) => Math.log10(Math.max(distance, 1e-12));
  const logs = past.map((row) => row.slice(1).map(log));
  const low = Math.min(-1, ...logs.flat()), high = Math.max(1, ...logs.flat());
  const span = Math.max(1, now.step), top = 24, deep = height - top - 4;
  const xs = past.map((row) => (row[0] / span) * width);
  const py = (log) => top + ((high - log) / (high - low)) * deep;
  const level = { strokeStyle: colour("soft"), lineWidth: 1.5, dash: [2, 4] };
  curve(pen, [0, width], [py(0), py(0)], level);
  Object.keys(now.methods).forEach((name, i) => {
    const [hue, dash] = LOOKS[name];
    const look = { strokeStyle: colour(hue), lineWidth: 2.5, dash };
    curve(pen, xs, logs.map((row) => py(row[i])), look);
  });
  pen.fillStyle = colour("fore");
  const title = `distances, each in its colour, logarithmic, to step ${now.step}; dotted: 1`;
  pen.fillText(title, 4, 15, width - 8);
}
