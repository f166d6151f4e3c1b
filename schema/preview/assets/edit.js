// Changing values, for those who may. Changes are kept in this page until they are saved;
// each time they go to livery all together, which draws and judges them.
const editing = (() => {
  const make = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name in e && name !== "list") e[name] = value; else e.setAttribute(name, value);
    }
    e.append(...children);
    return e;
  };
  const changes = new Map(); // by language and field
  const redrawn = new Set(); // screens that show what is in no file, and the findings if they do
  let fields = []; // that can be changed where somebody has chosen something
  let element = null; // what livery says of the one in hand
  let target = ""; // what was chosen in a screen
  let asking = 0, drawing = null, reviewed = null;

  // The panel.
  const pick = make("select", { id: "edit-field" }), reach = make("p", { className: "quiet" }), control = make("div", { className: "control" });
  const unset = make("input", { type: "checkbox", id: "edit-default", "data-edit": "default" }), ways = make("fieldset", { className: "ways" });
  const found = make("ol", { className: "problems" }), inputs = make("ul", { className: "inputs" });
  const form = make("form", { hidden: true }, make("label", { htmlFor: "edit-field" }, "Field"), pick, reach, control,
    make("label", { className: "switched" }, unset, " The API's default"), inputs, ways, found);
  const hint = make("p", { className: "quiet" }, "Choose something in a screen, or a screen and then F2: it can be changed here.");
  const button = (text, act) => {
    const b = make("button", { type: "button" }, text);
    b.addEventListener("click", () => { if (b.ariaDisabled !== "true") act(); });
    return b;
  };
  const allow = (b, on) => { b.ariaDisabled = String(!on); }; // it can be reached all the same, and keeps the focus
  const waiting = make("p", { className: "waiting" });
  const look = button("Review and save", () => (dialog.open ? save() : review())), drop = button("Discard", discard);
  const undo = button("Undo", () => again("undo")), redo = button("Redo", () => again("redo"));
  const bar = make("div", { className: "bar" }, look, drop, undo, redo);
  const verdict = make("p", { className: "verdict", role: "status" }), said = make("p", { className: "said", role: "status" });
  const panel = make("section", { id: "edit", className: "card" }, make("h2", { id: "edit-title" }, "Change"), hint, form, verdict, waiting, bar, said);
  panel.setAttribute("aria-labelledby", "edit-title");
  $("inspector").before(panel);

  // The differences, before they are written.
  const diffs = make("div", { className: "diffs" }), stops = make("p", { className: "stops" });
  const write = button("Save", save);
  for (const [name, ...of] of [["save", look, write], ["undo", undo], ["redo", redo]]) for (const b of of) b.dataset.edit = name;
  const dialog = make("dialog", { id: "edit-review" }, make("h2", { id: "edit-review-title" }, "What is written"), diffs, stops,
    make("div", { className: "bar" }, write, button("Not yet", () => dialog.close())));
  dialog.setAttribute("aria-labelledby", "edit-review-title");
  document.body.append(dialog);

  const help = document.querySelector("#help dl");
  help.append(make("dt", {}, "F2"), make("dd", {}, "change the chosen element"));

  function tell(text) { said.textContent = text; }

  // ask asks livery; what it refuses is an error with a sentence.
  async function ask(what, request) {
    let answer;
    try {
      answer = await fetch("/edit/" + what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) });
    } catch {
      throw new Error("livery does not answer. Your changes are still here.");
    }
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error + ". " + said.detail);
    return said;
  }

  const key = (locale, field) => locale + " " + field;
  const about = ({ locale, field }) => ({ address: "locale." + locale, path: field });
  const list = () => Array.from(changes.values(), ({ change: { locale, field, ...rest } }) => ({ ...about({ locale, field }), ...rest }));

  // pathOf is the path of what an element shows: a tip is named by its place in the list.
  function pathOf(e) {
    const path = e.dataset.field;
    if (!path.includes("[]")) return path;
    const tips = all(".tip", e.closest(".device"));
    return path.replace("[]", `[${tips.indexOf(e.closest(".tip"))}]`);
  }

  // choose takes up what was chosen: its own fields first, then the others of its screen.
  function choose(e) {
    const screen = e.closest(".screen"), own = [], others = [];
    for (let at = e; at && at !== screen; at = at.parentElement) if (at.dataset.field) own.push(pathOf(at));
    for (const at of all(".device [data-field]", screen)) others.push(pathOf(at));
    const before = target, mine = new Set(own);
    target = [id(screen), ...own].join(" ");
    fields = [...new Set([...own, ...others])];
    const group = (label, paths) => make("optgroup", { label }, ...paths.map((path) => make("option", { value: path }, path)));
    const rest = fields.slice(mine.size);
    pick.replaceChildren(group("What was chosen", [...mine]), ...(rest.length ? [group("On this screen", rest)] : []));
    if (target === before && element) name(element.field);
    else describe(screen.dataset.locale, own[0]);
  }

  // name shows which field is in hand, and be it that no screen shows it yet.
  function name(field) {
    if (!all("option", pick).some((option) => option.value === field)) pick.lastElementChild?.append(make("option", { value: field }, field));
    pick.value = field;
  }

  // describe asks what a field is, and shows the form for it.
  async function describe(locale, field) {
    const mine = ++asking;
    name(field);
    try {
      const got = await ask("element", about({ locale, field }));
      if (mine !== asking) return;
      element = got;
      show();
    } catch (error) {
      if (mine !== asking) return;
      element = null;
      form.hidden = true;
      hint.hidden = false;
      tell(error.message);
    }
  }

  const pending = () => element && changes.get(key(element.locale, element.field));
  const listOf = (field) => field.replace(/\[.*/, "");
  const isText = () => element.kind === "text" || element.kind === "tip_text";

  function show() {
    const now = pending(), was = element.value;
    form.hidden = false;
    hint.hidden = true;
    reach.textContent = [element.help, element.reach.text].filter(Boolean).join(" ");
    const value = now && "value" in now.change ? now.change.value : now ? now.shown : was;
    unset.checked = value === null;
    unset.parentElement.hidden = !element.ways.length || inList() && was === null;
    unset.disabled = element.kind === "list" && was === null; // a list begins with a tip
    const had = control.contains(document.activeElement) && document.activeElement.id; // what is replaced loses the focus
    put(value);
    if (had) $(had).focus();
    else if (had === "") focusSoon();
    showInputs();
    const beside = now || inList() && (waits(place(), ".text") || waits(place(), ".iconLink"));
    showWays(beside && element.ways.some((way) => way.id === beside.change.where) ? beside.change.where : element.preset);
    judge([], "");
    if (changes.size) draw();
  }

  function put(value) {
    control.replaceChildren(...controls(value));
    const input = control.querySelector("input#edit-value, textarea");
    if (input) input.dataset.edit = "value";
  }

  // controls are the form for the kind of a value.
  function controls(value) {
    if (inList()) return [...field(value), tipBar()];
    return element.kind === "list" ? tips() : field(value);
  }

  function field(value) {
    if (element.computed) return [make("p", {}, element.computed)];
    if (!element.ways.length) return [make("p", {}, "This cannot be changed from here.")];
    if (isText()) return words(value);
    if (element.kind === "colour") return colour(value);
    if (element.kind === "bool") {
      const box = make("input", { type: "checkbox", id: "edit-value", checked: value === null ? element.default : value });
      box.setAttribute("role", "switch");
      box.addEventListener("change", () => change({ value: box.checked }));
      return [make("label", { className: "switched" }, box, " Shown")];
    }
    const link = make("input", { type: "url", id: "edit-value", value: value || "", spellcheck: false, placeholder: "https://" });
    link.addEventListener("input", () => change({ value: link.value }));
    return [make("label", { htmlFor: "edit-value" }, "Address of the picture"), link];
  }

  // The tips of a list are changed one by one. More of them come at its end, and go there.
  const inList = () => element.field.includes("["), place = () => Number(element.field.match(/\[(\d+)/)[1]);
  const partOf = (n, part) => `${listOf(element.field)}[${n}]${part}`;
  const waits = (n, part) => changes.get(key(element.locale, partOf(n, part)));
  const gone = (n) => Boolean(waits(n, ""));

  // tipsNow are the words of the tips as they would be.
  function tipsNow() {
    const list = [];
    for (let n = 0; n < element.mostTips; n++) {
      const text = waits(n, ".text"), icon = waits(n, ".iconLink"), was = element.tips[n];
      if (gone(n) || !was && !text && !icon) break;
      list.push((text ? text.shown : was && was.text) || (icon ? icon.shown : was && was.iconLink) || "");
    }
    return list;
  }

  function tips() {
    if (!element.ways.length) return [make("p", {}, "This list cannot be changed from here.")];
    const list = pending() ? [] : tipsNow(), last = list.length - 1; // of none at all the API's default is shown
    const more = button("Add a tip", () => {
      changes.delete(key(element.locale, element.field));
      if (gone(last + 1)) restore(last + 1);
      else describe(element.locale, partOf(last + 1, ".text")).then(focusSoon);
    });
    const less = button("Remove the last tip", () => {
      for (const part of [".text", ".iconLink"]) changes.delete(key(element.locale, partOf(last, part)));
      if (last < element.tips.length) changes.set(key(element.locale, partOf(last, "")), { change: { locale: element.locale, field: partOf(last, ""), where: where(), value: null }, shown: null });
      show();
      draw();
    });
    allow(more, list.length < element.mostTips);
    allow(less, last > 0);
    const items = list.map((words, n) => make("li", {}, button(words || "(nothing yet)", () => describe(element.locale, partOf(n, ".text")).then(focusSoon))));
    more.id = "edit-value";
    less.id = "edit-less";
    return [make("ol", { className: "tips" }, ...items), make("div", { className: "bar" }, more, less)];
  }

  function restore(n) {
    changes.delete(key(element.locale, partOf(n, "")));
    show();
    draw();
  }

  // tipBar leads from a part of a tip to the other one, and to the list.
  function tipBar() {
    const to = (text, field) => button(text, () => describe(element.locale, field).then(focusSoon));
    return make("div", { className: "bar" }, isText() ? to("Its picture", partOf(place(), ".iconLink")) : to("Its text", partOf(place(), ".text")), to("All tips", listOf(element.field)));
  }

  // words is a field for a text, which grows with it. What the page fills in stays.
  function words(value) {
    const area = make("textarea", { id: "edit-value", rows: 1, value: value ?? "", placeholder: element.default || "" });
    const counter = make("output", { id: "edit-count" });
    area.lang = element.languages.lang;
    area.dir = element.languages.dir;
    area.setAttribute("aria-describedby", "edit-count");
    let last = area.value;
    const measure = () => {
      const length = area.value.normalize("NFC").length;
      counter.textContent = element.limit ? `${length}/${element.limit}` : String(length);
      counter.title = element.unit;
      counter.classList.toggle("over", Boolean(element.limit) && length > element.limit);
      area.style.height = "auto";
      area.style.height = area.scrollHeight + 2 + "px";
    };
    // What is composed, as Japanese is, is left alone until it is done.
    const typed = (event) => {
      measure();
      if (event.isComposing) return;
      const lost = element.keep.filter((part) => last.includes(part) && !area.value.includes(part));
      if (lost.length && Math.abs(area.value.length - last.length) === 1) {
        const at = area.selectionStart + (area.value.length < last.length ? 1 : -1);
        area.value = last; // one letter of it was touched
        area.setSelectionRange(at, at);
      } else if (lost.length) {
        area.value = [area.value, ...lost].filter(Boolean).join(" ");
      }
      last = area.value;
      measure();
      change({ value: area.value });
      if (lost.length) tell(`${lost.join(", ")} stays: the page fills it in.`);
    };
    area.addEventListener("input", typed);
    area.addEventListener("compositionend", typed);
    requestAnimationFrame(measure);
    return [make("label", { htmlFor: "edit-value" }, "Text"), area, counter];
  }

  // colour is a picker, digits, and the names of the stack that hold colours.
  function colour(value) {
    const plain = (text) => (/^#[0-9a-f]{3}$/i.test(text) ? "#" + [...text.slice(1)].map((c) => c + c).join("") : text.slice(0, 7));
    const hex = make("input", { type: "text", id: "edit-value", value: value || "", spellcheck: false, autocomplete: "off", placeholder: "#rrggbb" });
    const picker = make("input", { type: "color", value: value ? plain(value) : "#ffffff" });
    picker.setAttribute("aria-label", "Colour picker");
    hex.addEventListener("input", () => {
      if (/^#([0-9a-f]{3}|[0-9a-f]{6}([0-9a-f]{2})?)$/i.test(hex.value)) picker.value = plain(hex.value);
      release();
      change({ value: hex.value.trim() });
    });
    picker.addEventListener("input", () => {
      hex.value = picker.value;
      release();
      change({ value: hex.value });
    });
    const hues = element.palette.map((hue) => {
      const radio = make("input", { type: "radio", name: "edit-hue", value: hue.reference });
      const swatch = make("span", { className: "swatch" });
      swatch.style.backgroundColor = hue.value;
      radio.addEventListener("change", () => {
        hex.value = hue.value;
        picker.value = plain(hue.value);
        change(named() ? { reference: hue.reference } : { value: hue.value }, hue);
      });
      return make("label", { title: hue.at }, radio, swatch, make("span", {}, hue.reference));
    });
    const release = () => { for (const radio of all("input", palette)) radio.checked = false; };
    const palette = make("fieldset", { className: "palette" }, make("legend", {}, "Colours of the stack"), ...hues);
    palette.hidden = !hues.length;
    return [make("label", { htmlFor: "edit-value" }, "Colour"), make("div", { className: "hex" }, picker, hex), palette];
  }

  // showInputs leads to what a value is computed from.
  function showInputs() {
    inputs.replaceChildren(...element.inputs.map((input) => {
      const text = [input.text, input.at].filter(Boolean).join(", "), address = inEditor(input.at);
      if (!input.field) return make("li", {}, address ? make("a", { href: address }, text) : text);
      return make("li", {}, button(text, () => {
        const e = all(`.screen[data-locale="${CSS.escape(input.locale)}"] .device [data-field="${CSS.escape(input.field)}"]`, main)[0];
        if (e) {
          point(e);
          e.closest(".screen").scrollIntoView({ block: "nearest" });
        } else describe(input.locale, input.field);
        focusSoon();
      }));
    }));
  }

  function showWays(chosen) {
    const many = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
    ways.hidden = !element.ways.length;
    ways.replaceChildren(make("legend", {}, "Where it is written"), ...element.ways.map((way) => {
      const radio = make("input", { type: "radio", name: "edit-way", "data-edit": "where", value: way.id, checked: way.id === chosen, disabled: Boolean(way.stops) });
      radio.addEventListener("change", () => {
        const now = pending();
        if (!now) return;
        if (now.change.reference && !way.names) now.change = { ...now.change, reference: undefined, value: now.shown };
        now.change.where = way.id;
        draw();
      });
      const kind = { origin: "Where it comes from", theme: "In the theme", locale: "In this language alone" }[way.kind];
      const where = make("small", {}, way.stops || `${way.label}, ${way.at}: ${many(way.fields, "field")} in ${many(way.languages, "language")}`);
      return make("label", {}, radio, make("span", {}, kind, where));
    }));
  }

  const where = () => (ways.querySelector("input:checked") || {}).value || element.preset;
  const named = () => (element.ways.find((way) => way.id === where()) || {}).names;

  // change keeps what somebody wants; what is as it was is no change.
  function change(value, hue) {
    const now = { change: { locale: element.locale, field: element.field, where: where(), ...value }, shown: hue ? hue.value : value.value };
    unset.checked = value.value === null;
    tell("");
    const none = value.value === "" && element.value === null && inList(); // a part that is not there yet
    if (element.kind === "list") for (const name of changes.keys()) if (name.startsWith(key(element.locale, element.field + "["))) changes.delete(name);
    if ((value.value === element.value || none) && !value.reference) changes.delete(key(element.locale, element.field));
    else changes.set(key(element.locale, element.field), now);
    draw();
  }

  // draw has livery draw the changes. One request is on its way at a time: while somebody
  // types, pictures keep coming, and what was typed since is asked for together.
  let wanted = false;
  function draw() {
    count();
    wanted = true;
    drawing ??= drawAll();
    return drawing;
  }

  async function drawAll() {
    while (wanted) {
      wanted = false;
      const sent = list();
      try {
        overlay(await ask("overlay", { changes: sent, revision: document.body.dataset.revision, drawn: [...redrawn] }), sent);
      } catch (error) {
        judge([], error.message);
      }
    }
    drawing = null;
  }

  // overlay shows what livery has drawn.
  function overlay(got, sent) {
    for (const { id, html } of got.screens) {
      const screen = find(id);
      if (screen) redraw(screen, parsed(html).firstElementChild);
    }
    if (got.screens.length || !got.stops) {
      redrawn.clear();
      if (sent.length) for (const { id } of got.screens) redrawn.add(id);
    }
    if (got.findings) {
      $("findings").replaceChildren(parsed(got.findings));
      if (sent.length) redrawn.add("findings");
    }
    judge(got.problems, got.stops);
    if (got.screens.length) repoint();
    document.body.dataset.drawn = Number(document.body.dataset.drawn || 0) + 1;
  }

  // judge shows the problems beside the value, and what would stop an apply.
  let stopped = "";
  function judge(problems, why) {
    stopped = why;
    const base = element ? listOf(element.field) : "";
    const mine = problems.filter((p) => listOf(p.field) === base && (!p.locale || p.locale === element.locale));
    found.replaceChildren(...mine.map((p) => make("li", { className: p.level }, make("b", {}, p.rule), " " + p.text)));
    const line = why ? "Cannot be saved: " + why : mine.length ? `${mine.length} to look at.` : "";
    if (verdict.textContent !== line) verdict.textContent = line;
    panel.classList.toggle("stopped", Boolean(why));
  }

  function count() {
    const n = changes.size;
    waiting.textContent = n ? `${n} ${n === 1 ? "change is" : "changes are"} not saved yet.` : "";
    for (const b of [look, drop]) allow(b, n);
  }

  // saves tells what can be undone and redone, of the saves of all windows.
  function saves(got) {
    allow(undo, got.undo);
    allow(redo, got.redo);
  }
  const countSaves = () => ask("saves", {}).then(saves, () => {}); // whoever presses one is told

  async function review() {
    if (!changes.size) return;
    try {
      reviewed = await ask("review", { changes: list() });
    } catch (error) {
      return tell(error.message);
    }
    diffs.replaceChildren(...reviewed.files.map((file) => {
      const text = make("pre", { tabIndex: 0 });
      text.setAttribute("role", "region");
      text.setAttribute("aria-label", "Differences of " + file.name);
      text.append(...file.diff.split("\n").map((line) => make("span", { className: line[0] === "+" ? "plus" : line[0] === "-" ? "minus" : "" }, line + "\n")));
      return make("section", {}, make("h3", {}, file.name), text);
    }));
    if (!reviewed.files.length) diffs.append(make("p", {}, "Nothing changes in the files."));
    stops.textContent = stopped && "Cannot be saved: " + stopped;
    write.disabled = Boolean(stopped) || !reviewed.files.length;
    if (!dialog.open) dialog.showModal();
    (write.disabled ? dialog.querySelector(".bar button:last-child") : write).focus();
  }

  async function save() {
    write.disabled = true;
    try {
      const got = await ask("save", { changes: list(), digest: reviewed.digest });
      changes.clear();
      dialog.close();
      saves(got);
      settled("Saved: " + got.files.join(", ") + ".");
    } catch (error) {
      stops.textContent = error.message;
      dialog.close();
      settled(error.message);
    }
  }

  async function again(what) {
    try {
      const got = await ask(what, {});
      saves(got);
      settled((what === "undo" ? "Undone: " : "Redone: ") + got.files.join(", ") + ".");
    } catch (error) {
      tell(error.message);
    }
  }

  // settled takes up what the files are now.
  async function settled(text) {
    count();
    if (element) await describe(element.locale, element.field);
    await draw();
    tell(text);
    focusSoon();
  }

  function discard() {
    changes.clear();
    if (element) show();
    draw();
    tell("The changes are gone.");
    focusSoon();
  }

  function focusSoon() {
    const target = $("edit-value") || pick;
    if (!form.hidden) target.focus();
  }

  pick.addEventListener("change", () => describe(element.locale, pick.value));
  unset.addEventListener("change", () => {
    const value = unset.checked ? null : element.value ?? element.default ?? (element.kind === "colour" ? "#000000" : "");
    change({ value });
    put(value);
    unset.focus();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); review(); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "TEXTAREA" && (event.ctrlKey || event.metaKey)) review();
  });
  for (const e of [panel, dialog]) {
    e.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && e === panel && here) here.querySelector(".cap a").focus();
      event.stopPropagation(); // the keys of the gallery are not meant
    });
  }
  window.addEventListener("keydown", (event) => {
    if (event.key !== "F2") return;
    event.preventDefault();
    const first = here && here.querySelector(".device [data-field]");
    if (first && !target.startsWith(id(here) + " ")) point(first);
    open("side"); // where it has to be opened
    focusWhenThere();
  });
  window.addEventListener("beforeunload", (event) => { if (changes.size) event.preventDefault(); });

  // focusWhenThere goes to the form, which livery may not have described yet.
  async function focusWhenThere() {
    for (let i = 0; i < 100 && form.hidden; i++) await new Promise((later) => setTimeout(later, 20));
    (form.hidden ? hint : pick).focus();
  }

  // The files have changed: what is in no file yet is drawn over them again.
  new MutationObserver(() => {
    redrawn.clear();
    countSaves();
    if (changes.size) draw();
    else if (element && !panel.contains(document.activeElement)) describe(element.locale, element.field);
  }).observe(document.body, { attributes: true, attributeFilter: ["data-renewed"] });

  count();
  saves({});
  countSaves();
  return { choose };
})();

// Whatever is inspected can be changed.
const inspected = inspect;
inspect = (element) => {
  inspected(element);
  editing.choose(element);
};
