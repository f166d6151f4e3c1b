// What is shown, and what is found.

const words = (s) => s.toLocaleLowerCase().split(/\s+/).filter(Boolean);

// written is a field as it is spelled in configuration.
const written = (field) => field.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
const about = (e) => [e.dataset.field, written(e.dataset.field), e.matches(".t") ? e.textContent : valueOf(e), e.dataset.at, e.dataset.from].join(" ").toLocaleLowerCase();

const haystacks = new WeakMap();
function haystack(screen) {
  if (!haystacks.has(screen)) {
    const sheet = screen.closest(".sheet").querySelector("h2").textContent;
    haystacks.set(screen, [screen.textContent, sheet, screen.dataset.page, written(screen.dataset.page), screen.dataset.screen].join(" ").toLocaleLowerCase() +
      all(".device [data-field]", screen).map(about).join(" "));
  }
  return haystacks.get(screen);
}

// show hides what is not looked at.
function show() {
  longest();
  const device = state("device"), only = $("only").checked, wanted = words($("q").value);
  let shown = 0;
  for (const screen of screens) {
    const d = screen.dataset;
    const hidden = Boolean(at.locale && d.locale !== at.locale || at.screen && d.screen !== at.screen ||
      device && d.device !== device || only && !at.screen && d.locale !== "longest" && !("changed" in d) || wanted.some((w) => !haystack(screen).includes(w)));
    if (hidden !== screen.hidden) screen.hidden = hidden; // what stays need not be styled anew
    if (!hidden) shown++;
  }
  for (const sheet of all(".sheet", main)) sheet.hidden = !all(".screen", sheet).some((s) => !s.hidden);
  const view = at.locale && at.screen ? "single" : at.screen ? "screen" : at.locale ? "locale" : "all";
  if (body.dataset.view !== view) body.dataset.view = view;
  for (const link of all(".index a")) {
    const d = link.dataset;
    const current = "all" in d ? !at.locale && !at.screen : d.locale ? d.locale === at.locale : d.screen === at.screen;
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (at.locale && at.screen) choose(find(at.locale + "." + at.screen), false);
  else if (here && here.hidden) choose(null, false);
  journey();
  roving();
  if (at.element) repoint();
  else light(at.field);
  say(shown || !screens.length ? "" : only && !wanted.length ? "No screen differs. Esc shows all." : "Nothing fits. Esc takes the filters away.");
}

function say(text) { if ($("live").textContent !== text) $("live").textContent = text; }

// search lists the languages, the pages and the elements that have all words, the
// first of each field and language.
const most = 14;
function search() {
  const wanted = words($("q").value), list = $("found");
  const fits = (text) => wanted.every((w) => text.toLocaleLowerCase().includes(w));
  const found = [];
  if (wanted.length) {
    for (const link of all(".index a[data-locale], .index a[data-screen]")) if (fits(link.textContent + " " + link.dataset.locale)) found.push([link.getAttribute("href"), link.textContent, ""]);
    const seen = new Set();
    for (const screen of screens) {
      if (found.length > most) break;
      if (screen.dataset.locale === "longest" || wanted.some((w) => !haystack(screen).includes(w))) continue;
      const around = (screen.closest(".sheet").querySelector("h2").textContent + " " + screen.dataset.screen).toLocaleLowerCase();
      for (const e of all(".device [data-field]", screen)) {
        const text = about(e), key = screen.dataset.locale + e.dataset.field;
        if (seen.has(key) || !wanted.some((w) => text.includes(w)) || !wanted.every((w) => text.includes(w) || around.includes(w))) continue;
        seen.add(key);
        const { locale, screen: name } = screen.dataset;
        found.push(["#" + new URLSearchParams({ locale, screen: name, field: e.dataset.field }), written(e.dataset.field), [valueOf(e), locale, e.dataset.at].filter(Boolean).join(" · ")]);
      }
    }
  }
  list.replaceChildren(...found.slice(0, most).map(([href, name, more]) => {
    const li = document.createElement("li"), a = document.createElement("a"), small = document.createElement("small");
    a.href = href;
    a.textContent = name;
    small.textContent = more;
    if (more) a.append(small);
    li.append(a);
    return li;
  }));
  list.hidden = !found.length;
  $("q").setAttribute("aria-expanded", String(!list.hidden));
}
