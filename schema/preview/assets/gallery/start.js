// The pointer, the switches and the panels; then everything begins.

// A link within the page keeps the switches as they are.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.closest("#found")) {
    turn("q", "");
    search();
  }
  open("");
  go(Object.fromEntries(new URLSearchParams(link.getAttribute("href").slice(1))));
});
main.addEventListener("click", (event) => {
  const screen = event.target.closest(".screen");
  if (!screen || event.target.closest(".cap, input")) return;
  choose(screen, false);
  const element = event.target.closest("[data-field]");
  if (!element) return;
  point(element);
  note();
  open("side");
  if (narrow.matches) element.scrollIntoView({ block: "nearest" });
});
main.addEventListener("dblclick", (event) => {
  const screen = event.target.closest(".screen");
  if (screen) go({ locale: screen.dataset.locale, screen: screen.dataset.screen });
});
main.addEventListener("focusin", (event) => {
  const screen = event.target.closest(".screen");
  if (screen && screen !== here) choose(screen, false);
});

// unfold opens a panel at the top, or closes it. What had the focus in it gives that up at
// once: a browser sees to it only when it draws, and keys before that went nowhere.
function unfold(id, on) {
  if (!on && $(id).contains(document.activeElement)) document.activeElement.blur();
  $(id).hidden = !on;
  document.querySelector(`[aria-controls="${id}"]`).setAttribute("aria-expanded", String(on));
}

for (const button of all(".top button[aria-expanded]:not(.drawer)")) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-expanded") !== "true";
    for (const id of ["help", "view"]) unfold(id, on && id === button.getAttribute("aria-controls"));
  });
}

// In a window without room for columns, the languages and the details are opened by
// buttons; elsewhere they are always there.
const narrow = window.matchMedia("(max-width: 820px)");
function open(id) {
  const button = id && document.querySelector(`.drawer[aria-controls="${id}"]`);
  body.dataset.open = button && button.checkVisibility() ? id : "";
  for (const button of all(".drawer")) button.setAttribute("aria-expanded", String(button.getAttribute("aria-controls") === body.dataset.open));
}
for (const button of all(".drawer")) {
  button.addEventListener("click", () => {
    const id = button.getAttribute("aria-controls");
    open(body.dataset.open === id ? "" : id);
    if (body.dataset.open === "side") $("findings").scrollIntoView();
    if (body.dataset.open === "index") all("a", $("index"))[0].focus({ preventScroll: true });
  });
}

// look takes over the switches that are about how things look.
function look() {
  body.dataset.width = state("width");
  body.dataset.vision = state("vision");
  body.toggleAttribute("data-large", $("large").checked);
  compare();
}

let typing;
$("q").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => { note(); show(); search(); }, 90); });
document.querySelector(".find").addEventListener("focusout", (event) => {
  if (event.relatedTarget && event.relatedTarget.closest(".find")) return;
  $("found").hidden = true;
  $("q").setAttribute("aria-expanded", "false");
});
for (const name of ["device", "only"]) $(name).addEventListener("change", () => { note(); show(); });
for (const name of ["width", "vision", "large", "before", "how", "contrast"]) $(name).addEventListener("change", () => { note(); look(); });
all("#journey button").forEach((button, i) => button.addEventListener("click", () => move(2 * i - 1, 0)));

// Whether letters are shortcuts is remembered, where the browser remembers anything.
try { $("letters").checked = localStorage.letters !== "off"; } catch { /* a page in a file may have no storage */ }
$("letters").addEventListener("change", () => {
  try { localStorage.letters = state("letters"); } catch { /* it holds for this page alone */ }
});
window.addEventListener("hashchange", () => { read(); look(); show(); });

read();
look();
begin();
told = listed();
if (at.element) repoint()?.scrollIntoView({ block: "center" });
if (body.dataset.events) listen(body.dataset.events);
