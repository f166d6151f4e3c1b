// What drives an element.

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
