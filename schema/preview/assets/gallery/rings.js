// Rings around elements, and the contrast of their texts.

// They stand over the screens and not on what is drawn in them: nothing of the gallery
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
  const had = screen.querySelector(":scope > .rings"), layer = had || document.createElement("div");
  const changed = body.classList.contains("comparing") ? all(".device [data-changed]", screen) : [];
  const marked = near.has(screen) ? [...new Set([...changed, ...lit])].filter((e) => screen.contains(e)) : [];
  const judged = near.has(screen) && $("contrast").checked ? all(".device [data-contrast]", screen).filter((e) => !e.querySelector("[data-contrast]")) : [];
  if (!marked.length && !judged.length) return had?.remove(); // to measure has the browser lay out everything
  const from = screen.getBoundingClientRect(), scale = Number(getComputedStyle(screen).getPropertyValue("--s"));
  const list = [...marked.map((e) => ringOf(e, from, scale)), ...judged.map((e) => ratioOf(e, from))].filter(Boolean);
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

// ratioOf is the contrast of a text, beside it.
function ratioOf(e, from) {
  const at = extent(e), ratio = document.createElement("b");
  if (!at) return null;
  ratio.className = "low" in e.dataset ? "ratio low" : "ratio";
  ratio.textContent = e.dataset.contrast + ("low" in e.dataset ? " low" : "");
  ratio.dataset.ratio = e.dataset.field;
  ratio.lang = "en";
  ratio.dir = "ltr";
  ratio.style.left = at.left - from.left + "px";
  ratio.style.top = at.top - from.top + "px";
  return ratio;
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
