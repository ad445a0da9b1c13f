// What the desk says back. A toast stays 8 s, and longer while it is being read.
const shelf = document.getElementById("toasts");
const status = document.getElementById("status");
const words = document.body.dataset;
const MOST = 2;

export function announce(text) {
  if (status) status.textContent = text;
}

function leave(toast) {
  const go = () => (toast.matches(":hover, :focus-within") ? setTimeout(go, 2000) : toast.remove());
  setTimeout(go, 8000);
}

/** Write how many seconds are left, until none are and there is nothing to press any more. */
function countDown(toast, seconds) {
  const left = toast.querySelector("[data-left]");
  if (seconds < 1) return toast.remove();
  left.hidden = false;
  left.textContent = `${seconds} s`;
  setTimeout(() => toast.isConnected && countDown(toast, seconds - 1), 1000);
}

/** Show one line; Undo posts to `undo` and can be pressed for `seconds`, `kind` "refused" marks a no. */
export function say(text, { undo, kind, seconds } = {}) {
  const toast = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-text]").textContent = text;
  if (kind) toast.classList.add(kind);
  const form = toast.querySelector("form");
  if (undo) form.setAttribute("action", undo);
  else form.remove();
  // The key takes back what was done last.
  for (const older of undo ? shelf.querySelectorAll("[data-key]") : []) {
    delete older.dataset.key;
    older.querySelector("kbd").remove();
  }
  shelf.append(toast);
  while (shelf.children.length > MOST) shelf.firstElementChild.remove();
  if (undo && seconds) countDown(toast, seconds);
  else leave(toast);
}

/** Take back without leaving the page: the open case is drawn anew, any other only says so. */
function takeBack(form) {
  const open = document.getElementById("case")?.dataset.case;
  const here = open && form.getAttribute("action").includes(`/${open}/`);
  const toast = form.closest(".toast"), focused = toast.contains(document.activeElement);
  const how = here ? { target: "#case", swap: "morph:outerHTML" } : { target: "#toasts", swap: "none" };
  htmx.ajax("POST", form.getAttribute("action"), { source: form, ...how }).then(() => {
    toast.remove();
    if (focused) document.getElementById(here ? "case" : "main")?.focus({ preventScroll: true });
  });
}

if (shelf) {
  for (const toast of shelf.children) leave(toast);
  shelf.addEventListener("click", (event) => event.target.closest(".close")?.closest(".toast").remove());
  shelf.addEventListener("submit", (event) => { event.preventDefault(); takeBack(event.target); });
  document.body.addEventListener("toast", (event) => say(event.detail.text ?? event.detail.value, event.detail));
  document.body.addEventListener("htmx:responseError", ({ detail }) => {
    // What a page asks for by itself says nothing in passing: the line at the foot of the page does.
    const out = detail.xhr.status === 401;
    if (!out || detail.requestConfig.triggeringEvent?.type === "submit") say(out ? words.signedout : words.failed, { kind: "refused" });
  });
  document.body.addEventListener("htmx:sendError", () => say(words.unsent, { kind: "refused" }));
}
