// Words that have no room: of all screens, at three widths, whatever is looked at.

const tooLong = () => body.dataset.tooLong || "warning";
const widths = [{ phone: 320, desktop: 1024 }, { phone: 375, desktop: 1280 }, { phone: 430, desktop: 1440 }];
const measured = new WeakMap(); // by screen, what has no room in it

// tight measures what was not measured yet. That takes long for many screens, so it is
// done bit by bit while nothing else is to do, on copies out of sight, and not before the
// files have rested: whoever types does not wait for it.
let measuring = 0;
function tight() {
  const mine = ++measuring, queue = screens.filter((screen) => screen.dataset.locale !== "longest" && !measured.has(screen));
  if (tooLong() === "off" || tooLong() === "notice") { // notices are for lint alone
    $("tight").replaceChildren();
    return count();
  }
  const later = window.requestIdleCallback || ((f) => setTimeout(() => f({ timeRemaining: () => 8 }), 30));
  const step = (idle) => {
    if (mine !== measuring) return;
    do {
      const screen = queue.shift();
      if (screen) measured.set(screen, cut(screen));
    } while (queue.length && idle.timeRemaining() > 4);
    if (queue.length) return later(step);
    tell();
  };
  setTimeout(() => later(step), 300);
}

function tell() {
  const found = new Map();
  for (const screen of screens) { // the same words on many screens are one problem
    for (const one of measured.get(screen) || []) {
      const key = screen.dataset.locale + one.field;
      if (!found.has(key)) found.set(key, finding(screen, one));
    }
  }
  $("tight").replaceChildren(...found.values());
  body.dataset.measured = screens.length;
  count();
}

// cut finds what has no room in a screen, and at which widths.
function cut(screen) {
  const room = $("room"), copy = screen.querySelector(":scope > .device, :scope > .pair figure:last-of-type .device").cloneNode(true);
  const title = copy.querySelector(".bar .t"), buttons = all(".btn .t", copy), found = new Map();
  room.lang = screen.lang;
  room.dir = screen.dir;
  room.replaceChildren(copy);
  const add = (e, why, width) => {
    const one = found.get(e) || { field: e.dataset.field, at: e.dataset.at, why, widths: [] };
    one.widths.push(width);
    found.set(e, one);
  };
  for (const { phone, desktop } of widths) {
    const width = screen.dataset.device === "pc" ? desktop : phone;
    copy.style.width = width + "px";
    if (title && title.scrollWidth > title.clientWidth + 1) add(title, "is cut off in the title bar", width);
    for (const words of buttons) {
      const lines = new Set(Array.from(words.getClientRects(), (box) => Math.round(box.top))).size;
      if (lines > 2) add(words, `takes ${lines} lines on its button`, width);
    }
  }
  room.replaceChildren();
  return Array.from(found.values());
}

function finding(screen, { field, at: place, why, widths: list }) {
  const li = document.createElement("li"), a = document.createElement("a"), b = document.createElement("b"), i = document.createElement("i");
  li.className = tooLong();
  a.href = "#" + new URLSearchParams({ locale: screen.dataset.locale, screen: screen.dataset.screen, field });
  b.textContent = "too-long";
  i.textContent = [screen.dataset.locale, place].filter(Boolean).join(" · ");
  a.append(b, ` ${field} ${why} at a width of ${list.length > 1 ? list.slice(0, -1).join(", ") + " and " : ""}${list.at(-1)} pixels. `, i);
  li.append(a);
  return li;
}

function count() {
  const n = all("#problems .problems li").length;
  for (const e of all(".count")) e.textContent = n;
}
