// The differences are looked at before they are written, and can be taken back after that.

let reviewed = null;

// saves tells what can be undone and redone, of the saves of all windows.
function saves(got) {
  allow(undo, got.undo);
  allow(redo, got.redo);
}
const countSaves = () => ask("saves", {}).then(saves, () => {}); // whoever presses one is told

async function review() {
  if (!changes.size) return;
  await draw(); // whatever was refused before may be possible now
  if (undrawn) {
    tell(undrawn);
    return freshen(); // the list says which it is
  }
  try {
    reviewed = await ask("review", { changes: list() });
  } catch (error) {
    return tell(error.message);
  }
  diffs.replaceChildren(...reviewed.files.map((file) => {
    const text = make("pre", { tabIndex: 0 });
    text.setAttribute("role", "region");
    text.setAttribute("aria-label", "Differences of " + file.name);
    text.append(...file.diff.split("\n").map((line) => make("span", { className: line[0] === "+" ? "plus" : line[0] === "-" ? "minus" : "" }, line + "\n")));
    return make("section", {}, make("h3", {}, file.name), text);
  }));
  if (!reviewed.files.length) diffs.append(make("p", {}, "Nothing changes in the files."));
  stops.textContent = stopped && "Cannot be saved: " + stopped;
  write.disabled = Boolean(stopped) || !reviewed.files.length;
  if (!dialog.open) dialog.showModal();
  (write.disabled ? dialog.querySelector(".bar button:last-child") : write).focus();
}

async function save() {
  write.disabled = true;
  try {
    const got = await ask("save", { changes: list(), digest: reviewed.digest });
    clear();
    dialog.close();
    saves(got);
    settled("Saved: " + got.files.join(", ") + ".");
  } catch (error) {
    stops.textContent = error.message;
    dialog.close();
    settled(error.message);
  }
}

async function again(what, pressed) {
  try {
    const got = await ask(what, {});
    saves(got);
    settled((what === "undo" ? "Undone: " : "Redone: ") + got.files.join(", ") + ".");
  } catch (error) {
    if ([409, 422].includes(error.status)) allow(pressed, false); // until the files are others
    tell(error.message);
  }
}

// settled takes up what the files are now.
async function settled(text) {
  count();
  await freshen();
  if (element) show();
  await draw();
  tell(text);
  focusSoon();
}

function clear() {
  changes.clear();
  typedBefore.clear();
}

function discard() {
  clear();
  if (element) show();
  draw();
  tell("The changes are gone.");
  focusSoon();
}
