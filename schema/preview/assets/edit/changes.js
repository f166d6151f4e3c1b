// Changes are kept in this page until they are saved; each time they go to livery all
// together, which draws and judges them.

const changes = new Map(); // by language and field, the one that was made last at the end
const redrawn = new Set(); // screens that show what is in no file, and the findings if they do
let drawing = null;

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
function reaching(of = element) {
  const places = of.ways.map((way) => placeOf(way, of.field));
  const rank = (i) => (of.ways[i].kind === "origin" ? -i : i + 1); // an alias hides what it leads to
  let last, best = -Infinity;
  for (const one of changes.values()) {
    const i = places.indexOf(one.place);
    if (i >= 0 && rank(i) >= best) [last, best] = [one, rank(i)];
  }
  return last || changes.get(key(of.locale, of.field));
}

// change keeps what somebody wants; what is as it was is no change.
function change(value, hue) {
  const name = key(element.locale, element.field), way = element.ways.find((way) => way.id === where());
  const now = {
    change: { locale: element.locale, field: element.field, where: where(), ...value },
    shown: hue ? hue.value : value.value, place: way && placeOf(way, element.field),
  };
  unset.checked = value.value === null;
  tell("");
  if (element.kind === "list") for (const name of changes.keys()) if (name.startsWith(key(element.locale, element.field + "["))) changes.delete(name);
  changes.delete(name); // so that it stands at the end
  if (!isInFile(now, element)) changes.set(name, now);
  showing = now.shown;
  draw();
}

// isInFile reports whether an element is already what a change wants, if no other makes it another.
function isInFile({ change: { value, reference } }, of) {
  const none = value === "" && of.value === null && of.field.includes("["); // a part that is not there yet
  return (value === of.value || none) && !reference && !reaching(of);
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
