"use strict";
// Commands go out, one by one, in order.

const GONE = "No answer from minigan play: is it still running?";
let queue = Promise.resolve(), waiting = 0; // commands go one by one, in order

function inTurn(act) { // a promise of what the act returns
  waiting += 1;
  queue = queue.then(act).finally(() => { waiting -= 1; });
  return queue;
}

let era = 0; // deeds of an earlier one, which still wait, are left undone

function say(command) { // whether it was obeyed
  if (command.scene || command.open || /^(pause|restart)$/.test(command.do)) era += 1;
  const mine = era;
  return inTurn(() => (command.do && mine !== era ? false : send(command)));
}

async function send(command) {
  byId("remark").textContent = "";
  const token = document.querySelector('meta[name="token"]').content;
  const { ok, text } = await ask("command", {
    method: "POST", headers: { "X-Token": token }, body: JSON.stringify(command),
  });
  if (!ok) byId("remark").textContent = text;
  return ok;
}

async function ask(path, how) { // never throws
  try {
    const answer = await fetch(path, how);
    return { ok: answer.ok, text: await answer.text() };
  } catch {
    return { ok: false, text: GONE };
  }
}
