// Changes are kept in this page until they are saved; each time they go to livery all
// together, which draws and judges them.

const changes = new Map(); // by language and field, the one that was made last at the end
const typedBefore = new Map(); // what they were before the API's default was chosen, to be taken up again

const key = (locale, field) => locale + " " + field;
const about = ({ locale, field }) => ({ address: "locale." + locale, path: field });
const list = () => Array.from(changes.values(), ({ change: { locale, field, ...rest } }) => ({ ...about({ locale, field }), ...rest }));

// placeOf tells the places that ways write from one another: what has a name is one place for
// all fields, words or digits that stand in a theme or in a language are those of one field.
function placeOf(way, field) {
  if (!/^(theme|locale)\./.test(way.label)) return way.id;
  return [way.kind, field, /:\d+$/.test(way.at) ? way.at : way.label].join(" ");
}

// reaching is the change that makes an element another one, be it of this field or of another
// one with the same origin: what stands nearer to the element hides what is farther away, and
// of two changes in one place the later one counts.
function reaching(of = element, besides = null) {
  const places = of.ways.map((way) => placeOf(way, of.field));
  const rank = (i) => (of.ways[i].kind === "origin" ? -i : i + 1); // an alias hides what it leads to
  let last, best = -Infinity;
  for (const one of changes.values()) {
    const i = places.indexOf(one.place);
    if (one !== besides && i >= 0 && rank(i) >= best) [last, best] = [one, rank(i)];
  }
  const own = changes.get(key(of.locale, of.field));
  return last || (own !== besides ? own : undefined);
}

// change keeps what somebody wants; what is as it was is no change.
function change(value, hue) {
  const name = key(element.locale, element.field), had = changes.get(name), way = element.ways.find((way) => way.id === where());
  const now = {
    change: { locale: element.locale, field: element.field, where: where(), ...value },
    shown: hue ? hue.value : value.value, place: way && placeOf(way, element.field),
    base: had ? had.base : element.value, dead: had?.dead, // what it takes the place of, and why it cannot
  };
  unset.checked = value.value === null;
  tell("");
  if (element.kind === "list") for (const name of changes.keys()) if (name.startsWith(key(element.locale, element.field + "["))) changes.delete(name);
  changes.delete(name); // so that it stands at the end
  if (!isInFile(now, element)) changes.set(name, now);
  showing = now.shown;
  draw();
}

// isInFile reports whether an element is already what a change wants, and no other makes it another.
function isInFile(one, of) {
  const { value, reference, field } = one.change;
  const none = value === "" && of.value === null && field.includes("["); // a part that is not there yet
  const gone = value === null && field.endsWith("]") && of.tips.length <= Number(field.match(/\[(\d+)/)[1]);
  return (value === of.value || none || gone) && !reference && !reaching(of, one);
}

// freshen asks anew what the files have: of the element in hand, and of all that waits. What
// they have by now waits no more, and what cannot be written any more says so.
let stale = false, freshening = null;
function freshen() {
  stale = true;
  freshening ??= freshenAll();
  return freshening;
}

async function freshenAll() {
  while (stale) {
    stale = false;
    if (inHand) await describeAgain();
    for (const [name, one] of Array.from(changes)) {
      if (stale) break;
      const got = await ask("element", about(one.change)).catch((error) => error);
      if (changes.get(name) === one) compareWith(one, got, name);
    }
    count();
  }
  freshening = null;
}

// compareWith compares a change with what livery says of its element now.
function compareWith(one, got, name) {
  if (got instanceof Error) {
    if (got.status) one.dead = got.message;
    return;
  }
  const way = got.ways.find((way) => way.id === one.change.where);
  one.dead = way ? way.stops : "It cannot be written there any more.";
  if (way) one.place = placeOf(way, got.field);
  if (!isInFile(one, got)) return;
  changes.delete(name);
  if (element) show();
  draw();
  tell(`${got.field}: the file has it by now.`);
}
