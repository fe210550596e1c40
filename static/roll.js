// A roll without a network: what was saved stays on this phone and is sent once, when there is one again.
// Each saving is an entry of its own, named by this phone's key and a number: what arrived twice changes nothing.
// It waits for the teacher who saved it: nobody else who signs in on this phone sends it.
const NAME = /^roll:\d+$/;
const DEVICE = "roll-device";
const COUNTER = "roll-number";
const AGAIN_MS = 15000;
const PATIENCE_MS = 10000;
const LATER = new Set([400, 401, 403, 408, 429]); // sign in again, or wait: nothing is wrong with what was said
const form = document.getElementById("roll");
const panel = document.getElementById("waiting");
const token = document.querySelector("[name=csrf_token]");

const device = () => {
  const kept = localStorage.getItem(DEVICE);
  if (kept) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(15))].map((one) => one.toString(36).padStart(2, "0")).join("");
  localStorage.setItem(DEVICE, made);
  return made;
};
const entries = () =>
  Object.keys(localStorage)
    .filter((name) => NAME.test(name))
    .sort((one, other) => one.slice(5) - other.slice(5))
    .map((name) => [name, JSON.parse(localStorage.getItem(name))])
    .filter(([, { who }]) => who === panel.dataset.who);

const keep = () => {
  const number = Number(localStorage.getItem(COUNTER) ?? 0) + 1;
  localStorage.setItem(COUNTER, number);
  const said = [...new FormData(form)].filter(([name]) => name !== "csrf_token" && name !== "device" && name !== "sequence");
  localStorage.setItem(`roll:${number}`, JSON.stringify({ to: form.action, who: panel.dataset.who, said, number, at: Date.now() }));
};

const body = ({ said, number, at }) => {
  const sent = new FormData();
  for (const [name, value] of said) sent.append(name, value);
  sent.set("csrf_token", token.value);
  sent.set("device", device());
  sent.set("sequence", number);
  sent.set("ago", Math.max(0, Math.round((Date.now() - at) / 1000)));
  return sent;
};

const show = (words, entry = null) => {
  panel.replaceChildren();
  panel.hidden = !words;
  if (!words) return;
  const line = document.createElement("p");
  line.textContent = words;
  panel.append(line);
  if (!entry) return;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn";
  drop.textContent = panel.dataset.drop;
  drop.addEventListener("click", () => {
    localStorage.removeItem(entry);
    location.reload();
  });
  panel.append(drop);
};

// One entry: "sent", "waits" for a network, "stale" until somebody signs in, or refused with its reason.
const send = async (entry) => {
  let answer;
  try {
    answer = await fetch(entry.to, {
      method: "POST",
      body: body(entry),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return { state: "waits" };
  }
  if (answer.ok) return { state: "sent", told: (await answer.json()).told };
  if (answer.status >= 500) return { state: "waits" };
  if (LATER.has(answer.status)) return { state: "stale" };
  return { state: "refused", why: (await answer.json().catch(() => ({}))).title ?? String(answer.status) };
};

const TOLD = "roll-told";
const sync = async () => {
  const told = [];
  for (const [name, entry] of entries()) {
    if (entry.why) continue;
    const { state, why, told: said } = await send(entry);
    if (state === "waits" || state === "stale") return show(state === "waits" ? panel.dataset.waits : panel.dataset.stale);
    if (state === "sent") {
      localStorage.removeItem(name);
      told.push(...said);
    } else localStorage.setItem(name, JSON.stringify({ ...entry, why }));
  }
  if (told.length) {
    sessionStorage.setItem(TOLD, JSON.stringify(told));
    return location.reload();
  }
  const refused = entries().find(([, { why }]) => why);
  if (refused) show(refused[1].why, refused[0]);
  else if (!sessionStorage.getItem(TOLD)) show("");
};
// Two pages of one browser do not send the same at once; where they do, the server keeps it once.
let running = null;
const begin = () => {
  running ??= (navigator.locks ? navigator.locks.request("roll", sync) : sync()).finally(() => (running = null));
  return running;
};

const said = JSON.parse(sessionStorage.getItem(TOLD) ?? "[]");
if (said.length) {
  sessionStorage.removeItem(TOLD);
  panel.classList.replace("few", "ok");
  show(said.join(" "));
} else if (entries().length) begin();
setInterval(() => entries().some(([, { why }]) => !why) && begin(), AGAIN_MS);
window.addEventListener("online", () => entries().length && begin());

// What waits here is what the page says: what is tapped next is a change of it.
const put = (said) => {
  const ids = (name) => new Set(said.filter(([key]) => key === name).map(([, id]) => id));
  const [absent, late] = [ids("absent"), ids("late")];
  for (const shown of form.querySelectorAll("[name=shown]")) {
    const [id] = shown.value.split(":");
    const line = shown.closest("li");
    line.querySelector("[name=absent]").checked = absent.has(id);
    line.querySelector("[name=late]").checked = late.has(id);
    shown.value = `${id}:${late.has(id) ? "late" : absent.has(id) ? "absent" : "present"}`;
  }
};
if (form) for (const [, { to, said }] of entries()) if (to === form.action) put(said);

form?.addEventListener("submit", async (event) => {
  try {
    keep();
  } catch {
    return; // a phone that keeps nothing sends it as any form
  }
  event.preventDefault();
  put([...new FormData(form)]);
  panel.classList.replace("ok", "few");
  show(panel.dataset.sending);
  await running;
  begin();
});
// who came late came: of the two only the last tap counts
form?.addEventListener("change", ({ target }) => {
  if (!target.checked) return;
  const other = target.name === "late" ? "absent" : "late";
  target.closest("li").querySelector(`[name=${other}]`).checked = false;
});

// the rolls of today are opened once ahead, so that they are here when the network is not
if ("caches" in window) {
  const own = await caches.open("own");
  for (const { href } of document.querySelectorAll("a[data-keep]")) {
    try {
      const answer = await fetch(href, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) await own.put(href, answer);
    } catch {
      // as last opened on this phone
    }
  }
}
