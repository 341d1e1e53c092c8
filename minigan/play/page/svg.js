"use strict";
// A pen with the methods of a canvas that writes SVG: the same drawing code draws either.

function svgPen() {
  const parts = [], kept = [];
  let path = "";
  const near = (v) => Number(v.toFixed(2));
  const plain = (text) => String(text).replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const put = (tag, looks, text) => {
    const all = Object.entries({ opacity: pen.globalAlpha, ...looks });
    const written = all.map(([name, value]) => `${name}="${plain(value)}"`).join(" ");
    parts.push(`<${tag} ${written}${text === undefined ? "/>" : `>${plain(text)}</${tag}>`}`);
  };
  const to = (letter, x, y) => { path += `${path ? letter : "M"}${near(x)} ${near(y)}`; };
  const state = ["strokeStyle", "fillStyle", "lineWidth", "globalAlpha", "font", "dashes"];
  const pen = {
    strokeStyle: "#000", fillStyle: "#000", lineWidth: 1, globalAlpha: 1, font: "13px", dashes: [],
    save() { kept.push(state.map((name) => pen[name])); },
    restore() { kept.pop().forEach((value, i) => { pen[state[i]] = value; }); },
    setLineDash(dashes) { pen.dashes = dashes; },
    beginPath() { path = ""; },
    moveTo(x, y) { to("M", x, y); },
    lineTo(x, y) { to("L", x, y); },
    arc(x, y, r) { // a whole circle
      to("M", x + r, y);
      for (const side of [-r, r]) path += `A${r} ${r} 0 0 1 ${near(x + side)} ${near(y)}`;
    },
    stroke() {
      const looks = { fill: "none", stroke: pen.strokeStyle, "stroke-width": pen.lineWidth };
      const dashes = pen.dashes.length ? { "stroke-dasharray": pen.dashes.join(" ") } : {};
      put("path", { d: path, "stroke-linejoin": "round", ...looks, ...dashes });
    },
    fill() { put("path", { d: path, fill: pen.fillStyle }); },
    fillText(text, x, y) {
      const looks = { "font-size": parseFloat(pen.font), "font-family": "sans-serif" };
      put("text", { x: near(x), y: near(y), fill: pen.fillStyle, ...looks }, text);
    },
    written(width, height, back) {
      const box = `viewBox="0 0 ${near(width)} ${near(height)}"`;
      const size = `width="${near(width)}" height="${near(height)}"`;
      const ground = `<rect width="100%" height="100%" fill="${plain(back)}"/>`;
      return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${size}>${ground}${parts.join("\n")}</svg>\n`;
    },
  };
  return pen;
}

function stageAsSvg() {
  const { width, height } = byId("stage").getBoundingClientRect(), pen = svgPen();
  pen.font = `${Math.max(13, width / 60)}px`;
  drawStage({ pen, width, height });
  return pen.written(width, height, colour("back"));
}
