// Changes are drawn and judged while somebody makes them.

let drawing = null, wanted = false;
let undrawn = ""; // why livery has not drawn them
const redrawn = new Set(); // screens that show what is in no file, and the findings if they do
let before = {}; // the problems that there are without the changes, and at which revision

// draw has livery draw the changes. One request is on its way at a time: while somebody
// types, pictures keep coming, and what was typed since is asked for together.
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
      const got = await overlayOf(sent, [...redrawn]);
      if (undrawn && said.textContent === undrawn) tell("");
      undrawn = "";
      overlay(got, sent);
      if (sent.length && !wanted && before.revision !== body.dataset.revision) {
        await overlayOf([], []);
        judge(got.problems, got.stops);
      }
    } catch (error) {
      undrawn = error.message;
      judge([], undrawn);
    }
  }
  drawing = null;
}

async function overlayOf(changes, drawn) {
  const { revision } = body.dataset, got = await ask("overlay", { changes, revision, drawn });
  if (!changes.length) before = { revision, problems: got.problems.map(nameOf) };
  return got;
}

const nameOf = (p) => [p.rule, p.locale, p.field, p.text].join("\n"); // its line may be another one

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
  if (got.screens.length && at.locale === "longest") {
    main.querySelector('.sheet[data-locale="longest"]')?.remove(); // it is put together anew
    longest();
  }
  if (got.screens.length) repoint();
  body.dataset.drawn = Number(body.dataset.drawn || 0) + 1;
}

// judge shows the problems beside the value, those that the changes cause elsewhere, and what
// would stop an apply.
let stopped = "", judged = [[], ""];
function judge(problems, why) {
  judged = [problems, why];
  stopped = why;
  const isMine = (p) => element && listOf(p.field) === listOf(element.field) && (!p.locale || p.locale === element.locale);
  const isCaused = (p) => before.revision === body.dataset.revision && !before.problems.includes(nameOf(p));
  const mine = problems.filter(isMine), caused = problems.filter((p) => changes.size && !isMine(p) && isCaused(p));
  const told = JSON.stringify([mine, caused]);
  if (found.dataset.told !== told) found.replaceChildren(...mine.map((p) => problemOf(p)), ...caused.map((p) => problemOf(p, () => leadTo(p))));
  found.dataset.told = told;
  const n = mine.length + caused.length, line = why ? "Cannot be saved: " + why : n ? `${n} to look at.` : "";
  if (verdict.textContent !== line) verdict.textContent = line;
  panel.classList.toggle("stopped", Boolean(why));
  for (const one of changes.values()) one.wrong = problems.find((p) => p.level === "error" && p.field && p.field === listOf(one.change.field))?.text;
  count();
}

// problemOf is one in the list. From one elsewhere, a button leads to its field.
function problemOf(p, act) {
  const where = act && p.field && button([p.locale && languageName(p.locale), p.field].filter(Boolean).join(": "), act);
  return make("li", { className: p.level }, make("b", {}, p.rule), " " + p.text, where || "");
}
const leadTo = (p) => lead(p.locale || inHand?.locale || screens[0].dataset.locale, p.field);

const languageName = (locale) => main.querySelector(`.sheet[data-locale="${CSS.escape(locale)}"]`)?.dataset.name || locale;

// count says how many changes wait, and lists them. One that keeps them from being saved says why.
let listedNow = "";
function count() {
  const n = changes.size;
  waiting.textContent = n ? `${n} ${n === 1 ? "change is" : "changes are"} not saved yet.` : "";
  for (const b of [look, drop]) allow(b, n);
  const last = new Map(Array.from(changes, ([name, one]) => [one.place || name, one]));
  const rows = Array.from(changes, ([name, one]) => {
    const why = one.dead || one.wrong || (last.get(one.place || name) === one ? "" : "A later change takes its place.");
    return { name, ...one.change, as: one.change.reference || (name.endsWith("]") ? "removed" : quoted(one.change.value)), why, stops: Boolean(one.dead || one.wrong) };
  });
  if (listedNow === (listedNow = JSON.stringify(rows))) return; // who is in the list stays there
  const had = queue.contains(document.activeElement) && document.activeElement.dataset;
  queue.replaceChildren(...rows.map(waitingOf));
  if (had) (all("button", queue).find((b) => b.dataset.of === had.of && b.dataset.act === had.act) || look).focus();
}

function waitingOf({ name, locale, field, as, why, stops }) {
  const what = languageName(locale) + ": " + field;
  const buttons = [button(what, () => lead(locale, field)), button("Take back", () => takeBack(name))];
  buttons.forEach((b, i) => Object.assign(b.dataset, { of: name, act: i }));
  buttons[1].ariaLabel = "Take back " + what;
  return make("li", { className: stops ? "stops" : "" }, buttons[0], make("bdi", {}, as), why ? make("small", {}, why) : "", buttons[1]);
}

// quoted is a value in a sentence.
function quoted(value) {
  if (value === null) return "the API's default";
  return typeof value === "string" ? `"${value}"` : value ? "on" : "off";
}

function takeBack(name) {
  const i = [...changes.keys()].indexOf(name);
  changes.delete(name);
  if (element) show();
  draw();
  tell("Taken back.");
  const rest = all("[data-act='1']", queue);
  (rest[i] || rest.at(-1) || ($("edit-value") || pick)).focus();
}
