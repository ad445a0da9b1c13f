// The coach reads along in the box under a story: it marks the words, puts others in their place when told to, ticks the
// steps that a message takes, and says how many faults are left once nobody types any more.
import { announce } from "./toast.js";

const body = document.body;
const touched = new WeakSet(); // steps that a person ticked or cleared: those are theirs to say
let marks = [], before = "", said = "", pause = 0, begun = false;

const box = () => document.querySelector("#case [data-composer]");
const words = () => box()?.querySelector("textarea[data-words]");
const panel = () => document.getElementById("coach");
const isLetter = () => Boolean(box()?.querySelector(".modes .to input:checked"));

/** Draw the text once more under itself, with what was found marked. */
function draw() {
  const under = box()?.querySelector("[data-under]"), text = words()?.value ?? "";
  if (!under) return;
  const pieces = [];
  let at = 0;
  for (const { start, end } of marks) {
    if (start < at) continue;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    pieces.push(text.slice(at, start), mark);
    at = end;
  }
  // A line that ends the text is only drawn when something stands on it.
  under.replaceChildren(...pieces, `${text.slice(at)}\u200b`);
  under.scrollTop = words().scrollTop;
  before = text;
}

/** Keep the marks on their words while the text around them changes; words that change are marked no more. */
function follow() {
  const now = words().value, grown = now.length - before.length;
  let same = 0;
  while (same < now.length && now[same] === before[same]) same += 1;
  marks = marks
    .map((one) => (one.end <= same ? one : { ...one, start: one.start + grown, end: one.end + grown }))
    .filter((one) => one.start >= 0 && now.slice(one.start, one.end) === one.words);
  draw();
}

/** Take over what the panel says. */
function heed() {
  if (!words()) return;
  const heard = panel()?.querySelector(".heard"), text = words().value;
  marks = [...(heard?.querySelectorAll("[data-start]") ?? [])]
    .map(({ dataset }) => ({ start: Number(dataset.start), end: Number(dataset.end), words: dataset.words }))
    .filter((one) => text.slice(one.start, one.end) === one.words)
    .sort((a, b) => a.start - b.start);
  draw();
  const count = box().querySelector("[data-count-of]");
  if (count) count.textContent = heard?.dataset.count ?? "";
  if (heard?.querySelector(".parts")) tick(heard.dataset.steps.split(" "));
  clearTimeout(pause);
  pause = setTimeout(() => { if ((count?.textContent ?? "") !== said) announce(said = count?.textContent ?? ""); }, 1500);
}

function tick(steps) {
  for (const step of box().querySelectorAll("input[name=covers]")) {
    if (!touched.has(step)) step.checked = steps.includes(step.value);
  }
}

/** Put words in the place of others, so that the browser's own undo takes it back. */
function put(text, from, to) {
  const field = words();
  field.focus();
  field.setSelectionRange(from, to);
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (done) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function instead({ from, to, put: text }) {
  const value = words().value, end = Number(to);
  // With a sentence that is left out goes the space behind it.
  const space = text ? 0 : value.slice(end).match(/^[ \t]?/)[0].length;
  put(text, Number(from), end + space);
  if (text) toGap(Number(from));
}

function add(text) {
  const value = words().value, end = value.trimEnd().length;
  put(`${end ? " " : ""}${text}`, end, value.length);
  toGap(end);
}

/** Select what a line of the plan leaves open, so that what is typed next stands there. */
function toGap(from) {
  const gap = /\[[^\][\n]+\]/.exec(words().value.slice(from));
  if (!gap) return;
  words().focus();
  words().setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
}

body.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-composer] textarea[data-words]")) follow();
});
body.addEventListener("change", ({ target }) => {
  if (target.name === "covers") touched.add(target);
});
body.addEventListener("click", (event) => {
  begun = Boolean(event.target.closest?.("[data-composer] button[value=plan]"));
  const button = event.target.closest?.("#coach button");
  if (!button) return;
  if (button.dataset.add) add(button.dataset.add);
  else instead(button.dataset);
});
body.addEventListener("scroll", ({ target }) => {
  if (target === words()) box().querySelector("[data-under]").scrollTop = target.scrollTop;
}, true);
// Only a message to the customer is read, and only when it says something.
body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt !== panel() || (isLetter() && words().value.trim())) return;
  event.preventDefault();
  panel().replaceChildren();
  heed();
});
body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id === "coach") return heed();
  if (!words()) return;
  heed();
  if (begun) toGap(0);
  begun = false;
  // What was typed since it was kept is read anew.
  if (isLetter() && words().value !== words().defaultValue) htmx.trigger(panel(), "read");
});
if (words()) heed();
