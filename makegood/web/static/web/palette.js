// Search or do: a dialog with a combobox. The options come from the server; the open case's come first.
import { press } from "./keys.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = document.getElementById("palette-list");
let asked = null, pause = 0;

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

function run(option, event) {
  if (!option) return;
  if (option.dataset.press) {
    event.preventDefault();
    dialog.close();
    press(option.dataset.press);
  } else if (event.type !== "click") {
    option.click();
  }
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const about = document.getElementById("case")?.dataset.case ?? "";
    try {
    const answer = await fetch(`${dialog.dataset.from}?${new URLSearchParams({ q: input.value, case: about })}`, { headers: { "HX-Request": "true" }, signal: asked.signal });
    if (!answer.ok) return;
    list.innerHTML = await answer.text();
    options().forEach((option, n) => { option.id ||= `palette-${n}`; option.tabIndex = -1; });
    choose(options()[0]);
  } catch { /* typed on, or no line: the old options stay */ }
}

if (dialog) {
  dialog.addEventListener("shown", () => {
    const open = document.getElementById("case")?.dataset;
    const context = dialog.querySelector(".ctx");
    context.textContent = open?.context ?? "";
    context.hidden = !open?.context;
    input.select();
    ask();
  });
  input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(ask, 80); });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) { event.preventDefault(); step(by); }
    if (event.key === "Enter") { event.preventDefault(); run(chosen(), event); }
  });
  list.addEventListener("click", (event) => run(event.target.closest("[role=option]"), event));
  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
}
