// The element in hand: what was chosen in a screen, and what livery says of it.

let fields = []; // that can be changed where somebody has chosen something
let element = null; // what livery says of the one in hand
let target = ""; // what was chosen in a screen
let inHand = null; // its language and field
let described = null; // what was asked last about it
let refused = null; // what livery says instead, which is told once

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
  if (isMade(e)) return close("Livery makes this page up for the preview. Choose a page of a language: it can be changed there.");
  if (target === before && element) name(inHand.field);
  else describe(languageOf(e), own[0]);
}

// name shows which field is in hand, and be it that no screen shows it yet.
function name(field) {
  if (!all("option", pick).some((option) => option.value === field)) pick.lastElementChild?.append(make("option", { value: field }, field));
  pick.value = field;
}

// describe asks what a field is, and shows the form for it.
function describe(locale, field) {
  inHand = { locale, field };
  forgive();
  name(field);
  return describeAgain();
}

function describeAgain() {
  described = ask("element", about(inHand)).then((got) => got, (error) => error);
  return arrived();
}

// arrived takes up what livery says of the one in hand, which may have become another meanwhile.
async function arrived() {
  if (!described) return;
  const asked = described, got = await asked;
  if (asked !== described) return arrived();
  if (got instanceof Error) {
    if (got.message !== refused) tell(got.message);
    refused = got.message;
    if (!isInHand(element) || !pending() && !panel.contains(document.activeElement)) close(); // nobody is at it
    return;
  }
  forgive();
  const same = JSON.stringify(element) === JSON.stringify(got);
  element = got;
  name(element.field);
  if (!same) show();
}

// close takes the form away, and may say why.
function close(why) {
  if (why) {
    inHand = described = null;
    tell(why);
  }
  element = null;
  title.textContent = "Change";
  form.hidden = true;
  hint.hidden = false;
}

function forgive() {
  if (refused === said.textContent) tell("");
  refused = null;
}

const isInHand = (of) => of && inHand && of.locale === inHand.locale && of.field === inHand.field;
const pending = () => element && changes.get(key(element.locale, element.field));
const listOf = (field) => field.replace(/\[.*/, "");
const isText = () => element.kind === "text" || element.kind === "tip_text";

function show() {
  const now = reaching(), value = now ? now.shown : element.value, own = pending();
  form.hidden = false;
  hint.hidden = true;
  title.replaceChildren("Change ", make("small", {}, languageName(element.locale)));
  reach.textContent = [element.help, element.reach.text].filter(Boolean).join(" ");
  meanwhile.textContent = own && own.base !== element.value ? `Meanwhile the file has ${quoted(element.value)}.` : "";
  unset.checked = value === null;
  unset.parentElement.hidden = !element.ways.length || inList() && element.value === null;
  unset.disabled = element.kind === "list" && element.value === null; // a list begins with a tip
  keepFocus(() => {
    if (!isShown(value)) put(value);
    showInputs();
    const beside = now || inList() && (waits(tipNumber(), ".text") || waits(tipNumber(), ".iconLink"));
    showWays(beside && element.ways.some((way) => way.id === beside.change.where) ? beside.change.where : element.preset);
  });
  if (changes.size) judge(...judged);
  else judge([], "");
}

// keepFocus keeps the focus and the caret where they are, while what has them is made anew.
function keepFocus(act) {
  const had = form.contains(document.activeElement) ? document.activeElement : null;
  const { id, name, value, selectionStart: from, selectionEnd: to } = had || {};
  act();
  if (!had || had.isConnected) return; // what is replaced loses the focus
  const again = id ? $(id) : all("input", form).find((e) => name && e.name === name && e.value === value);
  if (!again) return focusSoon();
  again.focus();
  if (Number.isInteger(again.selectionStart) && Number.isInteger(from)) again.setSelectionRange(from, to);
}

function focusSoon() {
  const target = $("edit-value") || pick;
  if (!form.hidden) target.focus();
}

// lead goes to a field of a language: where a screen shows it, that is chosen.
function lead(locale, field) {
  const shown = all(`.screen[data-locale="${CSS.escape(locale)}"] .device [data-field="${CSS.escape(field.replace(/\[\d+\]/, "[]"))}"]`, main).filter((e) => pathOf(e) === field);
  const e = shown.find((e) => !e.closest("[hidden]")) || shown[0];
  if (!e) return describe(locale, field).then(focusSoon);
  const screen = e.closest(".screen");
  if (screen.hidden) go({ locale, screen: screen.dataset.screen });
  point(e);
  note();
  screen.scrollIntoView({ block: "nearest" });
  focusSoon();
}
