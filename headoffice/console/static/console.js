// Keeps the first page true: hears what changed and fetches the parts that show it. Without it the page still works.
"use strict";
(() => {
  const parts = [...document.querySelectorAll("[data-live]")];
  if (!parts.length) return;
  const pulse = document.querySelector("[data-pulse]");
  const busy = new Map();

  const keysIn = (part) => new Set([...part.querySelectorAll("[data-key]")].map((each) => each.dataset.key));

  async function refresh(part) {
    if (busy.has(part)) { busy.set(part, true); return; }
    busy.set(part, false);
    try {
      const answer = await fetch(part.dataset.src, { headers: { Accept: "text/html" } });
      if (answer.redirected) { location.reload(); return; }
      if (answer.ok) {
        const before = keysIn(part);
        part.innerHTML = await answer.text();
        for (const each of part.querySelectorAll("[data-key]")) {
          if (!before.has(each.dataset.key)) each.classList.add("fresh");
        }
      }
    } catch { /* the line is down: the stream says so, and what was missed is fetched when it is back */ }
    const again = busy.get(part);
    busy.delete(part);
    if (again) refresh(part);
  }

  const stream = new EventSource("/live");
  let lost = false;
  stream.addEventListener("changed", (event) => {
    const topics = event.data.split(" ");
    for (const part of parts) {
      if (part.dataset.live.split(" ").some((topic) => topics.includes(topic))) refresh(part);
    }
  });
  stream.addEventListener("open", () => {
    pulse?.classList.add("live");
    if (lost) parts.forEach(refresh);
    lost = false;
  });
  stream.addEventListener("error", () => { lost = true; pulse?.classList.remove("live"); });

  for (const part of parts) {
    if (part.dataset.every) setInterval(() => refresh(part), Number(part.dataset.every) * 1000);
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-swap]");
    if (!link) return;
    event.preventDefault();
    const part = link.closest("[data-live]");
    part.dataset.src = link.dataset.swap;
    refresh(part).then(() => part.querySelector(".switch [aria-current]")?.focus());
  });
})();
