// The picker and the plan in an open case are fetched on their own. A swap of the case leaves them alone, with all
// that is ticked and typed, unless the swap brings an answer to their own form; when the case itself has moved on,
// they ask anew.
const body = document.body;
const before = Idiomorph.defaults.callbacks.beforeNodeMorphed;
const filled = { remedies: "form", plan: "details" };
let own = "";

body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const from = detail.target?.id === "case" && detail.requestConfig?.elt?.closest?.("#remedies, #plan");
  own = from ? from.id : "";
});
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
  const sign = filled[old.id];
  if (!sign || !old.querySelector(sign)) return before(old, fresh);
  const answered = old.id === "plan" ? fresh.querySelector?.(sign) : own === old.id;
  if (answered) return before(old, fresh);
  const typing = [...old.querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue);
  if (old.dataset.version !== fresh.dataset?.version && (own === old.id || !typing)) {
    old.dataset.version = fresh.dataset.version;
    queueMicrotask(() => htmx.trigger(old, "moved-on"));
  }
  return false;
};
