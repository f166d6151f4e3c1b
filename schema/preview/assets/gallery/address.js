// What is looked at stands in the address, so that it can be sent to somebody and
// outlives a reload.

const $ = (id) => document.getElementById(id);
const body = document.body, main = $("sheets");
const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
let screens = [];
let at = { locale: "", screen: "", field: "" };
let here = null; // the chosen screen
let pointed = null; // the element that was clicked, as its screen and field
let problem = -1;

function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  at = { locale: given.get("locale") || "", screen: given.get("screen") || "", field: given.get("field") || "" };
}

function go(next, replace) {
  const given = new URLSearchParams();
  for (const key of ["locale", "screen", "field"]) if (next[key]) given.set(key, next[key]);
  const hash = "#" + given;
  if (hash !== (location.hash || "#")) history[replace ? "replaceState" : "pushState"](null, "", hash);
  const had = document.activeElement.closest(".screen"); // what is hidden loses the focus
  read();
  show();
  if (!here || here.hidden) return;
  if (had) here.querySelector(".cap a").focus({ preventScroll: true });
  here.scrollIntoView({ block: "nearest", inline: "nearest" });
}
