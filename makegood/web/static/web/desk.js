// Picking a row marks it within a frame; its case comes as a fragment into #case.
import { restore, stash } from "./drafts.js";
import { announce, say } from "./toast.js";

const body = document.body;
const phone = matchMedia("(max-width: 860px)");
let asked = null, scrolled = 0;

/** Whether a click means to go there, and not to another tab or a download. */
export const plain = (event) => !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

export const rows = () => [...document.querySelectorAll(".case-row, .table a.row")].filter((row) => row.getClientRects().length);
export const current = () => document.querySelector(".case-row[aria-current]");

function mark(row) {
  for (const old of document.querySelectorAll(".case-row[aria-current]")) old.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
}

async function fetchPanel(row) {
  asked?.abort();
  asked = new AbortController();
  const answer = await fetch(row.dataset.panel, { headers: { "HX-Request": "true" }, signal: asked.signal });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.text();
}

/** Show a case's timeline from its end, where now is. */
function toNow() {
  for (const story of document.querySelectorAll("#case .tl")) story.scrollTop = story.scrollHeight;
}

/** Open a row's case beside the list. With `enter` the case takes the focus, and on a phone the screen. */
export async function open(row, { push = true, enter = false } = {}) {
  const before = current();
  mark(row);
  document.getElementById("case")?.setAttribute("aria-busy", "true");
  try {
    const html = await fetchPanel(row);
    stash();
    htmx.swap("#case", html, { swapStyle: "outerHTML" });
  } catch (fault) {
    if (fault.name === "AbortError") return;
    if (before) mark(before);
    document.getElementById("case")?.removeAttribute("aria-busy");
    say(body.dataset.failed, { kind: "refused" });
    return;
  }
  restore();
  toNow();
  const panel = document.getElementById("case");
  if (panel.dataset.title) { document.title = panel.dataset.title; announce(panel.dataset.title); }
  if (push) { history.pushState({ row: row.id }, "", row.href); here = address(); }
  if (enter) pane("case", panel);
}

function pane(name, panel) {
  if (phone.matches && name === "case") scrolled = scrollY;
  body.dataset.pane = name;
  if (phone.matches) scrollTo(0, name === "case" ? 0 : scrolled);
  panel?.focus({ preventScroll: true });
}

/** Back to the list, to the row that was open. */
export function back() {
  if (phone.matches && body.dataset.pane === "case") pane("queue");
  current()?.focus({ preventScroll: phone.matches });
}

let ended = false;
toNow();
// Who looks at the end of the story goes on looking there; who was refused is shown why.
body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const story = detail.target?.id === "case" && document.querySelector("#case .tl");
  ended = Boolean(story) && story.scrollHeight - story.scrollTop - story.clientHeight < 60;
});
body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (ended) toNow();
  if (detail.xhr?.status >= 400) document.querySelector("#case [role=alert]")?.scrollIntoView({ block: "nearest" });
});
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || !plain(event)) return;
  const row = event.target.closest(".case-row[data-panel]");
  if (row && document.getElementById("case")) { event.preventDefault(); open(row, { enter: true }); }
  if (event.target.closest(".desk:not(.solo) .back")) {
    event.preventDefault();
    if (history.state?.row) history.back();
    else back();
  }
});

const address = () => location.pathname + location.search;
let here = address();
body.addEventListener("htmx:pushedIntoHistory", () => { here = address(); });

addEventListener("popstate", (event) => {
  // To another place of the same page: what was typed in it stays.
  if (address() === here) return;
  here = address();
  const row = event.state?.row && document.getElementById(event.state.row);
  if (row) open(row, { push: false, enter: true });
  else if (document.querySelector(".queue") && phone.matches) back();
  else location.reload();
});
