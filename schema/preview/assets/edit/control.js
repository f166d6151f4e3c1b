// The form for the kind of a value, where it is written, and what it is computed from.

let showing, shownIn; // the value that the form shows, and whose it is
let composing = false; // a text, which is left alone until that is done
const isShown = (value) => element.kind !== "list" && shownIn === key(element.locale, element.field) && control.contains(document.activeElement) && (composing || value === showing);

function put(value) {
  composing = false;
  [showing, shownIn] = [value, key(element.locale, element.field)];
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

// whole is a text with the line feed at its end that the one in the file has, as a heredoc
// does: it stays, and is counted.
const whole = (text) => (text && element.value?.endsWith("\n") && !text.endsWith("\n") ? text + "\n" : text);

// words is a field for a text, which grows with it. What the page fills in stays.
function words(value) {
  const area = make("textarea", { id: "edit-value", rows: 1, value: value ?? "", placeholder: element.default || "" });
  const counter = make("output", { id: "edit-count" });
  area.lang = element.languages.lang;
  area.dir = element.languages.dir;
  area.setAttribute("aria-describedby", "edit-count");
  let last = area.value;
  const measure = () => {
    const length = whole(area.value).normalize("NFC").length;
    counter.textContent = element.limit ? `${length}/${element.limit}` : String(length);
    counter.title = element.unit;
    counter.classList.toggle("over", Boolean(element.limit) && length > element.limit);
    area.style.height = "auto";
    area.style.height = area.scrollHeight + 2 + "px";
  };
  const typed = (event) => {
    measure();
    composing = Boolean(event.isComposing);
    if (composing) return;
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
    change({ value: whole(area.value) });
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
  const picker = make("input", { type: "color", id: "edit-picker", value: value ? plain(value) : "#ffffff" });
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
    return make("li", {}, button(text, () => lead(input.locale, input.field)));
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
      now.place = placeOf(way, element.field);
      const name = key(element.locale, element.field);
      changes.delete(name);
      changes.set(name, now); // it was made last
      draw();
    });
    const kind = { origin: "Where it comes from", theme: "In the theme", locale: "In this language alone" }[way.kind];
    const where = make("small", {}, way.stops || `${way.label}, ${way.at}: ${many(way.fields, "field")} in ${many(way.languages, "language")}${way.also}`);
    return make("label", {}, radio, make("span", {}, kind, where));
  }));
}

const where = () => (ways.querySelector("input:checked") || {}).value || element.preset;
const named = () => (element.ways.find((way) => way.id === where()) || {}).names;
