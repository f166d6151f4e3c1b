// The panel that changes values, for those who may.

const make = (tag, attributes = {}, ...children) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in e && name !== "list") e[name] = value; else e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
};

// The panel.
const pick = make("select", { id: "edit-field" }), reach = make("p", { className: "quiet" }), control = make("div", { className: "control" });
const unset = make("input", { type: "checkbox", id: "edit-default", "data-edit": "default" }), ways = make("fieldset", { className: "ways" });
const found = make("ol", { className: "problems" }), inputs = make("ul", { className: "inputs" });
const meanwhile = make("p", { className: "meanwhile", role: "status" }); // what became of the file
const form = make("form", { hidden: true }, make("label", { htmlFor: "edit-field" }, "Field"), pick, reach, control, meanwhile,
  make("label", { className: "switched" }, unset, " The API's default"), inputs, ways, found);
const hint = make("p", { className: "quiet" }, "Choose something in a screen, or a screen and then F2: it can be changed here.");
const button = (text, act) => {
  const b = make("button", { type: "button" }, text);
  b.addEventListener("click", () => { if (b.ariaDisabled !== "true") act(); });
  return b;
};
const allow = (b, on) => { b.ariaDisabled = String(!on); }; // it can be reached all the same, and keeps the focus
const waiting = make("p", { className: "waiting" }), queue = make("ul", { className: "queue", ariaLabel: "Changes that wait" });
const look = button("Review and save", () => (dialog.open ? save() : review())), drop = button("Discard", discard);
const undo = button("Undo", () => again("undo", undo)), redo = button("Redo", () => again("redo", redo));
const bar = make("div", { className: "bar" }, look, drop, undo, redo);
const verdict = make("p", { className: "verdict", role: "status" }), said = make("p", { className: "said", role: "status" });
const title = make("h2", { id: "edit-title" }, "Change");
const panel = make("section", { id: "edit", className: "card" }, title, hint, form, verdict, waiting, queue, bar, said);
panel.setAttribute("aria-labelledby", "edit-title");
$("inspector").before(panel);

// The differences, before they are written.
const diffs = make("div", { className: "diffs" }), stops = make("p", { className: "stops" });
const write = button("Save", save);
for (const [name, ...of] of [["save", look, write], ["undo", undo], ["redo", redo]]) for (const b of of) b.dataset.edit = name;
const dialog = make("dialog", { id: "edit-review" }, make("h2", { id: "edit-review-title" }, "What is written"), diffs, stops,
  make("div", { className: "bar" }, write, button("Not yet", () => dialog.close())));
dialog.setAttribute("aria-labelledby", "edit-review-title");
document.body.append(dialog);

const help = document.querySelector("#help dl");
help.append(make("dt", {}, "F2"), make("dd", {}, "change the chosen element"));

function tell(text) { said.textContent = text; }

// ask asks livery; what it refuses is an error with a sentence.
async function ask(what, request) {
  let answer;
  try {
    answer = await fetch("/edit/" + what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) });
  } catch {
    throw new Error("livery does not answer. Your changes are still here.");
  }
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.error + ". " + said.detail), { status: answer.status });
  return said;
}
