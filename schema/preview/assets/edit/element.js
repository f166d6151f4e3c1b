// The element in hand: what was chosen in a screen, and what livery says of it.

let fields = []; // that can be changed where somebody has chosen something
let element = null; // what livery says of the one in hand
let target = ""; // what was chosen in a screen
let asking = 0;

// pathOf is the path of what an element shows: a tip is named by its place in the list.
function pathOf(e) {
  const path = e.dataset.field;
  if (!path.includes("[]")) return path;
  const tips = all(".tip", e.closest(".device"));
  return path.replace("[]", `[${tips.indexOf(e.closest(".tip"))}]`);
}

// choose takes up what was chosen: its own fields first, then the others of its screen.
function choose(e) {
  const screen = e.closest(".screen"), own = [], others = [];
  for (let at = e; at && at !== screen; at = at.parentElement) if (at.dataset.field) own.push(pathOf(at));
  for (const at of all(".device [data-field]", screen)) others.push(pathOf(at));
  const before = target, mine = new Set(own);
  target = [id(screen), ...own].join(" ");
  fields = [...new Set([...own, ...others])];
  const group = (label, paths) => make("optgroup", { label }, ...paths.map((path) => make("option", { value: path }, path)));
  const rest = fields.slice(mine.size);
  pick.replaceChildren(group("What was chosen", [...mine]), ...(rest.length ? [group("On this screen", rest)] : []));
  if (target === before && element) name(element.field);
  else describe(screen.dataset.locale, own[0]);
}

// name shows which field is in hand, and be it that no screen shows it yet.
function name(field) {
  if (!all("option", pick).some((option) => option.value === field)) pick.lastElementChild?.append(make("option", { value: field }, field));
  pick.value = field;
}

// describe asks what a field is, and shows the form for it.
async function describe(locale, field) {
  const mine = ++asking;
  name(field);
  try {
    const got = await ask("element", about({ locale, field }));
    if (mine !== asking) return;
    element = got;
    show();
  } catch (error) {
    if (mine !== asking) return;
    element = null;
    form.hidden = true;
    hint.hidden = false;
    tell(error.message);
  }
}

const pending = () => element && changes.get(key(element.locale, element.field));
const listOf = (field) => field.replace(/\[.*/, "");
const isText = () => element.kind === "text" || element.kind === "tip_text";

function show() {
  const now = reaching(), value = now ? now.shown : element.value;
  form.hidden = false;
  hint.hidden = true;
  reach.textContent = [element.help, element.reach.text].filter(Boolean).join(" ");
  unset.checked = value === null;
  unset.parentElement.hidden = !element.ways.length || inList() && element.value === null;
  unset.disabled = element.kind === "list" && element.value === null; // a list begins with a tip
  const had = control.contains(document.activeElement) && document.activeElement.id; // what is replaced loses the focus
  put(value);
  if (had) $(had).focus();
  else if (had === "") focusSoon();
  showInputs();
  const beside = now || inList() && (waits(tipNumber(), ".text") || waits(tipNumber(), ".iconLink"));
  showWays(beside && element.ways.some((way) => way.id === beside.change.where) ? beside.change.where : element.preset);
  judge([], "");
  if (changes.size) draw();
}

function focusSoon() {
  const target = $("edit-value") || pick;
  if (!form.hidden) target.focus();
}
