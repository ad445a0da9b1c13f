// Words that were typed and not sent outlive every swap: those of other forms while the answer to one draws a case
// anew, and those typed into a form after it was sent, or after a part of it asked to be drawn anew, while the answer
// was on its way.
import { say } from "./toast.js";

const body = document.body;
const FIELDS = "textarea, input:not([type=hidden], [type=file]), select";
const drafts = new Map();   // by where a field stands: what was typed into it
const onItsWay = new Map(); // by what sent it, a form or a part of one: what was sent of each field

const ticked = (field) => field.type === "radio" || field.type === "checkbox";
const worded = (field) => field.tagName === "TEXTAREA" || field.type === "text";
const value = (field) => (ticked(field) ? field.checked : field.value);
const formOf = (sender) => sender.closest("form[hx-post]");
const fieldsOf = (form) => [...form.querySelectorAll(FIELDS)];
const label = (field) => [document.getElementById("case")?.dataset.case, field.form.getAttribute("action"), field.form.id, field.name, ticked(field) && field.value].join("|");

/** Whether a person has changed this field since the server wrote it. */
export function changed(field) {
  if (ticked(field)) return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return field.selectedIndex !== Math.max(0, [...field.options].findIndex((o) => o.defaultSelected));
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

/** Remember every word of the open case that was typed and not sent; the answer to `sent` is arriving. */
export function stash(sent) {
  for (const field of document.querySelectorAll(`#case form :is(${FIELDS})`)) {
    if (field.form !== sent && changed(field)) drafts.set(label(field), { now: value(field) });
  }
}

/** Of a form whose answer is arriving, remember what was typed since it was sent: what was added to words that are
    taken, and the whole of those that are not. */
function stashSince(sender, taken) {
  const sent = onItsWay.get(sender);
  for (const field of sent ? fieldsOf(formOf(sender)) : []) {
    const was = sent.get(label(field)), now = value(field);
    if (was === undefined || was === now) continue;
    const added = taken && worded(field) && now.startsWith(was);
    drafts.set(label(field), { now: added ? now.slice(was.length).trimStart() : now, words: worded(field), since: true });
  }
}

/** Put back what was typed, into the fields that stand where it was. */
export function restore() {
  for (const field of document.querySelectorAll(`form[hx-post] :is(${FIELDS})`)) {
    const draft = drafts.get(label(field));
    if (!draft) continue;
    drafts.delete(label(field));
    if (value(field) === draft.now) continue;
    field[ticked(field) ? "checked" : "value"] = draft.now;
    // What was drawn anew was worked out without it.
    if (draft.since && ticked(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
    if (worded(field) && field === document.activeElement) field.setSelectionRange(field.value.length, field.value.length);
  }
  rescue();
}

/** A step that is done has no form any more: what was typed into it meanwhile goes to the note, in plain sight. */
function rescue() {
  const note = document.querySelector("#case [data-composer] textarea");
  for (const [key, draft] of note ? drafts : []) {
    if (!draft.since) continue;
    drafts.delete(key);
    if (!draft.words || !draft.now) continue;
    note.value = note.value ? `${note.value}\n${draft.now}` : draft.now;
    note.focus();
    say(body.dataset.rescued);
  }
}

/** Whether words were typed into a form after it was sent and are still to be put back. */
export const hasSince = (form) => fieldsOf(form).some((field) => drafts.get(label(field))?.since);

body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = formOf(detail.elt);
  if (form) onItsWay.set(detail.elt, new Map(fieldsOf(form).map((field) => [label(field), value(field)])));
});
// Before anything that the answer brings: it may close the dialog that the form is in, and empty it.
body.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  const { status } = detail.xhr, refused = status === 409 || status === 422;
  if (refused || (status < 300 && status !== 204)) stashSince(detail.elt, !refused && formOf(detail.elt) === detail.elt);
  onItsWay.delete(detail.elt);
});
body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "case") stash(detail.requestConfig?.elt?.closest("form"));
});
body.addEventListener("htmx:afterSwap", restore);
for (const lost of ["htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) body.addEventListener(lost, ({ detail }) => onItsWay.delete(detail.elt));
// Who signed in again in another tab goes on here, with the token of that sign-in.
body.addEventListener("htmx:configRequest", ({ detail }) => {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  if (detail.verb === "get" || !token) return;
  detail.headers["X-CSRFToken"] = token;
  if (detail.formData.has("csrfmiddlewaretoken")) detail.formData.set("csrfmiddlewaretoken", token);
});
// Files that have left with a message do not leave with the next one as well.
body.addEventListener("written", () => {
  for (const files of document.querySelectorAll("#case [data-composer] input[type=file]")) files.value = "";
  named();
});
// The browser's own control names the files; while there are none, the label around it says all there is to say.
function named() {
  for (const files of document.querySelectorAll(".attach input")) files.parentElement.classList.toggle("chosen", files.files.length > 0);
}
for (const when of ["change", "htmx:afterSwap"]) body.addEventListener(when, named);
