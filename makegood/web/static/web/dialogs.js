// Links and buttons with data-open show a <dialog>; without script the same link leads to a page.
import { hasSince } from "./drafts.js";

function show(dialog) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.dispatchEvent(new Event("shown"));
}

function shut(dialog) {
  for (const form of dialog.querySelectorAll("form")) form.reset();
  dialog.close();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    document.querySelector(".nav:popover-open")?.hidePopover();
    show(dialog);
    return;
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  // A click on the veil is a click on the dialog itself.
  if (event.target instanceof HTMLDialogElement && event.target.open && !inside(event)) event.target.close();
  for (const drop of document.querySelectorAll("details.drop[open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
});

function inside({ target, clientX: x, clientY: y }) {
  const box = target.getBoundingClientRect();
  return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
}

// One stays open in which something was typed after its form was sent.
document.body.addEventListener("close-dialog", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) if (![...dialog.querySelectorAll("form")].some(hasSince)) shut(dialog);
});
document.addEventListener("keydown", (event) => {
  const drop = event.key === "Escape" && event.target.closest?.("details.drop[open]");
  if (!drop) return;
  drop.open = false;
  drop.querySelector("summary").focus();
  event.stopImmediatePropagation();
});
