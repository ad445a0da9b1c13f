// <due-clock due="…" breaks="…" warn="…">: the server writes the words, this keeps them true.
// Beyond a day ahead the server's words ("Fri 09:00") are left alone. Times are judged by the server's clock.
const MINUTE = 60_000, DAY = 86_400_000;
const words = document.body.dataset;
const skew = words.now ? Date.parse(words.now) - Date.now() : 0;
const clocks = new Set();

function span(ms, round) {
  if (ms >= DAY) return `${Math.floor(ms / DAY)} ${words.d}`;
  const minutes = Math.max(1, round(ms / MINUTE)), hours = Math.floor(minutes / 60);
  if (!hours) return `${minutes} ${words.m}`;
  return minutes % 60 ? `${hours} ${words.h} ${minutes % 60} ${words.m}` : `${hours} ${words.h}`;
}

/** Words and tone at `now` (all in ms); null leaves both as they are. */
export function reading(now, due, breaks, warn) {
  if (now > breaks) return [words.late.replace("{}", span(now - due, Math.floor)), "c-broken"];
  if (now >= due) return [words.duenow, "c-risk"];
  if (due - now >= DAY) return null;
  return [words.ahead.replace("{}", span(due - now, Math.ceil)), now >= warn ? "c-risk" : ""];
}

class DueClock extends HTMLElement {
  connectedCallback() { clocks.add(this); }
  disconnectedCallback() { clocks.delete(this); }
  at(name, otherwise) { return this.hasAttribute(name) ? Date.parse(this.getAttribute(name)) : otherwise; }

  tick(now) {
    const due = this.at("due", NaN);
    if (Number.isNaN(due)) return;
    const read = reading(now, due, this.at("breaks", due), this.at("warn", Infinity));
    if (!read || this.textContent === read[0]) return;
    this.textContent = read[0];
    if (read[1]) { this.classList.remove("soft", "c-risk", "c-broken"); this.classList.add(read[1]); }
  }
}

/** <time data-leaves="in {} s">: the last minute before a message leaves, second by second. */
function count(now) {
  for (const time of document.querySelectorAll("time[data-leaves]")) {
    const left = Math.ceil((Date.parse(time.dateTime) - now) / 1000);
    time.textContent = left > 0 && left <= 60 ? time.dataset.leaves.replace("{}", left) : "";
  }
}

customElements.define("due-clock", DueClock);
setInterval(() => {
  if (document.hidden) return;
  const now = Date.now() + skew;
  for (const clock of clocks) clock.tick(now);
  count(now);
}, 1000);
