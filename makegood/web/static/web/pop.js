// A link with data-pop shows what it leads to in a popover beside itself; without script it is a page of its own.
import { plain } from "./desk.js";
import { say } from "./toast.js";

const GAP = 6, MARGIN = 8;   // px to what was pressed, and to the edge of the window
const pop = document.createElement("div");
pop.id = "pop";
pop.className = "pop";
pop.popover = "auto";
document.body.append(pop);
let anchor = null;

/** Below what was pressed, or above it when there is more room; never beyond the edges. */
function place() {
  const at = anchor.getBoundingClientRect(), { offsetWidth: wide, offsetHeight: high } = pop;
  const left = document.dir === "rtl" ? at.left : at.right - wide;
  const below = at.bottom + GAP, fits = below + high + MARGIN <= innerHeight;
  pop.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - wide - MARGIN))}px`;
  pop.style.top = `${Math.max(MARGIN, fits ? below : Math.min(at.top - GAP - high, innerHeight - high - MARGIN))}px`;
}

async function show(link) {
  let html;
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Target": "pop" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    html = await answer.text();
  } catch {
    say(document.body.dataset.failed, { kind: "refused" });
    return;
  }
  const inside = pop.contains(link);
  if (!inside) anchor = link;
  htmx.swap("#pop", html, { swapStyle: "innerHTML" });
  if (!inside) pop.showPopover();
  place();
  pop.querySelector("select, textarea, input:not([type=hidden])")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pop]");
  if (!link || !plain(event)) return;
  event.preventDefault();
  show(link);
});

// What was done is told in a toast; what was refused stays open with its reason.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (pop.contains(detail.elt) && detail.requestConfig.verb === "post" && detail.xhr.status === 204) close();
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target === pop) place(); });

/** Close, and go back to what was pressed: it may have been drawn anew. */
function close() {
  const again = document.querySelector(`a[data-pop][href="${CSS.escape(anchor.getAttribute("href"))}"]:not(#pop *)`);
  pop.hidePopover();
  pop.replaceChildren();
  (again ?? anchor).focus({ preventScroll: true });
}
