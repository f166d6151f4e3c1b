// What is hidden, and what is shown.

const words = (s) => s.toLocaleLowerCase().split(/\s+/).filter(Boolean);
const haystacks = new WeakMap();
function haystack(screen) {
  if (!haystacks.has(screen)) {
    const fields = all("[data-field]", screen).map((e) => e.dataset.field).join(" ");
    const sheet = screen.closest(".sheet").querySelector("h2").textContent;
    haystacks.set(screen, [screen.textContent, sheet, screen.dataset.page, screen.dataset.screen, fields].join(" ").toLocaleLowerCase());
  }
  return haystacks.get(screen);
}

// show hides what is not looked at.
function show() {
  const device = checked("device"), only = $("only").checked, wanted = words($("q").value);
  let shown = 0;
  for (const screen of screens) {
    const d = screen.dataset;
    const hidden = Boolean(at.locale && d.locale !== at.locale || at.screen && d.screen !== at.screen ||
      device && d.device !== device || only && !("changed" in d) || wanted.some((w) => !haystack(screen).includes(w)));
    if (hidden !== screen.hidden) screen.hidden = hidden; // what stays need not be styled anew
    if (!hidden) shown++;
  }
  for (const sheet of all(".sheet", main)) sheet.hidden = !all(".screen", sheet).some((s) => !s.hidden);
  const view = at.locale && at.screen ? "single" : at.screen ? "screen" : at.locale ? "locale" : "all";
  if (body.dataset.view !== view) body.dataset.view = view;
  for (const link of all(".index a")) {
    const d = link.dataset;
    const current = "all" in d ? !at.locale && !at.screen : d.locale ? d.locale === at.locale : d.screen === at.screen;
    link.toggleAttribute("aria-current", current);
    if (current) link.setAttribute("aria-current", "true");
  }
  if (at.locale && at.screen) choose(find(at.locale + "." + at.screen), false);
  else if (here && here.hidden) choose(null, false);
  roving();
  light(at.field);
  say(shown || !screens.length ? "" : "Nothing fits. Esc takes the filters away.");
}

const checked = (name) => document.querySelector(`input[name=${name}]:checked`).value;
function say(text) { if ($("live").textContent !== text) $("live").textContent = text; }
