// The text of a pack with line numbers, colours, its faults at their lines, and saving as one types. Without this file
// the same text stands in a plain field, and its button saves and checks.
(() => {
  const form = document.getElementById("edit");
  const area = document.getElementById("draft");
  if (!form || !area) return;
  const saved = document.getElementById("saved");
  const field = (name) => form.querySelector(`input[name="${name}"]`);
  const PAUSE = 600; // milliseconds without a key before what was typed is saved and checked
  const MOST_COLOURED = 4000; // lines; beyond, a browser would stall

  // What is seen: the lines lie under the field, whose own letters are transparent.
  const shown = document.createElement("div");
  shown.className = "code-lines";
  shown.setAttribute("aria-hidden", "true");
  area.parentElement.prepend(shown);
  area.parentElement.classList.add("code-on");
  let painted = [];

  const KEY = /^(\s*(?:- )*)([\w-]+)(:)(?=\s|$)/;
  const WITHIN = /([{,]\s*)([\w-]+)(:)(?=\s)/g;
  const RULE = new Set(["condition", "visible_when"]);

  function piece(text, kind) {
    if (!kind) return document.createTextNode(text);
    const made = document.createElement("span");
    made.className = `code-${kind}`;
    made.textContent = text;
    return made;
  }

  // Keys, conditions and comments; everything else is plain.
  function coloured(line) {
    const made = [];
    const comment = /(^|\s)#.*$/.exec(line);
    const end = comment && !/["']/.test(line) ? comment.index : line.length;
    let rest = line.slice(0, end);
    const key = KEY.exec(rest);
    if (key) {
      made.push(piece(key[1]), piece(key[2], "key"), piece(key[3]));
      rest = rest.slice(key[0].length);
    }
    if (key && RULE.has(key[2])) made.push(piece(rest, "rule"));
    else {
      let from = 0;
      for (const found of rest.matchAll(WITHIN)) {
        const at = found.index + found[1].length;
        made.push(piece(rest.slice(from, at)), piece(found[2], "key"));
        from = at + found[2].length;
      }
      made.push(piece(rest.slice(from)));
    }
    if (end < line.length) made.push(piece(line.slice(end), "comment"));
    return made;
  }

  function row(line) {
    const made = document.createElement("div");
    made.className = "code-line";
    if (painted.length > MOST_COLOURED) made.textContent = line;
    else made.append(...coloured(line));
    return made;
  }

  // Only what differs from what is shown is built anew, so that typing in a long text stays quick.
  function paint() {
    const lines = area.value.split("\n");
    let start = 0;
    while (start < lines.length && start < painted.length && lines[start] === painted[start]) start++;
    let end = 0;
    while (end < lines.length - start && end < painted.length - start && lines.at(-1 - end) === painted.at(-1 - end)) end++;
    const gone = painted.length - start - end;
    painted = lines;
    for (let left = gone; left > 0; left--) shown.children[start].remove();
    const before = shown.children[start] ?? null;
    const made = document.createDocumentFragment();
    for (const line of lines.slice(start, lines.length - end)) made.append(row(line));
    shown.insertBefore(made, before);
  }

  const checked = () => document.getElementById("checked");
  const faults = () => [...(checked()?.querySelectorAll("[data-line]") ?? [])].map((one) => Number(one.dataset.line));

  function mark() {
    for (const line of shown.querySelectorAll(".code-late")) line.classList.remove("code-late");
    for (const number of faults()) shown.children[number - 1]?.classList.add("code-late");
    if (faults().length) area.setAttribute("aria-invalid", "true");
    else area.removeAttribute("aria-invalid");
  }

  // Where the caret is, and going elsewhere.
  const lineOf = (at) => area.value.slice(0, at).split("\n").length;

  function go(number) {
    const lines = area.value.split("\n");
    const at = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    area.focus({ preventScroll: true });
    area.setSelectionRange(at, at + (lines[number - 1] ?? "").length);
    shown.children[number - 1]?.scrollIntoView({ block: "center" });
    note();
  }

  function next() {
    const lines = [...new Set(faults())].sort((a, b) => a - b);
    const here = lineOf(area.selectionStart);
    if (lines.length) go(lines.find((line) => line > here) ?? lines[0]);
  }

  function note() {
    field("line").value = lineOf(area.selectionStart);
  }

  // Typing: insertText keeps the browser's own undo.
  function put(text) {
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function indent(back) {
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const end = area.selectionEnd;
    if (!back && area.selectionStart === end) return put("  ");
    const old = area.value.slice(start, end);
    const made = back ? old.replace(/^ {1,2}/gm, "") : old.replace(/^(?=.)/gm, "  ");
    if (made === old) return undefined;
    const caret = area.selectionStart === end;
    area.setSelectionRange(start, end);
    put(made);
    if (!caret) area.setSelectionRange(start, start + made.length);
    return undefined;
  }

  let leaving = false; // Esc was the last key: Tab then goes to the next field, as everywhere else
  area.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.isComposing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const line = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
      event.preventDefault();
      put(`\n${/^ */.exec(line)[0]}`);
    }
    if (event.key !== "Shift") leaving = event.key === "Escape";
  });
  document.addEventListener("keydown", (event) => {
    const isSave = event.key === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (event.key !== "F8" && !isSave) return;
    event.preventDefault();
    if (isSave) save();
    else next();
  });
  for (const kind of ["keyup", "click", "focus"]) area.addEventListener(kind, note);

  // Saving: one at a time, each with the revision that the one before was given.
  let kept = area.value;
  let timer = 0;
  let busy = false;
  let again = false;
  let moved = false; // another window has saved: nothing is sent by itself any more, the button shows both texts

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  let last = Promise.resolve(); // the saving that is under way, or the latest

  function save() {
    clearTimeout(timer);
    if (moved) return last;
    again = busy;
    if (!busy) last = send();
    return last;
  }

  async function send() {
    busy = true;
    saved.textContent = form.dataset.saving;
    const sent = area.value;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      take(page.getElementById("checked"), page.getElementById("refused"), answer, sent);
    } catch {
      saved.textContent = form.dataset.failed;
    }
    busy = false;
    if (again || (area.value !== sent && !moved)) soon();
  }

  function take(fresh, refused, answer, sent) {
    if (fresh) {
      kept = sent;
      field("revision").value = fresh.dataset.revision;
      field("base").value = fresh.dataset.base;
      saved.textContent = fresh.dataset.saved;
      for (const one of document.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== fresh.dataset.state;
      bring(document.importNode(fresh, true));
    } else if (refused) {
      moved = answer.status === 409;
      saved.replaceChildren(...document.importNode(refused, true).childNodes);
    } else if (answer.headers.get("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
    else saved.textContent = form.dataset.failed;
  }

  // What the reader had opened stays open, and the focus stays on its button.
  function bring(fresh) {
    const old = checked();
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? false; });
    if (held) [...fresh.querySelectorAll("button")].find((one) => one.name === held.name && one.value === held.value)?.focus();
    mark();
  }

  area.addEventListener("input", () => {
    paint();
    mark();
    note();
    soon();
  });

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (moved || button?.hasAttribute("formaction")) {
      kept = area.value;
      return;
    }
    event.preventDefault();
    if (button?.name === "show") field("show").value = button.value;
    if (button?.name === "line") go(Number(button.value));
    save();
  });

  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("[data-line] a")?.closest("[data-line]").dataset.line;
    if (!line) return;
    event.preventDefault();
    go(Number(line));
  });

  // A link waits until what was typed is saved; if it cannot be, the browser asks.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!link || elsewhere || event.defaultPrevented || area.value === kept) return;
    event.preventDefault();
    await last;
    if (area.value !== kept) await save();
    location.assign(link.href);
  });

  addEventListener("beforeunload", (event) => {
    if (area.value !== kept) event.preventDefault();
  });

  paint();
  mark();
  if (Number(field("line").value) > 1) go(Number(field("line").value));
})();
