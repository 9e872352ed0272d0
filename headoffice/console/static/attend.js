// Keeps the attendant's page true: hears what changed, fetches it, counts the waiting, sends orders. While head office
// does not answer it says so, goes on counting, and lets nobody press what could not be sent.
"use strict";
(() => {
  const board = document.getElementById("board");
  const lost = document.getElementById("lost");
  const pulse = document.getElementById("pulse");
  const PATIENCE = 5000, EVERY = 10000;
  const TOPICS = ["attend", "baskets", "interventions", "kiosks"];
  let skew = 0, reached = true, held = false, waiting = null, busy = false, again = false, audio = null;

  const language = document.documentElement.lang;
  const digits = (text) => language === "bn" ? text.replace(/\d/g, (d) => String.fromCharCode(0x09e6 + Number(d))) : text;
  const keys = () => new Set([...board.querySelectorAll(".call")].map((each) => each.dataset.key));
  const address = (path) => `${path}${path.includes("?") ? "&" : "?"}lane=${encodeURIComponent(board.dataset.lane)}`;

  function clockSet() {
    const told = board.querySelector("[data-now]");
    if (told) skew = Number(told.dataset.now) - Date.now();
  }
  function count() {
    for (const each of board.querySelectorAll("[data-since]")) {
      const gone = Math.max(0, Math.floor((Date.now() + skew - Number(each.dataset.since)) / 1000));
      each.textContent = digits(`${Math.floor(gone / 60)}:${String(gone % 60).padStart(2, "0")}`);
    }
  }
  function reach(now) {
    reached = now;
    lost.hidden = now;
    pulse.classList.toggle("live", now);
    for (const each of document.querySelectorAll("[data-deed], [data-open], dialog button[value=send]")) each.disabled = !now;
  }
  function chime() {
    if (!audio || audio.state !== "running") return;
    for (const [at, pitch] of [[0, 660], [0.18, 880]]) {
      const tone = audio.createOscillator(), level = audio.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.25, audio.currentTime + at);
      level.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.35);
      tone.connect(level).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.4);
    }
    board.dataset.chimed = String(Number(board.dataset.chimed || 0) + 1);
  }
  function swap(html) {
    if (held) { waiting = html; return; } // a finger is down: what it is on must not move
    const before = keys(), focused = document.activeElement?.id;
    board.innerHTML = html;
    if (focused) document.getElementById(focused)?.focus();
    clockSet();
    count();
    reach(reached);
    const fresh = [...keys()].filter((key) => !before.has(key));
    for (const key of fresh) board.querySelector(`[data-key="${CSS.escape(key)}"]`).classList.add("fresh");
    if (fresh.length) chime();
  }
  async function ask(path, options = {}) {
    try {
      const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.redirected && !answer.url.includes("/attend/board")) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      reach(true);
      swap(html);
    } catch { reach(false); }
  }
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    await ask(address(board.dataset.src));
    busy = false;
    if (again) { again = false; refresh(); }
  }
  function order(fields) {
    const query = board.dataset.src.split("?")[1];
    const body = new URLSearchParams({ ...fields, token: board.dataset.token });
    return ask(address(`/attend/order?${query}`), { method: "POST", body });
  }

  const stream = new EventSource("/live");
  stream.addEventListener("changed", (event) => {
    if (event.data.split(" ").some((topic) => TOPICS.includes(topic))) refresh();
  });
  stream.addEventListener("open", () => { if (!reached) refresh(); });
  stream.addEventListener("error", () => reach(false));
  addEventListener("offline", () => reach(false));
  addEventListener("online", refresh);
  setInterval(count, 1000);
  setInterval(refresh, EVERY);

  addEventListener("pointerdown", () => { held = true; });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => {
    held = false;
    if (waiting !== null) { const html = waiting; waiting = null; swap(html); }
  }, 60));

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed || pressed.disabled) return;
    if (pressed.dataset.lane) {
      const here = new URL(location);
      here.searchParams.set("lane", board.dataset.lane = pressed.dataset.lane);
      history.replaceState(null, "", here);
      refresh();
      return;
    }
    if (pressed.dataset.deed) {
      const { deed, kiosk, intervention = "", outcome = "" } = pressed.dataset;
      pressed.disabled = true;
      order({ deed, kiosk, intervention, outcome });
    }
    if (pressed.dataset.open) {
      const dialog = document.getElementById(pressed.dataset.open), form = dialog.querySelector("form");
      form.reset();
      form.dataset.kiosk = pressed.dataset.kiosk;
      if (pressed.dataset.order) form.dataset.order = pressed.dataset.order;
      form.dataset.intervention = pressed.dataset.intervention || "";
      dialog.querySelector("[data-about]").textContent = pressed.dataset.about;
      dialog.returnValue = "";
      dialog.showModal();
    }
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    const form = dialog.querySelector("form"), words = form.elements.words;
    words?.addEventListener("input", () => { form.querySelector('input[name=prepared][value=""]').checked = true; });
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "send") return;
      const { order: deed, kiosk, intervention, outcome = "" } = form.dataset;
      const filled = Object.fromEntries(new FormData(form));
      if (filled.prepared) filled.words = "";
      order({ ...filled, deed, kiosk, intervention, outcome });
    });
  }

  // A browser lets a page sound only once somebody has touched it: until then what was chosen before is "wanted".
  const sound = document.getElementById("sound");
  function sounds() {
    const wanted = localStorage.getItem("attend-sound") === "on", running = audio?.state === "running";
    sound.dataset.sound = wanted ? (running ? "on" : "wanted") : "off";
    sound.setAttribute("aria-pressed", String(wanted && running));
  }
  async function listen(wanted) {
    localStorage.setItem("attend-sound", wanted ? "on" : "off");
    if (wanted) { audio = audio || new AudioContext(); await audio.resume(); } else await audio?.suspend();
    sounds();
    chime();
  }
  sound.addEventListener("click", () => listen(sound.dataset.sound !== "on"));
  addEventListener("pointerup", (event) => {
    if (sound.dataset.sound === "wanted" && !sound.contains(event.target)) listen(true);
  });
  sounds();
  const dark = document.getElementById("dark");
  const shade = (theme) => {
    document.documentElement.dataset.theme = theme;
    dark.setAttribute("aria-pressed", String(theme === "dark"));
  };
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  shade(localStorage.getItem("attend-theme") || preferred);
  dark.addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("attend-theme", theme);
    shade(theme);
  });
  clockSet();
  reach(true);
})();
