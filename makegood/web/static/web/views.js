// How many rows each saved view holds: asked for once the page stands, and again when a list of theirs has moved.
import { fill } from "./live.js";

const APART = 10_000;   // ms; a busy ledger moves every second, and nobody reads a figure in the rail that often
const LISTS = new Set(["promises", "cases", "customers"]);
const some = document.querySelector("[data-count^='view:']");
let asked = 0, timer = 0;

async function ask() {
  timer = 0;
  asked = Date.now();
  try {
    const answer = await fetch("/live/views/", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (answer.ok && !answer.redirected) fill((await answer.json()).counts);
  } catch { /* no line: the figures stay as they were, and the next news asks again */ }
}

if (some) {
  ask();
  document.body.addEventListener("live", ({ detail }) => {
    if (detail.topics.some((topic) => LISTS.has(topic))) timer ||= setTimeout(ask, Math.max(0, asked + APART - Date.now()));
  });
}
