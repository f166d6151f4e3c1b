// Before and after.

// compare puts what was applied beside what is declared.
function compare() {
  body.classList.toggle("comparing", $("before").checked);
  screens.forEach(pair);
  near.forEach(ring);
}

function pair(screen) {
  const on = $("before").checked, both = screen.querySelector(":scope > .pair"), template = screen.querySelector(":scope > template");
  if (on && template && !both) {
    const frame = screen.querySelector(":scope > .device"), fresh = document.createElement("div");
    fresh.className = "pair";
    fresh.dir = "ltr"; // before stands first in every language
    fresh.append(titled("Before", template.content.cloneNode(true), screen.dir), titled("After", frame, screen.dir));
    screen.insertBefore(fresh, template);
    screen.classList.add("paired");
  } else if (!on && both) {
    screen.insertBefore(both.lastElementChild.querySelector(".device"), both);
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
