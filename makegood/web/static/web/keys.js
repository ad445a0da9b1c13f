// One key per action. An element says which key is its own with data-key="t"; nothing fires while typing.
import { back, current, open, rows } from "./desk.js";

const root = document.documentElement;
const typing = (el) => el.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
let going = 0, settle = 0;

const shown = (el) => el.getClientRects().length;

/** What a key goes to before it sends a form: the field to begin with while that is empty, or the button itself when its
    deed cannot be taken back (data-sure). A slip of the finger then did nothing; Enter does it. */
function first(button) {
  const field = [...(button.form?.querySelectorAll("textarea, select, input:not([type=hidden])") ?? [])].find((el) => shown(el) && !el.closest("details:not([open])"));
  const filled = field && (field.type === "radio" ? button.form.querySelector(`[name="${field.name}"]:checked`) : field.value.trim());
  if (field && !filled) return field;
  return "sure" in button.dataset ? button : null;
}

/** Do what the element with this key does: a field takes the focus, anything else is pressed. */
export function press(key) {
  const all = [...document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)];
  // Of several that say so (data-latest) the last is meant: what was said just now.
  const seen = all.filter(shown);
  const own = seen.findLast((el) => "latest" in el.dataset) ?? seen[0] ?? all.find((el) => el.dataset.open);
  if (!own) return false;
  const before = own.matches("button[type=submit]") ? first(own) : null;
  if (before) before.focus();
  // A choice is gone to, and not made (data-goes).
  else if ("goes" in own.dataset || own.matches("textarea, select, input:not([type=submit], [type=checkbox], [type=radio])")) own.focus();
  else own.click();
  if (own.matches("input[type=radio]")) own.form.querySelector("textarea")?.focus();
  own.closest("details[open]")?.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  return true;
}

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row === document.activeElement || row.hasAttribute("aria-current"));
  const row = all[at < 0 ? 0 : at + step];
  if (!row) return false;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (!row.dataset.panel) return true;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  clearTimeout(settle);
  settle = setTimeout(() => open(row), 120);   // a held key passes over rows without asking for each
  return true;
}

function enter() {
  const row = current();
  if (!row || document.activeElement !== document.body) return false;
  open(row, { enter: true });
  return true;
}

function single(key) {
  if (going > Date.now() - 1200) { going = 0; return press(`g${key}`); }
  if (key === "g") { going = Date.now(); return true; }
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  if (key === "Enter") return enter();
  return key.length === 1 && press(key);
}

function chord(event) {
  if (event.key.toLowerCase() === "k") return press("mod+k");
  const form = event.key === "Enter" && event.target.closest?.("form");
  if (form) form.requestSubmit();
  return Boolean(form);
}

function escape(event) {
  if (typing(event.target)) event.target.blur();
  back();
  return true;
}

function handle(event) {
  // On many keyboards [ and ] are typed with AltGr, which some systems tell as Ctrl and Alt.
  const third = event.getModifierState("AltGraph");
  if (!third && (event.metaKey || event.ctrlKey)) return !event.altKey && chord(event);
  if ((event.altKey && !third) || event.isComposing || document.querySelector("dialog[open], .pop:popover-open")) return false;
  if (event.key === "Escape") return escape(event);
  if (typing(event.target) || root.dataset.singleKeys === "off") return false;
  return single(event.key);
}

document.addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && handle(event)) event.preventDefault();
});
