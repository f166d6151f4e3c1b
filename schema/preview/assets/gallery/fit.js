// Words that have no room.

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
