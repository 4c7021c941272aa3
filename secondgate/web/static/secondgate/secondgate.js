// Secondgate: the small script of console and portal. Every page works without it; it adds the palette, copying,
// themes and keys.
(() => {
  "use strict";
  const root = document.documentElement;
  const themes = ["system", "light", "dark"];
  let theme = root.dataset.theme || "system";
  // The server renders the theme from this cookie, so that nothing flashes.
  const apply = () => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  };

  // Pages and actions are what the sidebar and the page offer: the palette knows no address of its own.
  const pages = () => [...document.querySelectorAll(".sidebar a.item")].map((a) => [a.dataset.title, a.getAttribute("href"), a.dataset.icon, a.dataset.keys || ""]);
  const actions = () => [...document.querySelectorAll("[data-action]")].map((a) => [a.dataset.action, a.getAttribute("href"), "plus", ""]);
  const icon = (name) => { const ns = "http://www.w3.org/2000/svg"; const s = document.createElementNS(ns, "svg"); s.setAttribute("class", "icon"); s.setAttribute("aria-hidden", "true"); const u = document.createElementNS(ns, "use"); u.setAttribute("href", `${root.dataset.icons}#${name}`); s.append(u); return s; };
  const el = (tag, props = {}, ...kids) => { const n = Object.assign(document.createElement(tag), props); n.append(...kids); return n; };

  const toast = (text, kind = "ok") => {
    let box = document.querySelector(".toasts");
    if (!box) { box = el("div", { className: "toasts" }); box.setAttribute("role", "status"); document.body.append(box); }
    const t = el("div", { className: `toast ${kind}` }, icon(kind === "ok" ? "circle-check" : "circle-x"), el("div", {}, text));
    box.append(t); setTimeout(() => t.remove(), 4000);
  };

  let palette;
  const openPalette = () => {
    if (!palette) {
      const input = el("input", { className: "input", type: "text", placeholder: "Type a page, a person, an application or an action" });
      input.setAttribute("role", "combobox"); input.setAttribute("aria-label", "Search or jump to"); input.setAttribute("aria-expanded", "true"); input.setAttribute("aria-controls", "palette-list");
      const list = el("ul", { id: "palette-list", className: "palette-list" }); list.setAttribute("role", "listbox");
      // People, applications and addresses come from the server; an answer that is overtaken is dropped.
      let found = [], asked = 0, failed = "";
      const ask = async () => {
        const mine = ++asked, q = input.value.trim(), where = root.dataset.search;
        found = []; failed = "";
        if (q.length < 2 || !where) return;
        try {
          const answer = await fetch(`${where}?q=${encodeURIComponent(q)}`);
          const said = answer.redirected ? null : await answer.json();
          if (mine !== asked) return;
          if (said) found = said.found; else failed = "You are signed out: load the page again.";
        } catch { if (mine === asked) failed = "The server does not answer."; }
        fill();
      };
      // The focus stays in the field: which one is chosen is said by its id.
      const choose = (a) => {
        list.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
        a.setAttribute("aria-selected", "true"); input.setAttribute("aria-activedescendant", a.id);
        a.scrollIntoView({ block: "nearest" });
      };
      const fill = () => {
        const q = input.value.trim().toLowerCase(); list.replaceChildren(); input.removeAttribute("aria-activedescendant");
        for (const [title, items] of [["Go to", pages()], ["Do", actions()], ["Found", found]]) {
          const hits = items === found ? items : items.filter(([t]) => t.toLowerCase().includes(q)); if (!hits.length) continue;
          list.append(Object.assign(el("li", { className: "group" }, title), { role: "presentation" }));
          for (const [t, href, ic, keys] of hits) { const a = el("a", { href }, icon(ic), t); a.setAttribute("role", "option"); a.tabIndex = -1; a.id = `palette-${list.children.length}`; if (keys) a.append(el("kbd", {}, keys)); const li = el("li", {}, a); li.setAttribute("role", "presentation"); list.append(li); }
        }
        const first = list.querySelector("a"); if (first) choose(first); else list.append(el("li", { className: "group" }, failed || "Nothing found. Try a name, an email address or where packets come from."));
      };
      input.addEventListener("input", () => { fill(); ask(); });
      input.addEventListener("keydown", (ev) => {
        const all = [...list.querySelectorAll("a")]; const i = all.findIndex((a) => a.ariaSelected === "true");
        if (ev.key === "ArrowDown" || ev.key === "ArrowUp") { ev.preventDefault(); const j = (i + (ev.key === "ArrowDown" ? 1 : -1) + all.length) % all.length; if (all[j]) choose(all[j]); }
        if (ev.key === "Enter") { ev.preventDefault(); all[i]?.click(); }
      });
      palette = el("dialog", { className: "dialog palette" }, input, list, el("footer", {}, ...["Arrow keys to move", "Enter to open", "Esc to close"].map((t) => el("span", {}, t))));
      palette.setAttribute("aria-label", "Search or jump to"); palette.addEventListener("click", (ev) => { if (ev.target === palette) palette.close(); });
      document.body.append(palette); fill();
    }
    if (!palette.open) { palette.showModal(); palette.querySelector("input").select(); }
  };

  let help;
  const openHelp = () => {
    if (!help) {
      const rows = [["Ctrl K or /", "Search or jump to"], ["?", "This list"], ["j, k", "Next, previous row"], ["Enter", "Open the row in the side panel"], ["Esc", "Close the side panel or dialog"], ["Space", "Pause or resume the live log"], ["c", "Copy the link to what is open"], ...pages().map(([t, , , k]) => [k, t]).filter(([k]) => k)];
      const dl = el("dl", { className: "kv" }); for (const [k, t] of rows) dl.append(el("dt", {}, el("kbd", {}, k)), el("dd", {}, t));
      const close = el("button", { className: "btn", type: "button" }, "Close"); close.addEventListener("click", () => help.close());
      help = el("dialog", { className: "dialog" }, el("header", {}, el("h2", {}, "Keyboard shortcuts")), el("div", { className: "body" }, dl), el("footer", {}, close)); document.body.append(help);
    }
    help.showModal();
  };

  const moveRow = (step) => {
    const rows = [...document.querySelectorAll("main tbody tr")]; if (!rows.length) return;
    const at = rows.findIndex((r) => r.contains(document.activeElement)); const row = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    (row.querySelector("a, button") || row).focus();
  };

  document.addEventListener("click", async (ev) => {
    const b = ev.target.closest("[data-copy], [data-theme-toggle], [data-palette], [data-shortcuts], [data-open], [data-close], [data-pause], [data-reveal], [data-print]"); if (!b) return;
    if (b.dataset.copy !== undefined) { try { await navigator.clipboard.writeText(b.dataset.copy); toast("Copied"); } catch { toast("Your browser did not allow copying. Select the text and press Ctrl C.", "bad"); } }
    if (b.dataset.themeToggle !== undefined) { theme = themes[(themes.indexOf(theme) + 1) % 3]; apply(); toast(`Colours: ${theme}`); b.querySelector("use")?.setAttribute("href", `${root.dataset.icons}#${{ system: "monitor", light: "sun", dark: "moon" }[theme]}`); }
    if (b.dataset.print !== undefined) print();
    if (b.dataset.palette !== undefined) openPalette();
    if (b.dataset.shortcuts !== undefined) openHelp();
    if (b.dataset.open) document.getElementById(b.dataset.open)?.showModal();
    if (b.dataset.close !== undefined) b.closest("dialog")?.close();
    if (b.dataset.pause !== undefined) togglePause(b);
    if (b.dataset.reveal) { const i = document.getElementById(b.dataset.reveal); i.type = i.type === "password" ? "text" : "password"; b.setAttribute("aria-pressed", String(i.type === "text")); }
  });
  document.addEventListener("change", (ev) => {
    if (ev.target.dataset.all === undefined) return;
    for (const box of ev.target.closest("form").querySelectorAll(".box")) box.checked = ev.target.checked;
  });
  // What is typed above a long list of checkboxes narrows it; what is checked stays in sight.
  document.addEventListener("input", (ev) => {
    const list = document.getElementById(ev.target.dataset.narrows); if (!list) return;
    const q = ev.target.value.trim().toLowerCase(); let fits = 0;
    for (const row of list.querySelectorAll("label")) {
      const is = row.textContent.toLowerCase().includes(q); fits += is;
      row.hidden = !is && !row.querySelector("input").checked;
    }
    list.querySelector("[data-none]").hidden = fits > 0;
  });
  document.addEventListener("keydown", (ev) => { if (ev.key === "Enter" && ev.target.dataset.narrows) ev.preventDefault(); }); // it would send the form
  const togglePause = (b) => {
    const on = document.body.classList.toggle("log-paused"); b.setAttribute("aria-pressed", String(on));
    b.querySelector("use").setAttribute("href", `${root.dataset.icons}#${on ? "play" : "pause"}`); b.querySelector("span").textContent = on ? "Resume" : "Pause";
    document.dispatchEvent(new CustomEvent("paused", { detail: on })); // log.js keeps what comes meanwhile
  };

  let g = 0;
  document.addEventListener("keydown", (ev) => {
    if ((ev.ctrlKey || ev.metaKey) && ev.key.toLowerCase() === "k") { ev.preventDefault(); openPalette(); return; }
    if (ev.ctrlKey || ev.metaKey || ev.altKey || ev.target.closest("input, select, textarea, dialog[open]")) return;
    if (root.dataset.keys === "off") return;
    const go = document.querySelector(`.sidebar a.item[data-keys="g ${CSS.escape(ev.key)}"]`);
    if (Date.now() - g < 900 && go) { location.href = go.href; return; }
    g = ev.key === "g" ? Date.now() : 0;
    if (!document.querySelector(".app")) return;
    if (ev.key === "/") { ev.preventDefault(); openPalette(); }
    if (ev.key === "?") openHelp();
    if (ev.key === "j") moveRow(1);
    if (ev.key === "k") moveRow(-1);
    if (ev.key === "c" && document.querySelector(".panel")) { navigator.clipboard?.writeText(location.href); toast("Link copied"); }
    if (ev.key === " " && !ev.target.closest("button, a, summary")) { const p = document.querySelector("[data-pause]"); if (p) { ev.preventDefault(); togglePause(p); } }
    if (ev.key === "Escape" && !document.querySelector(":popover-open")) document.querySelector(".panel [data-close-panel]")?.click();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const mac = /Mac|iPhone|iPad/.test(navigator.platform); if (mac) for (const k of document.querySelectorAll("[data-palette] kbd")) k.textContent = "⌘ K";
  });
})();
