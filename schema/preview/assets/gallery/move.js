// From screen to screen.

// Only one screen is a stop for the tab key; arrows go on from there.
let stop = null; // its link
function roving() {
  const first = here || screens.find((s) => !s.hidden), link = first ? first.querySelector(".cap a") : null;
  if (link === stop) return;
  if (stop) stop.tabIndex = -1;
  if (link) link.tabIndex = 0;
  stop = link;
}

function choose(screen, focus = true) {
  if (here !== screen) listElements(screen);
  if (here) here.classList.remove("here");
  here = screen;
  if (!screen) return;
  screen.classList.add("here");
  roving();
  if (focus) {
    screen.querySelector(".cap a").focus({ preventScroll: true });
    screen.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

const order = () => [...new Set(screens.map((s) => s.dataset.screen))];
const locales = () => [...new Set(screens.map((s) => s.dataset.locale))];

// move goes to the screen some places on, in the language or across languages. Where
// none is chosen it begins with what is looked at.
function move(pages, languages) {
  if (at.locale && at.screen) {
    const next = (list, value, by) => list[(list.indexOf(value) + by + list.length) % list.length];
    return go({ locale: next(locales(), at.locale, languages), screen: next(order(), at.screen, pages) }, true);
  }
  const visible = screens.filter((s) => !s.hidden);
  if (!visible.length) return;
  if (!here) return choose(standing() || visible[0]);
  if (languages) {
    const column = visible.filter((s) => s.dataset.screen === here.dataset.screen);
    return choose(column[column.indexOf(here) + languages] || here);
  }
  choose(visible[Math.max(0, Math.min(visible.length - 1, visible.indexOf(here) + pages))]);
}

// journey leads through the screens in the order in which people meet them.
function journey() {
  const bar = $("journey"), alone = Boolean(at.locale && at.screen);
  bar.hidden = !alone;
  if (alone) bar.querySelector("span").textContent = `${order().indexOf(at.screen) + 1} of ${order().length}`;
}

function setOut() {
  const locale = here ? here.dataset.locale : at.locale || locales()[0];
  if (locale) go({ locale, screen: order()[0] });
}
