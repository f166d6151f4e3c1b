// What drives an element: its fields, their values, and where these come from.

const alike = (screen, field) => all(`[data-field="${CSS.escape(field)}"]`, screen);

// languageOf is the language that an element is of: of the longest texts, each has its own.
// A language that livery makes up is no file's.
const languageOf = (e) => e.dataset.of || e.closest(".screen").dataset.locale;
const isMade = (e) => "made" in main.querySelector(`.sheet[data-locale="${CSS.escape(languageOf(e))}"]`).dataset;

// point marks one element, tells what drives it, and puts it into the address.
function point(element) {
  const screen = element.closest(".screen"), field = element.dataset.field;
  shine([element]);
  at.element = [id(screen), field, alike(screen, field).indexOf(element)].join(" ");
  inspect(element);
}

// repoint finds what was pointed at, also in a screen that was drawn anew.
function repoint() {
  const [screen, field, number] = at.element.split(" ");
  const same = find(screen) && field ? alike(find(screen), field) : [], element = same[number] || same[0];
  if (element) point(element);
  else shine([]);
  return element;
}

// light marks the elements of a field, and brings the first into view.
function light(field) {
  if (!field) return shine([]);
  const found = all(`[data-field="${CSS.escape(field)}"], [data-field^="${CSS.escape(field)}["]`, main).filter((e) => !e.closest("[hidden]"));
  shine(found);
  if (found[0]) {
    inspect(found[0]);
    found[0].closest(".screen").scrollIntoView({ block: "nearest" });
  }
}

// inspect tells what drives an element, from the inside out.
function inspect(element) {
  const list = document.createElement("dl");
  for (let e = element; e && !e.matches(".screen"); e = e.parentElement) if (e.dataset.field) list.append(...fieldOf(e));
  $("detail").replaceChildren(list);
}

function fieldOf(e) {
  const dt = document.createElement("dt"), dd = document.createElement("dd"), field = e.dataset.field, name = written(field);
  dt.textContent = field;
  const value = valueOf(e);
  if (/^#[0-9a-f]{6,8}$/.test(value)) {
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.backgroundColor = value;
    dd.append(swatch);
  }
  const words = document.createElement("bdi");
  words.textContent = value || "API default";
  dd.append(words);
  const lines = [];
  if ("changed" in e.dataset) lines.push(["was " + (e.dataset.changed || "the API default")]);
  if ("contrast" in e.dataset) lines.push([`contrast ${e.dataset.contrast} on ${e.dataset.on}` + ("low" in e.dataset ? ", less than the rule asks for" : "")]);
  if (e.dataset.at) lines.push([e.dataset.at, e.dataset.at]);
  for (const step of (e.dataset.from || "").split("\n").filter(Boolean)) {
    const [path, place] = step.split("\t");
    if (place !== e.dataset.at) lines.push([("computed" in e.dataset ? "computed from " : "from ") + path + (place ? ", " + place : ""), place]);
  }
  dd.append(...lines.map(([text, place]) => line(text, place)));
  const copies = document.createElement("div");
  copies.className = "copies";
  copies.append(copy("Copy name", name));
  if (e.dataset.at) copies.append(copy("Copy place", (e.dataset.from || "").split("\n").map((step) => step.split("\t")[1]).filter(Boolean).at(-1) || e.dataset.at));
  if (!isMade(e)) copies.append(copy("Copy command", `livery explain locale.${languageOf(e)}.${name.replace(/\[\].*/, "")}`));
  dd.append(copies);
  return [dt, dd];
}

// inEditor is the address that opens a place, as main.livery.hcl:3, in an editor; "" for
// none.
function inEditor(place) {
  const [, file, number] = (place || "").match(/^(.*):(\d+)$/) || [];
  if (!file || !body.dataset.editor) return "";
  const path = file.startsWith("/") || /^[A-Za-z]:/.test(file) ? file : body.dataset.dir + "/" + file;
  return body.dataset.editor.replace("{path}", encodeURI(path.replace(/^([A-Za-z]:)/, "/$1")).replace(/[?#]/g, encodeURIComponent)).replace("{line}", number).replace("{column}", "1");
}

// line is a sentence about a field; a place in a file can be opened.
function line(text, place) {
  const span = document.createElement("span");
  span.className = "at";
  span.append(text);
  const address = inEditor(place);
  if (address) {
    const a = document.createElement("a");
    a.href = address;
    a.className = "open";
    a.textContent = "open";
    a.setAttribute("aria-label", "Open " + place + " in the editor");
    span.append(" ", a);
  }
  return span;
}

function copy(label, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.title = text;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied: " + text);
    } catch {
      say("The browser does not let this page copy: " + text);
    }
  });
  return button;
}

function valueOf(e) {
  const style = e.getAttribute("style") || "";
  if (style.includes(":")) return style.slice(style.indexOf(":") + 1);
  if (e.matches(".standin")) return e.textContent + " (ours: no default is documented)";
  if (e.matches(".dflt")) return e.textContent + " (the API's documented default)";
  if (e.matches(".t")) return e.textContent;
  const picture = e.querySelector(":scope > .ph, :scope > img");
  if (picture) return picture.title || picture.getAttribute("src");
  if (e.matches(".when")) return e.dataset.at ? "declared" : "";
  const tips = all(":scope > .tip", e).length;
  if (tips && e.dataset.at) return tips === 1 ? "1 tip" : tips + " tips";
  return "";
}

// listElements lists what can be chosen in a screen, for those who use no pointer.
function listElements(screen) {
  const list = $("elements"), items = screen ? all(":scope > .device [data-field], :scope > .pair figure:last-of-type .device [data-field]", screen) : [];
  list.parentElement.hidden = !screen;
  if (!screen) return;
  list.parentElement.querySelector("summary").textContent = `Elements of ${screen.closest(".sheet").dataset.name}: ${screen.querySelector(".cap").dataset.title}`;
  list.replaceChildren(...items.map((e) => {
    const li = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = written(e.dataset.field);
    button.addEventListener("click", () => {
      point(e);
      note();
    });
    li.append(button);
    return li;
  }));
}
