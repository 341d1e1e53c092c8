"use strict";
// Lines, areas, dots and arrows on a canvas, in the colours of the page.

const byId = (id) => document.getElementById(id);

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

function dot(pen, x, y, hue, size = 5) {
  pen.fillStyle = hue;
  pen.beginPath();
  pen.arc(x, y, size, 0, 2 * Math.PI);
  pen.fill();
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

function told(number, digits) {
  if (number === null || number === undefined) return "-";
  const text = digits === 1 ? number.toExponential(0) : number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}
