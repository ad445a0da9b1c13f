// A button with data-copy puts what stands in that field on the clipboard, and says so.
import { announce } from "./toast.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // Without leave to write there, the text is marked: copying it is one key.
  }
  button.classList.add("copied");
  announce(button.dataset.copied);
});
