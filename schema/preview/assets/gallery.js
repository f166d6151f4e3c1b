"use strict";
// Moves through a gallery. What is looked at stands in the address, so that it can
// be sent to somebody and outlives a reload: locale, screen, field.
(() => {
  const $ = (id) => document.getElementById(id);
  const body = document.body, main = $("sheets");
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  let screens = [];
  let at = { locale: "", screen: "", field: "" };
  let here = null; // the chosen screen
  let pointed = null; // the element that was clicked, as its screen and field
  let problem = -1;

  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    at = { locale: given.get("locale") || "", screen: given.get("screen") || "", field: given.get("field") || "" };
  }

  function go(next, replace) {
    const given = new URLSearchParams();
    for (const key of ["locale", "screen", "field"]) if (next[key]) given.set(key, next[key]);
    const hash = "#" + given;
    if (hash !== (location.hash || "#")) history[replace ? "replaceState" : "pushState"](null, "", hash);
    const had = document.activeElement.closest(".screen"); // what is hidden loses the focus
    read();
    show();
    if (!here || here.hidden) return;
    if (had) here.querySelector(".cap a").focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

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

  // Only one screen is a stop for the tab key; arrows go on from there.
  function roving() {
    const first = here || screens.find((s) => !s.hidden);
    for (const screen of screens) {
      const link = screen.querySelector(".cap a"), stop = screen === first ? 0 : -1;
      if (link.tabIndex !== stop) link.tabIndex = stop;
    }
  }

  function choose(screen, focus = true) {
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

  // move goes to the screen some places on, in the language or across languages.
  function move(pages, languages) {
    const visible = screens.filter((s) => !s.hidden);
    if (at.locale && at.screen) {
      const order = [...new Set(screens.map((s) => s.dataset.screen))], sheets = [...new Set(screens.map((s) => s.dataset.locale))];
      const next = (list, value, by) => list[(list.indexOf(value) + by + list.length) % list.length];
      return go({ locale: next(sheets, at.locale, languages), screen: next(order, at.screen, pages) }, true);
    }
    if (!visible.length) return;
    if (!here) return choose(visible[0]);
    if (languages) {
      const column = visible.filter((s) => s.dataset.screen === here.dataset.screen);
      return choose(column[column.indexOf(here) + languages] || here);
    }
    choose(visible[Math.max(0, Math.min(visible.length - 1, visible.indexOf(here) + pages))]);
  }

  // Rings stand over the screens and not on what is drawn in them: nothing of the gallery
  // may change an element that somebody judges. Only what is near the window has them:
  // to measure what is out of sight takes long.
  const lit = new Set(); // elements
  const near = new Set(); // screens
  const nearing = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      near[entry.isIntersecting ? "add" : "delete"](entry.target);
      ring(entry.target);
    }
  }, { rootMargin: "50%" });
  const resizing = new ResizeObserver((entries) => entries.forEach((entry) => { if (near.has(entry.target)) ring(entry.target); }));

  function ring(screen) {
    const layer = screen.querySelector(":scope > .rings") || document.createElement("div");
    const changed = body.classList.contains("comparing") ? all(".device [data-changed]", screen) : [];
    const marked = near.has(screen) ? [...new Set([...changed, ...lit])].filter((e) => screen.contains(e)) : [];
    const from = screen.getBoundingClientRect(), scale = Number(getComputedStyle(screen).getPropertyValue("--s"));
    const list = marked.map((e) => ringOf(e, from, scale)).filter(Boolean);
    layer.className = "rings";
    layer.replaceChildren(...list);
    if (!list.length) layer.remove();
    else if (!layer.parentElement) screen.append(layer);
  }

  function ringOf(e, from, scale) {
    const at = extent(e), around = 3 + 3, ring = document.createElement("i"); // a gap and the line
    if (!at) return null;
    ring.className = lit.has(e) ? "ring lit" : "ring";
    ring.dataset.ring = e.dataset.field;
    ring.style.left = at.left - from.left - around + "px";
    ring.style.top = at.top - from.top - around + "px";
    ring.style.width = at.width + 2 * around + "px";
    ring.style.height = at.height + 2 * around + "px";
    const radius = getComputedStyle(e).borderTopLeftRadius;
    if (radius !== "0px") ring.style.borderRadius = radius.endsWith("px") ? parseFloat(radius) * scale + around + "px" : radius;
    return ring;
  }

  // extent is where an element is seen. A switch has no box: it is where its contents
  // are, or would be; null for what is hidden.
  function extent(e) {
    let box = e.getBoundingClientRect();
    if (!e.matches(".when")) return box.width ? box : null;
    const inside = document.createRange();
    inside.selectNodeContents(e);
    box = inside.getBoundingClientRect();
    if (box.width) return box;
    const before = e.previousElementSibling, parent = e.parentElement.closest(":not(.when)").getBoundingClientRect();
    return parent.width ? new DOMRect(parent.left, before ? before.getBoundingClientRect().bottom : parent.top, parent.width, 0) : null;
  }

  function shine(elements) {
    lit.clear();
    for (const e of elements) lit.add(e);
    near.forEach(ring);
  }

  // point marks one element, and tells what drives it.
  function point(element) {
    shine([element]);
    const screen = element.closest(".screen"), same = alike(screen, element.dataset.field);
    pointed = { screen: id(screen), field: element.dataset.field, number: same.indexOf(element) };
    inspect(element);
  }

  const alike = (screen, field) => all(`[data-field="${CSS.escape(field)}"]`, screen);

  // repoint finds what was pointed at in a screen that was drawn anew.
  function repoint() {
    const screen = pointed && find(pointed.screen);
    if (!screen) return;
    const same = alike(screen, pointed.field), element = same[pointed.number] || same[0];
    if (element) point(element);
  }

  // light marks the elements of a field, and brings the first into view.
  function light(field) {
    pointed = field ? null : pointed;
    if (!field) return shine([]);
    const found = all(`[data-field="${CSS.escape(field)}"], [data-field^="${CSS.escape(field)}["]`, main).filter((e) => !e.closest("[hidden]"));
    shine(found);
    if (found[0]) {
      inspect(found[0]);
      found[0].closest(".screen").scrollIntoView({ block: "nearest" });
    }
  }

  // inspect tells what drives an element, from the inside out.
  function inspect(element) {
    const list = document.createElement("dl");
    for (let e = element; e && !e.matches(".screen"); e = e.parentElement) {
      if (!e.dataset.field) continue;
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = e.dataset.field;
      const value = valueOf(e);
      if (/^#[0-9a-f]{6,8}$/.test(value)) {
        const swatch = document.createElement("span");
        swatch.className = "swatch";
        swatch.style.backgroundColor = value;
        dd.append(swatch);
      }
      dd.append(value || "API default");
      const where = [];
      if (e.dataset.at) where.push(e.dataset.at);
      if ("changed" in e.dataset) where.push("was " + (e.dataset.changed || "the API default"));
      if (where.length) {
        const place = document.createElement("span");
        place.className = "at";
        place.textContent = where.join(" · ");
        dd.append(place);
      }
      list.append(dt, dd);
    }
    const card = $("inspector");
    card.replaceChildren(card.querySelector("h2"), list);
  }

  function valueOf(e) {
    const style = e.getAttribute("style") || "";
    if (style.includes(":")) return style.slice(style.indexOf(":") + 1);
    if (e.matches(".standin")) return e.textContent + " (ours: no default is documented)";
    if (e.matches(".dflt")) return e.textContent + " (the API's documented default)";
    if (e.matches(".t")) return e.textContent;
    const picture = e.querySelector(":scope > .ph, :scope > img");
    if (picture) return picture.title || picture.getAttribute("src");
    if (e.matches(".when")) return e.dataset.at ? "declared" : "";
    return "";
  }

  // compare puts what was applied beside what is declared.
  function compare() {
    const on = $("before").checked;
    body.classList.toggle("comparing", on);
    for (const screen of screens) {
      const pair = screen.querySelector(":scope > .pair"), template = screen.querySelector(":scope > template");
      if (on && template && !pair) {
        const frame = screen.querySelector(":scope > .device"), both = document.createElement("div");
        both.className = "pair";
        both.dir = "ltr"; // before stands first in every language
        both.append(titled("Before", template.content.cloneNode(true), screen.dir), titled("After", frame, screen.dir));
        screen.insertBefore(both, template);
        screen.classList.add("paired");
      } else if (!on && pair) {
        screen.insertBefore(pair.lastElementChild.querySelector(".device"), pair);
        pair.remove();
        screen.classList.remove("paired");
      }
    }
    near.forEach(ring);
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

  // tight finds words that do not fit at this width. Measuring takes long for many
  // screens, so it is done bit by bit, while nothing else is to do.
  let measuring = 0;
  const tooLong = document.body.dataset.tooLong || "warning";
  function tight() {
    const mine = ++measuring, list = $("tight"), found = new Map(), queue = screens.filter((s) => !s.hidden);
    const later = window.requestIdleCallback || ((f) => setTimeout(f, 30));
    list.replaceChildren();
    if (tooLong === "off" || tooLong === "notice") return count(); // notices are for lint alone
    const step = () => {
      if (mine !== measuring) return;
      for (const screen of queue.splice(0, 8)) {
        for (const one of cut(screen)) { // the same words on many screens are one problem
          const key = screen.dataset.locale + one[1].dataset.field;
          if (!found.has(key)) found.set(key, one);
        }
      }
      if (queue.length) return later(step);
      for (const [screen, e, why] of found.values()) list.append(finding(screen, e, why));
      count();
    };
    later(step);
  }

  function cut(screen) {
    const found = [];
    const title = screen.querySelector(".bar .t");
    if (title && title.scrollWidth > title.clientWidth + 1) found.push([screen, title, "is cut off in the title bar at this width"]);
    for (const words of all(".btn .t", screen)) {
      const lines = words.getClientRects().length;
      if (lines > 2) found.push([screen, words, `takes ${lines} lines on its button at this width`]);
    }
    return found;
  }

  function finding(screen, e, why) {
    const li = document.createElement("li"), a = document.createElement("a"), b = document.createElement("b"), i = document.createElement("i");
    li.className = tooLong;
    a.href = "#" + new URLSearchParams({ locale: screen.dataset.locale, screen: screen.dataset.screen, field: e.dataset.field });
    b.textContent = "too-long";
    i.textContent = [screen.dataset.locale, e.dataset.at].filter(Boolean).join(" · ");
    a.append(b, ` ${e.dataset.field} ${why}. `, i);
    li.append(a);
    return li;
  }

  function count() {
    const n = document.querySelector("#problems .count");
    if (n) n.textContent = all("#problems .problems li").length;
  }

  const id = (screen) => screen.dataset.locale + "." + screen.dataset.screen;
  const find = (key) => screens.find((s) => id(s) === key) || null;

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
    title.textContent = cap.textContent;
    a.append(language, title);
    cap.replaceChildren(a);
  }

  // begin takes up what is in the page, also after it was drawn anew.
  function begin() {
    screens = all(".screen", main);
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

  // redraw puts what is drawn anew into a screen that stays, with its size, which
  // the browser remembers while it is out of sight, and with the focus.
  function redraw(screen, fresh) {
    const cap = screen.querySelector(".cap");
    while (cap.nextSibling) cap.nextSibling.remove();
    fresh.querySelector(".cap").remove();
    screen.append(...fresh.childNodes);
    screen.dataset.hash = fresh.dataset.hash;
    screen.toggleAttribute("data-changed", "changed" in fresh.dataset);
    screen.classList.remove("paired");
    haystacks.delete(screen);
  }

  // renew takes over what has changed from the page as it is now, and nothing
  // else: whoever looks at something keeps looking at it.
  async function renew(address) {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const had = document.activeElement && document.activeElement.closest(".screen");
    const fresh = all(".screen", next), anchor = standing();
    const place = anchor && anchor.getBoundingClientRect().top;
    const about = (root) => all(".sheet > h2, .about, .empty", root).map((e) => e.textContent).join("\n");
    if (about(next) === about(main) && fresh.length === screens.length && fresh.every((f, i) => id(f) === id(screens[i]))) {
      fresh.forEach((f, i) => { if (f.dataset.hash !== screens[i].dataset.hash) redraw(screens[i], f); });
    } else {
      main.replaceChildren(...next.getElementById("sheets").childNodes);
    }
    $("index").replaceChildren(...next.getElementById("index").childNodes);
    const findings = next.getElementById("findings");
    if (findings.dataset.hash !== $("findings").dataset.hash) $("findings").replaceWith(findings);
    document.querySelector(".top h1").replaceWith(next.querySelector(".top h1"));
    begin();
    const again = had && find(id(had));
    if (again && !again.contains(document.activeElement)) again.querySelector(".cap a").focus({ preventScroll: true });
    repoint();
    const same = anchor && find(id(anchor));
    if (same && !same.hidden) window.scrollBy({ top: same.getBoundingClientRect().top - place, behavior: "instant" });
    body.dataset.renewed = Number(body.dataset.renewed || 0) + 1;
  }

  // standing is the screen that is looked at: the chosen one if it is in view, else
  // the first that is.
  function standing() {
    const seen = (s) => {
      const box = s.getBoundingClientRect();
      return !s.hidden && box.bottom > 80 && box.top < window.innerHeight;
    };
    return here && seen(here) ? here : screens.find(seen);
  }

  function listen(address) {
    const events = new EventSource(address);
    let seen = null, away = false, busy = false;
    events.addEventListener("picture", async (event) => {
      if (event.data === seen) return;
      const first = seen === null && !away;
      seen = event.data;
      if (first && event.data === body.dataset.revision || busy) return;
      busy = true; // one after the other: an older picture must not come last
      try {
        for (let got; got !== seen;) {
          got = seen;
          await renew(location.pathname);
        }
      } catch {
        say("The picture could not be renewed; reload the page.");
      }
      busy = false;
    });
    events.onerror = () => { away = true; say("livery does not answer. It looks again by itself."); };
    events.onopen = () => { if (away) { away = false; say(""); } };
  }

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

  main.addEventListener("click", (event) => {
    const screen = event.target.closest(".screen");
    if (!screen || event.target.closest(".cap")) return;
    choose(screen, false);
    const element = event.target.closest("[data-field]");
    if (element) point(element);
  });
  main.addEventListener("dblclick", (event) => {
    const screen = event.target.closest(".screen");
    if (screen) go({ locale: screen.dataset.locale, screen: screen.dataset.screen });
  });
  main.addEventListener("focusin", (event) => {
    const screen = event.target.closest(".screen");
    if (screen && screen !== here) choose(screen, false);
  });

  let typing;
  $("q").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(show, 90); });
  $("device").addEventListener("change", show);
  $("width").addEventListener("change", () => { body.dataset.width = checked("width"); tight(); });
  $("only").addEventListener("change", show);
  $("before").addEventListener("change", compare);
  $("keys").addEventListener("click", () => {
    const open = $("help").hidden;
    $("help").hidden = !open;
    $("keys").setAttribute("aria-expanded", String(open));
  });
  window.addEventListener("hashchange", () => { read(); show(); });

  read();
  begin();
  if (body.dataset.events) listen(body.dataset.events);
})();
