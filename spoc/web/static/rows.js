// Adds a row to a table in place. Without it the button sends the form, which comes back with one row more.
document.addEventListener("click", (click) => {
  const button = click.target.closest("button[name=more]");
  const table = button?.closest(".rows");
  const last = table && [...table.querySelectorAll(".row-card")].at(-1);
  if (!last) return;
  click.preventDefault();
  const at = Number(last.dataset.row) + 1;
  const row = last.cloneNode(true);
  renumber(row, button.value, at);
  last.after(row);
  table.querySelector(`input[name="rows.${button.value}"]`).value = at + 1;
  button.hidden = at + 1 >= Number(table.dataset.most);
  row.querySelector("input:not([type=hidden]), select")?.focus();
});

// A copy is a row of its own: no number of the row it was copied from, no answers, no faults.
function renumber(row, table, at) {
  const from = row.dataset.row;
  row.dataset.row = at;
  row.querySelector("[data-number]").textContent = at + 1;
  row.querySelector(`input[name="answers.${table}.${from}.row"]`)?.remove();
  for (const fault of row.querySelectorAll(".field-fault")) fault.remove();
  const dashed = (name) => name.replaceAll(".", "-").replaceAll("_", "-");
  const [old, made] = [from, at].map((number) => `answers.${table}.${number}.`);
  for (const part of row.querySelectorAll("*")) {
    for (const attribute of ["id", "for", "list", "aria-describedby"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replaceAll(dashed(old), dashed(made)));
    }
    if (part.name?.startsWith(old)) part.name = made + part.name.slice(old.length);
    part.removeAttribute("aria-invalid");
    if (part.matches("input:not([type=hidden]):not([name$='.currency']), select")) part.value = "";
  }
}
