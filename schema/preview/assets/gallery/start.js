// The pointer and the switches; then everything begins.

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
