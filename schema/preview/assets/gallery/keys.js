// The keyboard. Single letters can be switched off: whoever speaks to a computer, or
// whose hand slips, would set off what nobody wanted.

const keys = {
  ArrowRight: () => move(1, 0), ArrowLeft: () => move(-1, 0), ArrowDown: () => move(0, 1), ArrowUp: () => move(0, -1),
  Enter: () => here && go({ locale: here.dataset.locale, screen: here.dataset.screen }),
  Escape: back,
};

const letters = {
  l: () => here && go({ locale: here.dataset.locale }), p: () => here && go({ screen: here.dataset.screen }),
  b: () => $("before").click(), c: () => $("only").click(), v: turnOver, k: () => $("contrast").click(),
  w: () => {
    $("width").selectedIndex = ($("width").selectedIndex + 1) % $("width").length;
    $("width").dispatchEvent(new Event("change", { bubbles: true }));
  },
  n: () => { const list = all(".problems a"); if (list.length) { problem = (problem + 1) % list.length; list[problem].click(); } },
  e: () => {
    if (!here) choose(standing());
    if (!here) return;
    open("side");
    $("elements").parentElement.open = true;
    all("button", $("elements"))[0]?.focus();
  },
  j: setOut,
  "/": () => $("q").focus(),
  "?": () => $("keys").click(),
};

// back undoes one step of narrowing down at a time.
function back() {
  const panel = ["help", "view"].find((id) => !$(id).hidden);
  if (panel) return unfold(panel, false);
  if (body.dataset.open) return open("");
  if (at.locale && at.screen) return go({ locale: at.locale });
  if (at.locale || at.screen) return go({});
  if ($("q").value || $("only").checked || state("device")) {
    for (const [name, value] of [["q", ""], ["only", "off"], ["device", ""]]) turn(name, value);
    note();
    return show();
  }
  choose(null);
  at.element = at.field = "";
  note();
  light("");
}

// The keys of a field that is typed into are its own.
const typed = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest(".find")) return findKeys(event);
  if (event.target.closest(typed)) return;
  if (event.target.closest("input") && event.key.startsWith("Arrow")) return; // radio buttons have their own
  if (event.key.startsWith("Arrow") && !here && !main.contains(event.target) && event.target !== body) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary") && !event.target.closest(".cap")) return;
  const act = keys[event.key] || $("letters").checked && (letters[event.key] || letters[event.key.toLowerCase()]);
  if (!act) return;
  event.preventDefault();
  act();
});

// findKeys go from what is typed to what was found.
function findKeys(event) {
  const list = all("#found:not([hidden]) a"), i = list.indexOf(document.activeElement);
  if (event.key === "Escape") {
    $("q").value = "";
    search();
    note();
    show();
    $("q").blur();
  } else if (event.key === "ArrowDown" && list.length) {
    event.preventDefault();
    list[Math.min(i + 1, list.length - 1)].focus();
  } else if (event.key === "ArrowUp" && i >= 0) {
    event.preventDefault();
    (list[i - 1] || $("q")).focus();
  } else if (event.key === "Enter" && i < 0 && list.length) {
    event.preventDefault();
    list[0].click();
  }
}
