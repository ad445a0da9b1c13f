// Asks every 3 s whether anything happened since the cursor, while somebody looks. Elements refetch themselves on
// "live" (anything) or "live-cases" (that topic). A live swap never takes focus, typed words, or an opened fold away.
import { changed } from "./drafts.js";
import { about, show } from "./presence.js";

const body = document.body;
const adrift = document.getElementById("adrift");
let cursor = body.dataset.cursor, failures = 0, timer = 0, live = false, sent = null;

/** Write counts to the places named after them. */
export function fill(counts) {
  for (const [name, count] of Object.entries(counts)) {
    for (const el of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) el.textContent = count || "";
  }
}

function tell({ cursor: next, topics, counts }) {
  cursor = next;
  fill(counts);
  for (const topic of topics) body.dispatchEvent(new CustomEvent(`live-${topic}`));
  body.dispatchEvent(new CustomEvent("live", { detail: { topics } }));
}

async function ask() {
  const open = about();
  const answer = await fetch(`${body.dataset.live}?${new URLSearchParams({ since: cursor, ...open })}`, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (answer.redirected || answer.status === 401 || answer.status === 403) return lose(body.dataset.signedout);
  if (!answer.ok) throw new Error(String(answer.status));
  if (answer.status === 200) {
    const news = await answer.json();
    if (news.here) show(open.case, news.here, news.mark);
    if (news.cursor) tell(news);
  }
  failures = 0;
  return lose("");
}

function lose(text) {
  adrift.hidden = !text;
  if (adrift.lastElementChild.textContent !== text) adrift.lastElementChild.textContent = text;
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    await ask();
  } catch {
    failures += 1;
    if (failures >= 3) lose(body.dataset.lost);
  }
  clearTimeout(timer);
  timer = setTimeout(look, 3000);
}

// What a person is doing wins over news.
body.addEventListener("htmx:beforeSwap", (event) => {
  live = Boolean(event.detail.requestConfig?.triggeringEvent?.type?.startsWith("live"));
  sent = live ? null : event.detail.requestConfig?.elt?.closest("form") ?? null;
  // Only of a field: for anything else in focus, such as the open case, the morph would leave out all that is in it.
  Idiomorph.defaults.ignoreActiveValue = live && Boolean(document.activeElement?.matches("input, textarea, select"));
});
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) => !old.matches?.("#case .present") && !(live && old.matches?.("input, textarea, select") && changed(old));
// Nor does news take away why a form was refused: it would be gone before it is read.
Idiomorph.defaults.callbacks.beforeNodeRemoved = (old) => !(live && (old.matches?.("#case [role=alert]") || [...(old.querySelectorAll?.("textarea, input[type=text]") ?? [])].some(changed)));
// News moves no fold; the answer to a form closes only the one that holds the form.
const folded = (el, how) => live || (how === "remove" && !el.contains(sent));
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, el, how) =>
  !((name === "open" && el.matches("details, dialog") && folded(el, how)) || (name === "aria-current" && el.matches(".case-row")));

if (cursor) {
  body.addEventListener("htmx:responseError", ({ detail }) => detail.xhr.status === 401 && lose(body.dataset.signedout));
  document.addEventListener("visibilitychange", look);
  timer = setTimeout(look, 3000);
}
