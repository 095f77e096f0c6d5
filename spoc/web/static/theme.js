// Runs before the first paint: an automatic theme follows the reader's system, a chosen one is on the page already.
(() => {
  const root = document.documentElement;
  root.dataset.scripts = ""; // what only a script can draw takes its place from the start
  if (root.dataset.bsTheme) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    root.dataset.bsTheme = dark.matches ? "dark" : "light";
    root.dispatchEvent(new CustomEvent("themechange"));
  };
  apply();
  dark.addEventListener("change", apply);
})();
