// Runs before the first paint, so that a chosen theme never flashes. The only script that is not a module.
(() => {
  const root = document.documentElement;
  const next = { auto: "light", light: "dark", dark: "auto" };
  root.dataset.script = "on";

  function chosen() {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  }
  function wear(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.setAttribute("aria-label", button.dataset[theme]);
    }
  }

  wear(chosen());
  addEventListener("DOMContentLoaded", () => wear(chosen()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const theme = next[chosen()] ?? "auto";
    try { localStorage.setItem("theme", theme); } catch { /* private window: it lasts for this page */ }
    wear(theme);
  });
})();
