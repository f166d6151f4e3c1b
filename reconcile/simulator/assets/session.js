"use strict";
// Walks a person through the screens of a session. Which screen follows which is the
// documents' process; what a camera would see is chosen in the simulator's strip. An
// outcome goes to the server as soon as nothing can change it any more.
(() => {
  const about = document.body.dataset;
  const strip = document.getElementById("simulator");
  const said = document.getElementById("said");
  const hints = document.getElementById("hints");
  const activated = document.getElementById("activated");
  const screens = [...document.querySelectorAll(".screen")];
  const wide = window.matchMedia("(min-width: 900px)");
  const elsewhere = "handover" in about; // this page was opened on another device
  const tries = Number(about.tries);
  const run = ["missing", "off-centre", "far", "still"]; // what the camera sees, one after the other

  let state = "", name = "", hint = run[0];
  let turn = 0; // tells an answer that is waited for from one that comes too late
  let failures = 0, failure = "", shown = "";
  let ending = about.outcome ? { outcome: about.outcome, next: about.next ?? "", info: about.info ?? "" } : null;
  let gone = false;
  let timers = [];

  const say = (words) => { said.textContent = words; };
  const after = (ms, then) => timers.push(setTimeout(then, ms));
  const device = () => (wide.matches && !document.getElementById("as-phone").checked ? "pc" : "phone");
  const find = (kind, screen) => document.getElementById(kind + "-" + screen);

  function stop() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  // A desktop has fewer pages than a phone. Where it has none, the phone's is shown.
  function current() {
    const own = device() === "pc" && find("pc", name === "uploading" ? "loading" : name);
    return own || find("phone", name === "camera" ? "camera-" + hint : name);
  }

  function show() {
    const target = current(), had = document.activeElement?.closest(".screen");
    for (const screen of screens) screen.hidden = screen !== target;
    for (const part of strip.querySelectorAll("[data-in]")) part.hidden = !part.dataset.in.split(" ").includes(state);
    document.body.dataset.state = state;
    hints.hidden ||= target.dataset.device === "pc";
    hints.querySelector("select").value = hint;
    if (had && had !== target) target.focus({ preventScroll: true }); // what is hidden loses the focus
    return target;
  }

  function enter(next, screen, words) {
    stop();
    turn++;
    state = next;
    name = screen;
    say(words);
    const target = show();
    window.scrollTo(0, 0);
    if (turn > 1) target.focus({ preventScroll: true });
  }

  function begin() {
    if (ending) result(ending.outcome);
    else if (find(device(), "tips")) enter("tips", "tips", "The page's own button begins the check.");
    else load();
  }

  function load() {
    enter("loading", "loading", "The page loads.");
    after(1000, ask);
  }

  function ask() {
    hint = run[0];
    enter("asking", "camera", "The page asks for the camera. What does the user answer?");
  }

  function film() {
    hint = run[0];
    enter("camera", "camera", "No camera is used here. How does the check end?");
    const see = (i) => {
      hint = run[i];
      show();
      if (i + 1 < run.length) after(1200, () => see(i + 1));
    };
    see(0);
  }

  async function conclude(outcome) {
    enter("uploading", "uploading", "The pictures are on their way.");
    const mine = turn;
    const pause = new Promise((done) => after(1000, done));
    try {
      if (outcome === "pass" || failures + 1 >= tries) await record(outcome);
      await pause;
    } catch (fault) {
      film();
      return say(fault.message);
    }
    if (mine !== turn) return;
    if (outcome !== "pass") {
      failures++;
      failure = outcome;
    }
    result(ending ? ending.outcome : outcome);
  }

  function result(outcome) {
    shown = outcome;
    if (ending && elsewhere) return finish();
    for (const button of document.querySelectorAll("[data-do=again]")) button.hidden = ending !== null;
    for (const part of document.querySelectorAll(".untried")) part.hidden = ending === null;
    if (outcome === "timeout") return late();
    enter("result", outcome === "pass" ? "passed" : "failed", ending
      ? `This session has ended: ${outcome}.`
      : `Failure ${failures} of ${tries}. Nothing is recorded while the user may try again.`);
    if (current().querySelector(".skipped")) go();
    else countDown(current().querySelector(".countdown"));
  }

  // The countdown presses the button that it stands beside, so where that is not
  // offered nothing counts.
  function countDown(line) {
    if (!line || line.closest("[hidden]")) return;
    const numbers = [...line.querySelectorAll("[data-second]")];
    for (const number of numbers) number.dataset.second ||= number.textContent;
    let seconds = Number(numbers[0]?.dataset.second ?? 5);
    const tick = () => {
      for (const number of numbers) number.textContent = seconds;
      if (seconds-- > 0) after(1000, tick);
      else go();
    };
    tick();
  }

  function late() {
    if (ending) enter("over", "timeout", "This session has ended: timeout.");
    else enter("timeout", "timeout", "Time is up. Nothing is recorded while the user may try again.");
  }

  function finish() {
    enter("finished", "finished", `This session has ended: ${ending.outcome}. The first device goes on by itself.`);
  }

  function handOver(why) {
    if (!activated.checked) {
      if (why === "denied") enter("refresh", "refresh", "Hand-over is not activated, so the page can only be loaded again.");
      else enter("error", "error", "Hand-over is not activated, so there is no way around a broken camera.");
      return;
    }
    enter("handover", why, "Open the link or scan the code elsewhere. This page goes on when the check has ended there.");
    after(1000, poll);
  }

  async function poll() {
    const mine = turn;
    let answer = null;
    try {
      answer = await talk({});
    } catch (fault) {
      if (mine !== turn) return;
      say(fault.message);
      if (fault.refused) return;
    }
    if (mine !== turn) return;
    if (!answer?.outcome) return after(1000, poll);
    ending = answer;
    result(ending.outcome);
  }

  // go leaves the page: for a return URL, or by telling the parent of an iframe.
  async function go() {
    stop();
    if (gone) return;
    if (!ending) {
      try {
        await record(failure);
      } catch (fault) {
        return say(fault.message);
      }
      if (ending.outcome !== failure) return result(ending.outcome);
    }
    if (elsewhere) return finish();
    if (ending.info && window.parent === window) return say(`This session is for an iframe. There, its parent would be told ${ending.info}.`);
    if (!ending.info && !ending.next) return say("There is no return URL that is safe to go to.");
    gone = true;
    if (ending.info) {
      // Which origin the parent has is not known, and the message has no secret in it.
      window.parent.postMessage(JSON.stringify({ info: ending.info }), "*");
      return say(`The parent of this iframe was told ${ending.info}.`);
    }
    say("The page goes to the return URL.");
    window.location.assign(ending.next);
  }

  async function record(outcome) {
    ending = await talk({ method: "POST", body: new URLSearchParams({ outcome }) });
  }

  async function talk(request) {
    let answer;
    try {
      answer = await fetch(window.location.href, { ...request, headers: { Accept: "application/json" } });
    } catch {
      throw new Error("The simulator does not answer.");
    }
    if (!answer.ok) throw Object.assign(new Error((await answer.text()).trim()), { refused: true });
    return answer.json();
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(about.link);
      return say("The link is copied.");
    } catch {
      // Not here: in an iframe, or not on this machine. The old way asks nobody.
    }
    window.getSelection().selectAllChildren(current().querySelector(".url"));
    say(document.execCommand("copy") ? "The link is copied." : "The browser does not let this page copy; the link is selected.");
  }

  const acts = {
    start: load,
    again: film,
    confirm: film,
    next: go,
    refresh: () => window.location.reload(),
    copy,
    photo: () => state === "camera" && enter("judging", "uploading", "The photo is taken. What is in it?"),
    allow: film,
    deny: () => handOver("denied"),
    broken: () => handOver("broken"),
    error: () => enter("error", "error", "A failure that the user can only confirm."),
    here: ask,
    "give-up": () => {
      failure = "timeout";
      go();
    },
    go,
  };

  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-do]")?.dataset.do;
    if (act) acts[act]();
  });
  strip.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter.value === "timeout") late();
    else conclude(event.submitter.value);
  });
  hints.addEventListener("change", (event) => {
    stop();
    hint = event.target.value;
    show();
  });
  const turned = () => {
    if (state === "tips") begin();
    else if (state === "result" && !gone) result(shown);
    else show();
  };
  for (const choice of strip.querySelectorAll("[name=device]")) choice.addEventListener("change", turned);
  wide.addEventListener("change", turned);

  begin();
})();
