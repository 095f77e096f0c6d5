// Offers people while a mail address or name is typed: fills the field's own datalist. Without it the field still works.
document.addEventListener("input", (typed) => {
  const field = typed.target;
  const list = field.list;
  if (!list || field.value.trim().length < 2) return;
  clearTimeout(field.waiting);
  field.waiting = setTimeout(async () => {
    const answer = await fetch("/ask/people?text=" + encodeURIComponent(field.value.trim()));
    if (!answer.ok) return;
    list.replaceChildren(...(await answer.json()).map((one) => new Option(one.name, one.mail)));
  }, 150);
});
