// Who else is at the open case. The poll carries both ways: that one is there, and who else is.
const MOST = 3, TYPING = 10_000;   // marks in the head; ms for which somebody counts as writing after a key
let open = "", mark = "", typedAt = -Infinity;

document.addEventListener("input", ({ target }) => {
  if (target.closest?.("#case form")) typedAt = performance.now();
});

/** What the poll says of the open case. */
export function about() {
  const now = document.getElementById("case")?.dataset.case ?? "";
  if (now !== open) { open = now; mark = ""; typedAt = -Infinity; }
  if (!open) return {};
  return { case: open, here: mark, ...(performance.now() - typedAt < TYPING && { writes: "1" }) };
}

function drawn({ initials, words }) {
  const one = document.createElement("span"), who = document.createElement("span"), said = document.createElement("span");
  one.className = "here";
  who.className = "who here";
  who.ariaHidden = "true";
  who.textContent = initials;
  said.className = "sr-s";
  said.textContent = words;
  one.append(who, said);
  return one;
}

/** Show who is there, if the case is still the one that was asked about. */
export function show(asked, here, next) {
  const place = document.querySelector("#case .present");
  if (!place || asked !== document.getElementById("case").dataset.case) return;
  mark = next;
  place.replaceChildren(...here.slice(0, MOST).map(drawn));
}
