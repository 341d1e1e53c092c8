"use strict";
// The way of the data, with the part lit that is under way: forward to the cost, and back.

const FORWARD = ["at-z", "go-zG", "at-G", "go-Gx", "at-x", "go-xD", "at-D", "go-DJ", "at-J"];
const WAYS = { D: [...FORWARD, "back-JD"], G: [...FORWARD, "back-JD", "back-DG"] };
const STRETCHES = [ // by the code of a line
  [/^x_fake/, ["at-z", "go-zG", "at-G", "go-Gx", "at-x"]],
  [/^\(?a_(real|fake)/, ["at-x", "go-xD", "at-D"]],
  [/^J_/, ["at-D", "go-DJ", "at-J"]],
  [/dx_fake = |D\.backward/, ["at-J", "back-JD", "at-D"]],
  [/G\.backward/, ["at-D", "back-DG", "at-G"]],
];

function showWay() {
  const turn = fixed.turns[now.turn], last = now.said[now.said.length - 1];
  let lit = [], says = "nothing has moved yet";
  if (last && now.said.length < turn.lines.length) { // told line by line
    const { code, paper } = turn.lines[last.line];
    lit = (STRETCHES.find(([begins]) => begins.test(code)) || [null, []])[1];
    says = `${turn.moves.join(" and ")}'s turn: ${paper}`;
  } else if (now.moved) {
    const moves = last ? turn.moves : now.moved === "step" ? ["D", "G"] : [now.moved];
    lit = moves.flatMap((name) => WAYS[name]);
    const ends = { D: "D's turn: back to D", G: "G's turn: back through D to G" };
    says = `forward to the cost; ${moves.map((name) => ends[name]).join("; ")}`;
  }
  for (const part of byId("way").querySelectorAll("[id]")) {
    part.classList.toggle("lit", lit.includes(part.id));
  }
  byId("way").setAttribute("aria-label", `The way of the data: ${says}`);
}
