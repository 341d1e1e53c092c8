"use strict";
// Below the stage: JSD and the gap as areas, and the history of C(G) and V(G, D).

const LOG4 = Math.log(4);

function drawAreas() { // the printed numbers, as areas, each to its own scale
  const { pen, width, height } = canvas("areas");
  const x = fixed.x, span = x[x.length - 1] - x[0];
  [["jsd_area", "fake", `JSD, as area: ${told(now.jsd, 4)}`, 0],
    ["gap_area", "star", `gap, as area: ${told(now.inner_gap, 4)}`, 1],
  ].forEach(([name, hue, text, j]) => {
    const left = j * width / 2, wide = width / 2 - 12, base = height - 4;
    if (name === "gap_area" && isSecret()) return;
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
  const first = past[0].at, span = Math.max(1, past[past.length - 1].at - first);
  const low = -LOG4 - 0.5, high = Math.min(0, Math.max(-1.0, ...past.map((p) => p[1])) + 0.1);
  const left = 44, top = 24, deep = height - top - 4; // beside the axis' numbers, below the title
  const px = (s) => left + ((s - first) / span) * (width - left - 4);
  const py = (v) => (v === null || v < low ? null : top + ((high - v) / (high - low)) * deep);
  const level = { strokeStyle: colour("soft"), lineWidth: 1.5, dash: [2, 4] };
  curve(pen, [left, width], [py(-LOG4), py(-LOG4)], level);
  const xs = past.map((p) => px(p.at));
  const of = (j, hue, dash) => curve(pen, xs, past.map((p) => py(p[j])),
    { strokeStyle: colour(hue), lineWidth: 2.5, dash });
  of(2, "D", [10, 6]);
  if (now.rival) of(3, "rival", [6, 3]);
  of(1, "fake", []);
  pen.fillStyle = colour("fore");
  const bounds = "C(G) at least; dashed V(G, D), by samples";
  const seen = now.kind === "plane" ? bounds : "C(G), below it V(G, D)";
  const title = `${seen}, by updates, to step ${now.step}; dotted: -log 4`;
  pen.fillText(title, 4, 15, width - 8);
  pen.font = `${Math.max(12, width / 80)}px system-ui, sans-serif`;
  pen.fillStyle = colour("soft");
  pen.fillText(told(high, 2), 4, top + 10);
  pen.fillText(told(low, 2), 4, height - 4);
}
