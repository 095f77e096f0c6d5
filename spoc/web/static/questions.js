// A form asks what follows from the answers. What is asked already stays untouched, whatever was typed or chosen since
// the question was sent: only questions that are new come in, and those that are not asked any more go. A question whose
// options are others now comes in anew, with what was chosen as far as it is still on offer.
document.addEventListener("htmx:beforeSwap", (swap) => {
  const shown = swap.detail.target;
  if (shown.id !== "questions" || !swap.detail.shouldSwap) return;
  const fetched = new DOMParser().parseFromString(swap.detail.serverResponse, "text/html").getElementById("questions");
  if (!fetched) return;
  swap.detail.shouldSwap = false;
  bring(shown, fetched);
  renew(shown, fetched);
});

// Lines that follow from other answers, such as whether a thing is in stock, are said anew where they stand.
function renew(shown, fetched) {
  const now = new Map([...fetched.querySelectorAll("[data-fresh]")].map((line) => [line.dataset.fresh, line]));
  for (const line of shown.querySelectorAll("[data-fresh]")) {
    const said = now.get(line.dataset.fresh);
    if (said && said.textContent !== line.textContent) line.textContent = said.textContent;
  }
}

// Both hold parts marked data-part; a part that holds parts itself names their place with data-parts.
function bring(shown, fetched) {
  const parts = (place) => [...place.children].filter((child) => child.dataset.part);
  const had = new Map(parts(shown).map((part) => [part.dataset.part, part]));
  let last = null;
  for (const part of parts(fetched)) {
    const own = had.get(part.dataset.part);
    had.delete(part.dataset.part);
    if (own) {
      const inner = own.querySelector("[data-parts]");
      if (inner) bring(inner, part.querySelector("[data-parts]"));
      last = own.dataset.offer === part.dataset.offer ? own : offer(own, document.importNode(part, true));
    } else {
      const made = document.importNode(part, true);
      if (last) last.after(made);
      else shown.prepend(made);
      last = made;
    }
  }
  for (const gone of had.values()) gone.remove();
}

// The options as they are now, in place of those shown; or the files that are kept by now, in place of those chosen.
// What stays chosen keeps the mark of how it stood when it was shown.
function offer(own, made) {
  const focused = own.contains(document.activeElement) ? document.activeElement : null;
  for (const control of made.querySelectorAll("input.tick")) {
    const had = [...own.querySelectorAll("input.tick")].find((one) => one.value === control.value);
    if (had) control.checked = had.checked;
  }
  for (const select of made.querySelectorAll("select")) {
    const chosen = own.querySelector("select")?.value ?? "";
    select.value = [...select.options].some((one) => one.value === chosen) ? chosen : "";
  }
  const [was, mark] = [own, made].map((part) => part.querySelector('input[name^="was."]'));
  if (was && mark && made.querySelector("input.tick, select")) mark.value = was.value;
  own.replaceWith(made);
  if (focused) [...made.querySelectorAll("input, select")].find((one) => one.value === focused.value)?.focus();
  return made;
}
