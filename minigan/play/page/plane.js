"use strict";
// A game in the plane: D as a heat map, G as a mesh, samples, D's pulls, shares of the modes.

function shows(layer) {
  return byId(`show-${layer}`).checked;
}

function drawPlane() {
  const { pen, width, height } = canvas("plane"), { view } = fixed;
  const px = (x) => (x === null ? null : (x / view + 1) / 2 * width);
  const py = (y) => (y === null ? null : (1 - y / view) / 2 * height);
  if (shows("heat")) drawHeat(pen, width, height);
  if (shows("data")) drawData(pen, px, py);
  if (shows("mesh") && now.mesh) drawMesh(pen, px, py);
  if (shows("samples")) {
    const hue = colour("fake");
    now.samples[0].forEach((x, i) => dot(pen, px(x), py(now.samples[1][i]), hue, 3));
  }
  if (shows("pulls")) drawPlanePulls(pen, px, py);
}

function drawHeat(pen, width, height) { // D above 1/2 in its own colour, below in the other
  const { side, levels } = fixed, wide = width / side, high = height / side;
  const above = colour("D"), below = colour("star");
  [...now.D].forEach((letter, i) => {
    const D = levels.indexOf(letter) / (levels.length - 1);
    pen.fillStyle = D > 0.5 ? above : below;
    pen.globalAlpha = 0.6 * Math.abs(2 * D - 1);
    const row = side - 1 - Math.floor(i / side);
    const [x, y] = [(i % side) * wide, row * high].map(Math.round);
    pen.fillRect(x, y, Math.round((i % side + 1) * wide) - x, Math.round((row + 1) * high) - y);
  });
  pen.globalAlpha = 1;
}

function drawData(pen, px, py) {
  const hue = colour("data"), round = px(fixed.radius) - px(0);
  fixed.data[0].forEach((x, i) => dot(pen, px(x), py(fixed.data[1][i]), hue, 1.5));
  for (const [x, y] of fixed.modes) {
    pen.strokeStyle = hue;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(px(x), py(y), round, 0, 2 * Math.PI);
    pen.stroke();
  }
}

function drawMesh(pen, px, py) {
  const [xs, ys] = now.mesh, look = { strokeStyle: colour("fake"), lineWidth: 2 };
  pen.globalAlpha = 0.6;
  xs.forEach((row, i) => {
    curve(pen, row.map(px), ys[i].map(py), look);
    curve(pen, xs.map((each) => px(each[i])), ys.map((each) => py(each[i])), look);
  });
  pen.globalAlpha = 1;
}

function drawPlanePulls(pen, px, py) {
  const [xs, ys, us, vs] = now.pulls;
  const most = Math.max(1e-9, ...us.map((u, i) => Math.hypot(u, vs[i])));
  xs.forEach((x, i) => {
    const x0 = px(x), y0 = py(ys[i]);
    arrow(pen, x0, y0, x0 + 44 * us[i] / most, y0 - 44 * vs[i] / most, colour("fore"), 2);
  });
}

function drawShares() { // a bar a mode, beside a fair share
  const { pen, width, height } = canvas("shares"), n = fixed.modes.length;
  const wide = width / n, top = 24, deep = height - top - 4;
  const shares = now.shares.slice(0, n), most = Math.max(2 / n, ...shares);
  const high = (share) => (share / most) * deep;
  pen.fillStyle = colour("fake");
  shares.forEach((share, i) => {
    pen.fillRect(i * wide + 3, height - 4 - high(share), wide - 6, high(share));
  });
  const fair = height - 4 - high(0.9889 / n);
  curve(pen, [0, width], [fair, fair], { strokeStyle: colour("data"), lineWidth: 2, dash: [2, 5] });
  pen.fillStyle = colour("fore");
  const outside = `${(100 * (1 - now.quality)).toFixed(0)} % outside of all`;
  pen.fillText(`samples by mode: ${now.modes} of ${n} found, ${outside}`, 4, 15, width - 8);
}
