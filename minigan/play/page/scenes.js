"use strict";
// Scenes, one click or one figure key each, and the kinds of games.

function sceneButton(key) { // 1 to 9, then 0
  return byId("scenes").querySelectorAll("button")[(Number(key) + 9) % 10];
}

function showScenes() {
  const held = byId("scenes");
  if (!held.firstChild) {
    let lesson = null;
    fixed.scenes.forEach(({ name, tutorial, title }, i) => {
      if (tutorial !== lesson) {
        const head = document.createElement("span");
        head.className = "lesson";
        head.textContent = `Tutorial ${tutorial}:`;
        held.append(head);
      }
      lesson = tutorial;
      const button = document.createElement("button");
      button.dataset.scene = name;
      button.textContent = `${(i + 1) % 10} ${title}`;
      button.addEventListener("click", () => say({ scene: name }));
      held.append(button);
    });
  }
  const scene = fixed.scenes.find((one) => one.name === fixed.scene);
  byId("scene").textContent = scene ? scene.says : "";
  for (const button of document.querySelectorAll("[data-scene], [data-open]")) {
    const { open, scene: name } = button.dataset;
    const kind = fixed.kind === "rivals" ? "line" : fixed.kind;
    button.setAttribute("aria-pressed", open ? open === kind : name === fixed.scene);
  }
}

function listenToScenes() {
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => say({ open: button.dataset.open }));
  }
}
