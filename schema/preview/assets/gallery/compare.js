// Before and after: side by side, one over the other with a slider, or in turn.

// compare shows what was applied with what is declared.
function compare() {
  body.classList.toggle("comparing", $("before").checked);
  body.dataset.how = state("how");
  screens.forEach(pair);
  near.forEach(ring);
  blink();
}

function pair(screen) {
  const on = $("before").checked, both = screen.querySelector(":scope > .pair"), template = screen.querySelector(":scope > template");
  if (on && template && !both) {
    const frame = screen.querySelector(":scope > .device"), fresh = document.createElement("div");
    fresh.className = "pair";
    fresh.dir = "ltr"; // before stands first in every language
    fresh.append(titled("Before", template.content.cloneNode(true), screen.dir), titled("After", frame, screen.dir), slider(fresh));
    screen.insertBefore(fresh, template);
    screen.classList.add("paired");
  } else if (!on && both) {
    screen.insertBefore(both.querySelector("figure:last-of-type .device"), both);
    both.remove();
    screen.classList.remove("paired");
  }
}

function titled(text, content, dir) {
  const figure = document.createElement("figure"), caption = document.createElement("figcaption");
  caption.textContent = text;
  caption.lang = "en";
  caption.dir = "ltr";
  figure.dir = dir;
  figure.append(caption, content);
  return figure;
}

// slider moves the edge between the two.
function slider(both) {
  const range = document.createElement("input");
  range.type = "range";
  range.value = 50;
  range.setAttribute("aria-label", "Edge between before and after");
  range.addEventListener("input", () => both.style.setProperty("--edge", range.value + "%"));
  return range;
}

// blink shows both in turn. Whoever wants less to move turns them over by hand.
let blinking = 0;
const restless = window.matchMedia("(prefers-reduced-motion: no-preference)");
function blink() {
  clearInterval(blinking);
  body.classList.remove("shows-before");
  if ($("before").checked && state("how") === "blink" && restless.matches) blinking = setInterval(turnOver, 900);
}

function turnOver() { body.classList.toggle("shows-before"); }

// longest shows, in a language of its own, the longest text that any language has in
// each place.
function longest() {
  const sheet = main.querySelector('.sheet[data-locale="longest"]'), wanted = at.locale === "longest" && screens.length > 0;
  if (wanted === Boolean(sheet)) return;
  if (sheet) sheet.remove();
  else main.append(longestSheet());
  begin();
}

function longestSheet() {
  const texts = new Map(), place = (screen, e, i) => [screen.dataset.screen, e.dataset.field, i].join(" ");
  const textsOf = (screen) => all(":scope > .device .t[data-field], :scope > .pair figure:last-of-type .t[data-field]", screen);
  for (const screen of screens.filter((screen) => screen.dataset.locale !== "longest")) {
    textsOf(screen).forEach((e, i) => {
      const key = place(screen, e, i);
      if (!texts.has(key) || texts.get(key).textContent.length < e.textContent.length) texts.set(key, e);
    });
  }
  const sheet = main.querySelector(".sheet").cloneNode(true);
  const first = sheet.dataset.locale;
  sheet.dataset.locale = "longest";
  delete sheet.dataset.short;
  sheet.dataset.name = "Longest texts";
  sheet.querySelector("h2").textContent = "The longest text of all languages in each place";
  sheet.querySelector(".about").textContent = "";
  for (const screen of all(".screen", sheet)) {
    const frame = screen.querySelector(".pair figure:last-of-type .device");
    screen.dataset.locale = "longest";
    screen.removeAttribute("data-changed");
    if (frame) screen.querySelector(".pair").replaceWith(frame);
    screen.classList.remove("paired", "here");
    all("template, .rings", screen).forEach((e) => e.remove());
    all("[data-field]", screen).forEach((e) => { e.dataset.of = first; });
    textsOf(screen).forEach((e, i) => {
      const one = texts.get(place(screen, e, i)), from = one?.closest(".screen");
      if (!one) return;
      const copy = one.cloneNode(true), lang = one.lang || from.lang;
      Object.assign(copy, { lang, dir: one.dir || from.dir, title: lang });
      copy.dataset.of = from.dataset.locale;
      e.replaceWith(copy);
    });
    const cap = screen.querySelector(".cap");
    cap.textContent = cap.dataset.title;
  }
  return sheet;
}
