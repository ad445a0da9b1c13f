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

/** Show one line; Undo posts to `undo`, `kind` "refused" marks a no. */
export function say(text, { undo, kind } = {}) {
  const toast = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-text]").textContent = text;
  if (kind) toast.classList.add(kind);
  const form = toast.querySelector("form");
  if (undo) form.action = undo;
  else form.remove();
  shelf.append(toast);
  while (shelf.children.length > MOST) shelf.firstElementChild.remove();
  leave(toast);
}

if (shelf) {
  for (const toast of shelf.children) leave(toast);
  shelf.addEventListener("click", (event) => event.target.closest(".close")?.closest(".toast").remove());
  document.body.addEventListener("toast", (event) => say(event.detail.text ?? event.detail.value, event.detail));
  document.body.addEventListener("htmx:responseError", () => say(words.failed, { kind: "refused" }));
  document.body.addEventListener("htmx:sendError", () => say(words.unsent, { kind: "refused" }));
}
