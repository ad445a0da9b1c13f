// The picker in an open case is fetched on its own. A swap of the case leaves it alone, with all that is ticked and
// typed, unless the swap answers the picker's own form; when the case itself has moved on, the picker asks anew.
const body = document.body;
const before = Idiomorph.defaults.callbacks.beforeNodeMorphed;
let own = false;

body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  own = Boolean(detail.requestConfig?.elt?.closest?.("#remedies")) && detail.target?.id === "case";
});
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
  if (old.id !== "remedies" || own || !old.querySelector("form")) return before(old, fresh);
  if (old.dataset.version !== fresh.dataset?.version) {
    old.dataset.version = fresh.dataset.version;
    queueMicrotask(() => htmx.trigger(old, "moved-on"));
  }
  return false;
};
