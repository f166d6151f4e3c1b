// What is taken over when the files have changed.

const id = (screen) => screen.dataset.locale + "." + screen.dataset.screen;
let byId = new Map();
const find = (key) => byId.get(key) || null;

// caption makes a link of a caption, with the language for where that is not
// seen otherwise.
function caption(screen) {
  const cap = screen.querySelector(".cap");
  if (cap.firstElementChild) return;
  const a = document.createElement("a"), language = document.createElement("span"), title = document.createElement("span");
  a.href = "#" + new URLSearchParams({ locale: screen.dataset.locale, screen: screen.dataset.screen });
  a.tabIndex = -1;
  language.className = "cl";
  language.textContent = screen.closest(".sheet").dataset.name;
  title.className = "cs";
  title.textContent = cap.dataset.title = cap.textContent;
  a.append(language, title);
  cap.replaceChildren(a);
}

// begin takes up what is in the page, also after languages have come, gone or moved.
function begin() {
  screens = all(".screen", main);
  byId = new Map(screens.map((screen) => [id(screen), screen]));
  screens.forEach(caption);
  near.clear();
  for (const observer of [nearing, resizing]) {
    observer.disconnect();
    screens.forEach((screen) => observer.observe(screen));
  }
  here = here && find(id(here));
  if (here) here.classList.add("here");
  compare();
  show();
  tight();
}

const parsed = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

// redraw puts what is drawn anew into a screen that stays, with its size, which
// the browser remembers while it is out of sight, and with the focus.
function redraw(screen, fresh) {
  const cap = screen.querySelector(".cap");
  while (cap.nextSibling) cap.nextSibling.remove();
  fresh.querySelector(".cap").remove();
  screen.append(...fresh.childNodes);
  screen.toggleAttribute("data-changed", "changed" in fresh.dataset);
  screen.classList.remove("paired");
  haystacks.delete(screen);
  measured.delete(screen);
  pair(screen);
  if (near.has(screen)) ring(screen);
}

// arrange puts the sheets in their order: those that were there keep their screens.
function arrange(frames) {
  const had = new Map(all(".sheet", main).map((sheet) => [sheet.dataset.locale, sheet.querySelector(".screens")]));
  main.replaceChildren($("journey"), $("summary"), ...frames.map(({ id, html }) => {
    const sheet = parsed(html).firstElementChild;
    if (had.has(id)) sheet.querySelector(".screens").replaceWith(had.get(id));
    return sheet;
  }));
}

// told are the problems that livery has told of. What is in no file yet may stand in their
// place, see edit.js.
let told = [];
const listed = () => all("#problems > .problems:not(#tight) > li");

// retell puts the list together from pieces of the one before and from new ones.
function retell(pieces) {
  told = pieces.flatMap((piece) => (typeof piece === "string" ? [...parsed(piece).children] : told.slice(piece[0], piece[0] + piece[1])));
  const list = document.querySelector("#problems > .problems"), kept = new Set(told);
  for (const li of listed()) if (!kept.has(li)) li.remove();
  let next = list.firstElementChild;
  for (const li of told) {
    if (li === next) next = next.nextElementSibling;
    else list.insertBefore(li, next);
  }
  count();
}

// take takes over what has become another, and nothing else: whoever looks at
// something keeps looking at it.
function take(update) {
  const had = document.activeElement && document.activeElement.closest(".screen"), anchor = standing();
  const place = anchor && anchor.getBoundingClientRect().top;
  main.querySelector('.sheet[data-locale="longest"]')?.remove(); // it is put together anew
  if (update.order) arrange(update.order);
  for (const { id, html } of update.screens) {
    const fresh = parsed(html).firstElementChild, screen = find(id);
    if (screen && screen.isConnected) redraw(screen, fresh);
    else main.querySelector(`.sheet[data-locale="${fresh.dataset.locale}"] .screens`).append(fresh);
  }
  if (update.index) $("index").replaceChildren(parsed(update.index));
  if (update.findings) {
    $("findings").replaceChildren(parsed(update.findings));
    told = listed();
  }
  if (update.problems) retell(update.problems);
  if (update.summary) $("summary").replaceChildren(parsed(update.summary));
  if (update.title) document.querySelector(".top h1").replaceWith(parsed(update.title));
  if (update.tooLong) body.dataset.tooLong = update.tooLong;
  if (update.revision) body.dataset.revision = update.revision;
  if (update.order) begin();
  else {
    show();
    tight();
  }
  const again = had && find(id(had));
  if (again && !again.contains(document.activeElement)) again.querySelector(".cap a").focus({ preventScroll: true });
  if (here && update.screens.some((part) => part.id === id(here))) listElements(here);
  const same = anchor && find(id(anchor));
  if (same && !same.hidden) window.scrollBy({ top: same.getBoundingClientRect().top - place, behavior: "instant" });
  body.dataset.renewed = Number(body.dataset.renewed || 0) + 1;
}

async function renew() {
  const answer = await fetch(body.dataset.screens + "?" + new URLSearchParams({ since: body.dataset.revision }), { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.statusText);
  take(await answer.json());
}

// standing is the screen that is looked at: the chosen one if it is in view, else
// the first that is.
function standing() {
  const seen = (s) => {
    const box = s.getBoundingClientRect();
    return !s.hidden && box.bottom > 80 && box.top < window.innerHeight;
  };
  return here && seen(here) ? here : screens.find((s) => near.has(s) && seen(s)) || screens.find(seen);
}

// listen hears of each picture that comes. A page that nobody sees lets go of the
// stream: a browser has six connections for all pages of a server, and a seventh page
// would get nothing at all. It catches up when it is seen again.
function listen(address) {
  let events = null, newest = "", busy = false, away = false;
  async function catchUp(revision) {
    newest = revision;
    if (revision === body.dataset.revision || busy) return;
    busy = true; // one after the other: an older picture must not come last
    try {
      for (let got; got !== newest;) {
        got = newest;
        await renew();
      }
    } catch {
      say("The picture could not be renewed; reload the page.");
    }
    busy = false;
  }
  function open() {
    events = new EventSource(address);
    events.addEventListener("picture", (event) => catchUp(event.data));
    events.onerror = () => { away = true; say("livery does not answer. It looks again by itself."); };
    events.onopen = () => { if (away) { away = false; say(""); } };
  }
  function attend() {
    if (document.hidden && events) {
      events.close();
      events = null;
    } else if (!document.hidden && !events) open();
  }
  document.addEventListener("visibilitychange", attend);
  attend();
}
