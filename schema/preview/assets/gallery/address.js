// What is looked at stands in the address, so that it can be sent to somebody and
// outlives a reload: the language, the screen, the field, the element that was
// chosen, and every switch that is not as it is at first.

const $ = (id) => document.getElementById(id);
const body = document.body, main = $("sheets");
const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
const places = ["locale", "screen", "field", "element"];
const switches = ["q", "device", "width", "large", "mode", "only", "vision", "contrast"];
let screens = [];
let at = { locale: "", screen: "", field: "", element: "" };
let here = null; // the chosen screen
let problem = -1;

// A mode is how before and after are shown: two controls say it together.
const modes = () => all("option", $("how")).map((option) => option.value);
const radios = (name) => all(`input[name=${name}]`);
function state(name) {
  if (name === "mode") return $("before").checked ? state("how") : "";
  const e = $(name);
  if (e.matches("fieldset")) return radios(name).find((r) => r.checked).value;
  return e.type === "checkbox" ? (e.checked ? "on" : "off") : e.value;
}

// atFirst is what a switch is set to by the page itself.
function atFirst(name) {
  if (name === "mode") return $("before").defaultChecked ? modes()[0] : "";
  const e = $(name);
  if (e.matches("fieldset")) return radios(name).find((r) => r.defaultChecked).value;
  if (e.matches("select")) return (all("option", e).find((o) => o.defaultSelected) || e.options[0]).value;
  return e.type === "checkbox" ? (e.defaultChecked ? "on" : "off") : "";
}

function turn(name, value) {
  if (name === "mode") {
    const known = modes().includes(value);
    $("before").checked = known;
    $("how").value = known ? value : modes()[0];
    return;
  }
  const e = $(name);
  if (e.matches("fieldset")) radios(name).forEach((r) => { r.checked = r.value === value; });
  else if (e.type === "checkbox") e.checked = value === "on";
  else e.value = value;
}

function address() {
  const given = new URLSearchParams();
  for (const key of places) if (at[key]) given.set(key, at[key]);
  for (const name of switches) if (state(name) !== atFirst(name)) given.set(name, state(name));
  return "#" + given;
}

// spelled is a language as the page names it, from either spelling of it.
const spelled = (locale) => all(".sheet", main).find((sheet) => sheet.dataset.short === locale)?.dataset.locale || locale;

function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key of places) at[key] = given.get(key) || "";
  at.locale = spelled(at.locale);
  at.element = at.element.replace(/^[^.]*/, spelled);
  for (const name of switches) turn(name, given.has(name) ? given.get(name) : atFirst(name));
}

// note puts what is looked at into the address.
function note(replace = true) {
  if (address() !== (location.hash || "#")) history[replace ? "replaceState" : "pushState"](null, "", address());
}

function go(next, replace) {
  const had = document.activeElement.closest(".screen"); // what is hidden loses the focus
  for (const key of places) at[key] = next[key] || "";
  note(Boolean(replace));
  show();
  if (!here || here.hidden) return;
  if (had) here.querySelector(".cap a").focus({ preventScroll: true });
  here.scrollIntoView({ block: "nearest", inline: "nearest" });
}
