"use strict";
// The ledger, and Algorithm 1 with the line lit that was run last.

const SECRET = ["value", "inner_gap", "d_gap", "accuracy"]; // while D* is to be guessed
const LEDGER = [ // what the theory asks; the number in a frame, and its digits
  ["JSD(p_data, p_g), asked: 0", "jsd", 5, "nats"],
  ["C(G), asked: -log 4 = -1.38629", "c_of_g", 5, "nats"],
  ["V(G, D), never above C(G)", "value", 5, "nats"],
  ["the gap C(G) - V(G, D)", "inner_gap", 5, "nats"],
  ["Theorem 1: C(G) + log 4 - 2 JSD", "residual", 1, "nats"],
  ["mean |D - D*|", "d_gap", 4, ""],
  ["right guesses of D", "accuracy", 4, ""],
  ["J_D of the last minibatch", "J_D", 4, ""],
  ["J_G of the last minibatch", "J_G", 4, ""],
];

const LEDGERS = { line: LEDGER, rivals: LEDGER, plane: [
  ["modes found", "modes", 0, ""],
  ["samples within 3 std of a mode (of data: 0.9889)", "quality", 4, ""],
  ["mean of D at samples", "mean_on_fake", 4, ""],
  ["JSD, at least: by cells", "jsd", 5, "nats"],
  ["JSD, at least: by D, log 2 + V / 2", "jsd_by_D", 5, "nats"],
  ["C(G), at least: -log 4 + 2 JSD by cells", "c_of_g", 5, "nats"],
  ["V(G, D), of 4000 samples each", "value", 5, "nats"],
  ["J_D of the last minibatch", "J_D", 4, ""],
  ["J_G of the last minibatch", "J_G", 4, ""],
] };

function drawLedger() {
  const late = "seen_at" in now && now.seen_at !== now.step;
  const of = late ? ` (JSD, C, V: of step ${now.seen_at})` : "";
  const rows = [["step", now.step + of, false]];
  if (now.kind === "circling") rows.push(...circlingRows());
  for (const [text, name, digits, unit] of LEDGERS[now.kind] || []) {
    const exact = name === "value" && now.kind !== "plane" && now.value !== null;
    const wrong = exact && now.value > now.c_of_g + 1e-6;
    const secret = isSecret() && SECRET.includes(name);
    rows.push([text, secret ? "?" : `${told(now[name], digits)} ${unit}`, wrong]);
  }
  if (now.rival) {
    rows.push([`JSD with the cost ${now.rival.cost}`, `${told(now.rival.jsd, 5)} nats`, false]);
    rows.push([`C(G) with the cost ${now.rival.cost}`, `${told(now.rival.c_of_g, 5)} nats`, false]);
  }
  const body = byId("ledger").tBodies[0];
  body.replaceChildren(...rows.map(([text, value, wrong]) => {
    const row = document.createElement("tr"), head = document.createElement("th");
    const cell = document.createElement("td");
    head.scope = "row";
    head.textContent = wrong ? `${text}: IT IS ABOVE, which no theory allows` : text;
    cell.textContent = value;
    row.className = wrong ? "wrong" : "";
    row.append(head, cell);
    return row;
  }));
}

function drawAlgorithm() {
  const parts = (fixed.turns || []).flatMap((turn, t) => {
    const head = document.createElement("h2"), list = document.createElement("ol");
    head.id = `turn-${t}`;
    turn.lines.forEach((line, i) => {
      const item = document.createElement("li"), code = document.createElement("code");
      const did = document.createElement("span");
      item.id = `line-${t}-${i}`;
      did.className = "did";
      code.textContent = line.code;
      item.append(line.paper, code, did);
      list.append(item);
    });
    return [head, list];
  });
  byId("algorithm").replaceChildren(...parts);
}

function showLines() {
  (fixed.turns || []).forEach((turn, t) => {
    const left = turn.k - now.taken, of = turn.moves[0] === "D" ? `k = ${turn.k}` : turn.k;
    const due = now.due === t ? `: ${"\u25cf".repeat(left)} ${left} to go of ${of}` : "";
    byId(`turn-${t}`).textContent = `${turn.moves.join(" and ")}'s turn${due}`;
    byId(`turn-${t}`).className = due ? "due" : "";
    turn.lines.forEach((_, i) => {
      const said = now.turn === t ? now.said.filter((done) => done.line === i) : [];
      const item = byId(`line-${t}-${i}`);
      const last = now.said.length ? now.said[now.said.length - 1].line : -1;
      item.className = said.length && i === last ? "lit" : "";
      item.lastChild.textContent = said.map((done) => done.said).join("; ");
    });
  });
}
