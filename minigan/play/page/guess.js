"use strict";
// Guess first: which way the mean of p_g will go, or D* by hand; both are scored exactly.

const quiz = { on: false, asked: null, guess: null, deeds: 0, right: 0, of: 0, best: null };
const ASK = {
  G: "G's update is next. Which way will the mean of its samples go?",
  until: "Draw D*, the best D for this G, over the picture; then show it.",
};

function asksFirst(deed) { // whether the deed waits for a guess
  if (!quiz.on || !(deed in ASK)) { askFor(null); return false; }
  if (deed === "until" && quiz.asked === "seen") { askFor(null); return false; }
  askFor(deed);
  if (deed === "until") {
    const at = fixed.x.filter((_, i) => i % 5 === 0);
    hands.G = hands.data = null;
    hands.D = [at, at.map(() => 0)];
    showHands();
    sendHands();
  } else {
    letGo();
    say({ do: "pause" });
  }
  return true;
}

function askFor(deed) {
  quiz.asked = deed;
  quiz.guess = null;
  byId("guess").hidden = !(deed in ASK);
  byId("guess-text").textContent = ASK[deed] || "";
  for (const id of ["left", "right"]) byId(`guess-${id}`).hidden = deed !== "G";
  byId("guess-show").hidden = deed !== "until";
  if (deed === "G") byId("guess-left").focus();
  if (deed === "until") byId("stage").focus();
}

function isSecret() { // whether D* is to be guessed
  return quiz.asked === "until";
}

function answer(guess) {
  quiz.guess = guess;
  quiz.mean = now.mean;
  quiz.deeds = now.deeds;
  if (quiz.asked === "G") say({ do: "G" }); else sendHands();
}

function judgeGuess(frame) { // once the frame is there that tells
  if (!quiz.guess || frame.mode !== "pause") return;
  if (quiz.asked === "G" && frame.deeds > quiz.deeds) {
    const far = frame.mean - quiz.mean, way = far < 0 ? "left" : "right", hit = way === quiz.guess;
    quiz.of += 1;
    quiz.right += hit;
    askFor(null);
    tell(`${hit ? "Right" : "Wrong"}: the mean of p_g went ${told(Math.abs(far), 5)} to the ${way}.`);
  } else if (quiz.asked === "until" && hands.D && isMine(frame)) {
    const gap = frame.inner_gap;
    quiz.best = quiz.best === null ? gap : Math.min(quiz.best, gap);
    askFor("seen");
    tell(`Your D is ${told(gap, 4)} nats from D*. The button once more: D learns it by itself.`);
  }
}

function isMine(frame) { // whether the frame's D is the one that was drawn last
  return hands.D[0].every((_, i) => Math.abs(frame.D[5 * i] - height("D", i)) < 0.002);
}

function tell(text) {
  const best = quiz.best === null ? "" : `, D* to ${told(quiz.best, 4)} nats at best`;
  byId("score").textContent = `${text} Score: ${quiz.right} of ${quiz.of}${best}.`;
}

function toggleGuess() {
  quiz.on = !quiz.on;
  byId("guess-first").setAttribute("aria-pressed", quiz.on);
  byId("score").textContent = quiz.on ? "Press Update G, or D until the gap is < 0.01." : "";
  askFor(null);
  letGo();
}

function listenToGuesses() {
  byId("guess-first").addEventListener("click", toggleGuess);
  for (const way of ["left", "right"]) {
    byId(`guess-${way}`).addEventListener("click", () => answer(way));
  }
  byId("guess-show").addEventListener("click", () => answer("drawn"));
}
