// The switches, the keys and the files; then everything begins.

pick.addEventListener("change", () => describe(inHand.locale, pick.value));
unset.addEventListener("change", () => {
  const now = pending(), name = key(element.locale, element.field), typed = typedBefore.get(name);
  if (unset.checked) {
    typedBefore.set(name, now);
    change({ value: null });
  } else if (typed) {
    changes.delete(name);
    changes.set(name, typed);
    draw();
  } else {
    changes.delete(name);
    change({ value: reaching()?.shown ?? element.value ?? element.default ?? (element.kind === "colour" ? "#000000" : "") });
  }
  put(unset.checked ? null : reaching() ? reaching().shown : element.value);
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
  freshen();
}).observe(document.body, { attributes: true, attributeFilter: ["data-renewed"] });

// Who comes back may have seen to what livery refused.
window.addEventListener("focus", () => {
  if (!undrawn && !refused) return;
  countSaves();
  if (changes.size) draw();
  freshen();
});

count();
saves({});
countSaves();

// Whatever is inspected can be changed.
const inspected = inspect;
inspect = (element) => {
  inspected(element);
  choose(element);
};
