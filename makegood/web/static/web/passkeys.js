// Passkeys: hands the forms marked data-passkey to allauth's scripts, and says in words when a key was not used.
import { say } from "./toast.js";

// A passkey belongs to a name; the number of a machine is none.
const named = !/^[\d.]+$|:/.test(location.hostname);
const able = window.isSecureContext && "PublicKeyCredential" in window && named;

for (const place of document.querySelectorAll("[data-passkey]")) {
  place.hidden = !able;
  if (able) window.allauth.webauthn.forms[place.dataset.passkey]({ ids: JSON.parse(place.dataset.ids) });
}
for (const words of document.querySelectorAll("[data-passkey-not]")) {
  words.hidden = able || words.closest("main").querySelector("[data-passkey='loginForm']") !== null;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  say(document.querySelector("script[data-unused]").dataset.unused, { kind: "refused" });
});
