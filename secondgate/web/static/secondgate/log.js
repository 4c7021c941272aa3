// The live log: rows come in above without moving what is being read; while paused they wait and are counted.
// Without this script the page is the same list, with "Newer" and "Older".
(() => {
  "use strict";
  const body = document.querySelector("[data-stream]");
  if (!body || !window.EventSource) return;
  const live = document.querySelector("[data-live]"), pause = document.querySelector("[data-pause]");
  const bar = document.querySelector("[data-waiting]"), show = document.querySelector("[data-show-waiting]");
  const most = 500; // rows in the page: older ones leave at the bottom
  let paused = false, waiting = [], missed = false;

  const say = (text, state) => { live.className = `live ${state}`; live.textContent = text; };
  const status = () => {
    say(paused ? "Paused" : "Live", paused ? "paused" : "");
    bar.hidden = !(paused && waiting.length) && !missed;
    show.textContent = missed ? "More came than can be shown: show the newest" : `Show ${waiting.length} new ${waiting.length === 1 ? "entry" : "entries"}`;
  };

  // The link of a row keeps the filters of this page.
  const made = (html) => {
    const row = document.createRange().createContextualFragment(`<table><tbody>${html}</tbody></table>`).querySelector("tr");
    const link = row.querySelector("a"), query = new URLSearchParams(location.search);
    query.set("event", row.dataset.event); link.search = query.toString();
    return row;
  };
  const insert = (rows) => {
    const fresh = rows.filter((row) => !body.querySelector(`[data-event="${row.dataset.event}"]`));
    if (!fresh.length) return;
    const first = body.firstElementChild, before = first ? first.getBoundingClientRect().top : 0;
    document.querySelector("[data-empty]")?.remove();
    for (const row of fresh) body.prepend(row);
    // Browsers with scroll anchoring have done it already; then there is nothing left to make up for.
    const moved = first && scrollY > 0 ? first.getBoundingClientRect().top - before : 0;
    if (moved > 1) scrollBy({ top: moved, behavior: "instant" });
    while (body.rows.length > most && !body.lastElementChild.contains(document.activeElement)) body.lastElementChild.remove();
  };

  live.hidden = pause.hidden = false;
  document.addEventListener("paused", (ev) => {
    paused = ev.detail;
    if (!paused) { insert(waiting); waiting = []; }
    status();
  });
  show.addEventListener("click", () => {
    if (missed) { location.reload(); return; }
    insert(waiting); waiting = []; status();
  });

  const source = new EventSource(body.dataset.stream);
  source.addEventListener("open", status);
  source.addEventListener("row", (ev) => {
    const row = made(ev.data);
    if (paused) { waiting.push(row); if (waiting.length > most) { waiting = waiting.slice(-most); missed = true; } } else insert([row]);
    status();
  });
  source.addEventListener("gap", () => { missed = true; status(); });
  source.addEventListener("end", () => { source.close(); say("Ended: you are signed out, or may not read the log any more", "paused"); pause.hidden = true; });
  source.addEventListener("error", () => say(source.readyState === EventSource.CLOSED ? "Not live: load the page again" : "Connecting again", "waiting"));
  addEventListener("pagehide", () => source.close());
})();
