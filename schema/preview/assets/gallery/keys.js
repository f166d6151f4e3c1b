// The keyboard.

const keys = {
  ArrowRight: () => move(1, 0), ArrowLeft: () => move(-1, 0), ArrowDown: () => move(0, 1), ArrowUp: () => move(0, -1),
  Enter: () => here && go({ locale: here.dataset.locale, screen: here.dataset.screen }),
  Escape: back,
  l: () => here && go({ locale: here.dataset.locale }), p: () => here && go({ screen: here.dataset.screen }),
  b: () => $("before").click(), c: () => $("only").click(),
  w: () => { const list = all("input[name=width]"); list[(list.findIndex((r) => r.checked) + 1) % list.length].click(); },
  n: () => { const list = all(".problems a"); if (list.length) { problem = (problem + 1) % list.length; list[problem].click(); } },
  "/": () => $("q").focus(),
  "?": () => $("keys").click(),
};

// back undoes one step of narrowing down at a time.
function back() {
  if (!$("help").hidden) return $("keys").click();
  if (at.locale && at.screen) return go({ locale: at.locale });
  if (at.locale || at.screen) return go({});
  if ($("q").value || $("only").checked || checked("device")) {
    $("q").value = "";
    $("only").checked = false;
    document.querySelector("input[name=device][value='']").checked = true;
    return show();
  }
  choose(null);
  pointed = null;
  light("");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest("input");
  if (field && field.type === "search") {
    if (event.key === "Escape") { field.value = ""; field.blur(); show(); }
    return;
  }
  if (field && event.key.startsWith("Arrow")) return; // radio buttons have their own
  if (event.key === "Enter" && event.target.closest("a, button") && !event.target.closest(".cap")) return;
  const act = keys[event.key] || keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
