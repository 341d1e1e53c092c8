"use strict";
// The stage: curves over x, arrows from z to x, D's pull on samples.

function stageTop() { // the density, or probability, at the upper edge
  return Math.max(1.05, Math.min(1.5, 1.15 * Math.max(...fixed.p_data)));
}

function drawStage({ pen, width, height } = canvas("stage")) {
  const x = fixed.x, base = height * 0.76, high = height * 0.74;
  const top = stageTop();
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
  if (!isSecret()) {
    pen.fillStyle = colour("star"); // D* - D, shaded where somebody is
    pen.globalAlpha = 0.15;
    shade(pen, xs, map(now.D_star), map(now.D));
    pen.globalAlpha = 1;
    curve(pen, ...upright(now, "D_star", 3), { strokeStyle: colour("star"), lineWidth: 5 });
  }
  curve(pen, xs, map(fixed.p_data), { strokeStyle: colour("data"), lineWidth: 3, dash: [2, 5] });
  curve(pen, ...upright(now, "p_g", 1), { strokeStyle: colour("fake"), lineWidth: 3 });
  curve(pen, xs, map(now.D), { strokeStyle: colour("D"), lineWidth: 3, dash: [10, 6] });
  if (now.rival) {
    const look = { strokeStyle: colour("rival"), lineWidth: 3, dash: [6, 3] };
    curve(pen, xs, map(now.rival.p_g), look);
  }
  drawAtoms(pen, px, py);
  drawMapping(pen, px, width, height);
  drawMinibatch(pen, px, py(0));
  drawPulls(pen, px, height * 0.8);
  drawHandles(pen, px, height * 0.84);
  drawPencil(pen, px, py);
}

function drawAtoms(pen, px, py) { // points with a probability of their own: it is the height
  for (const [x, mass] of now.atoms || []) {
    curve(pen, [px(x), px(x)], [py(0), py(mass)], { strokeStyle: colour("fake"), lineWidth: 3 });
    dot(pen, px(x), py(mass), colour("fake"));
    dot(pen, px(x), py(0), colour("star")); // D* is 0 there
  }
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

function drawMinibatch(pen, px, y) { // examples that were drawn last, as ticks
  for (const x of now.batch || []) {
    curve(pen, [px(x), px(x)], [y, y - 9], { strokeStyle: colour("data"), lineWidth: 2 });
  }
}

function drawPulls(pen, px, y) { // which way, and how hard, J_G pulls each sample
  const rows = [[now.pulls, y, "fore"]];
  if (now.rival) rows.push([now.rival.pulls, y - 14, "rival"]); // to the same scale
  const most = Math.max(1e-9, ...rows.flatMap(([row]) => row[1].map(Math.abs)));
  for (const [[xs, pulls], at, hue] of rows) {
    xs.forEach((x, i) => arrow(pen, px(x), at, px(x) + 34 * pulls[i] / most, at, colour(hue), 2));
    if (now.rival) xs.forEach((x) => dot(pen, px(x), at, colour(hue), 2));
  }
}
