// The tips of a list are changed one by one. More of them come at its end, and go there.

const inList = () => element.field.includes("["), tipNumber = () => Number(element.field.match(/\[(\d+)/)[1]);
const partOf = (n, part) => `${listOf(element.field)}[${n}]${part}`;

// namesOf are the names of the changes of a field that this language gets, be it from another one.
const namesOf = (field) => Array.from(changes.keys()).filter((name) => {
  const { change } = changes.get(name);
  return change.field === field && (change.locale === element.locale || element.ways.some((way) => way.id === change.where));
});
const waits = (n, part) => changes.get(namesOf(partOf(n, part)).at(-1));
const forget = (field) => namesOf(field).forEach((name) => changes.delete(name));
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
  const list = reaching() ? [] : tipsNow(), last = list.length - 1; // of none at all the API's default is shown
  const more = button("Add a tip", () => {
    forget(element.field);
    if (gone(last + 1)) restore(last + 1);
    else describe(element.locale, partOf(last + 1, ".text")).then(focusSoon);
  });
  const less = button("Remove the last tip", () => {
    for (const part of [".text", ".iconLink"]) forget(partOf(last, part));
    const field = partOf(last, ""), way = element.ways.find((way) => way.id === where());
    if (last < element.tips.length) changes.set(key(element.locale, field), { change: { locale: element.locale, field, where: where(), value: null }, shown: null, place: way && placeOf(way, field) });
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
  forget(partOf(n, ""));
  show();
  draw();
}

// tipBar leads from a part of a tip to the other one, and to the list.
function tipBar() {
  const to = (text, field) => button(text, () => describe(element.locale, field).then(focusSoon));
  return make("div", { className: "bar" }, isText() ? to("Its picture", partOf(tipNumber(), ".iconLink")) : to("Its text", partOf(tipNumber(), ".text")), to("All tips", listOf(element.field)));
}
