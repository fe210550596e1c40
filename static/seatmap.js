// The seat map: zoom, choose, keys, and what others take meanwhile. The server decides at "hold".
const map = document.getElementById("map");
const house = map.querySelector(".house");
const plan = house.querySelector(".plan");
const form = document.getElementById("pick");
const seats = [...plan.querySelectorAll("rect[role=checkbox]")];
const words = JSON.parse(map.dataset.words);
const limit = Number(map.dataset.limit);
const yours = new Set(map.dataset.yours.split(" "));
const within = map.dataset.zones ? new Set(map.dataset.zones.split(" ")) : null;
const least = map.dataset.large === "1" ? 44 : 24;
const SEAT = 50;
const MOST = 72;
const [vx, vy, width, height] = plan.getAttribute("viewBox").split(" ").map(Number);
const spots = seats.map((seat) => seat.getAttribute("transform").match(/-?[\d.]+/g).slice(0, 2).map(Number));
const names = seats.map((seat) => seat.getAttribute("aria-label"));
const states = new Uint8Array(seats.length).fill(1);
const chosen = new Set();
const svg = (name, attributes, text = "") => {
  const part = document.createElementNS(plan.namespaceURI, name);
  part.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) part.setAttribute(attribute, value);
  return part;
};
const numbers = plan.appendChild(svg("g", {}));
const pins = plan.appendChild(svg("g", { "aria-hidden": true }));
const pinWidth = 1.5 * parseFloat(getComputedStyle(document.documentElement).fontSize);
const rows = seats.map((seat) => seat.parentNode);
const ends = new Map([...new Set(rows)].map((row) => [row, row.querySelector("text")]));
const shown = new Map();
let [zoom, here, etag, misses] = [1, 0, "", 0];

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const say = (sentence, values) => document.getElementById("live")?.replaceChildren(fill(sentence, values ?? {}));
const money = (fen) => (fen ? fill(words.yuan, { yuan: fen % 100 ? (fen / 100).toFixed(2) : fen / 100 }) : words.free);

// Prices: the list on the page is the one source; the cheapest ticket a person may have comes first.
const zones = new Map([...document.querySelectorAll("[data-zone-name]")].map((part) => [part.dataset.zoneName, part.textContent.trim()]));
const offers = () =>
  [...document.querySelectorAll("#prices [data-room]")].map((row) => ({
    room: row.dataset.room === "" ? Infinity : Number(row.dataset.room),
    fen: Object.fromEntries(
      [...row.querySelectorAll("[data-fen]")].flatMap((part) => part.dataset.of.split(" ").map((zone) => [zone, Number(part.dataset.fen)])),
    ),
  }));
function priced(indexes) {
  const left = offers();
  return indexes.map((i) => {
    const zone = seats[i].dataset.zone;
    const fitting = left.filter((offer) => zone in offer.fen && offer.room > 0);
    const best = fitting.sort((a, b) => a.fen[zone] - b.fen[zone])[0];
    if (best) best.room -= 1;
    return best ? best.fen[zone] : 0;
  });
}

// Choosing
const special = (i) => seats[i].dataset.type !== "seat";
const fits = (i) => !within || within.has(seats[i].dataset.zone);
const open = (i) => fits(i) && (states[i] === 0 || (states[i] === 2 && yours.has(seats[i].dataset.code)));
function toggle(i) {
  const seat = names[i];
  if (chosen.has(i)) {
    chosen.delete(i);
    say(words.left, { seat });
  } else if (!open(i)) {
    return say(states[i] === 1 ? words.taken : special(i) ? words.access : words.kept, { seat });
  } else if (limit !== 1 && chosen.size >= limit) {
    return say(limit ? words.limit : words.none, { count: limit });
  } else {
    if (limit === 1) [...chosen].forEach(toggle);
    chosen.add(i);
    say(words.chosen, { seat });
  }
  paint(i);
  list();
}
function list() {
  if (!form) return;
  const picked = [...chosen];
  const chips = document.getElementById("chosen");
  chips.replaceChildren(
    ...picked.flatMap((i) => {
      const chip = Object.assign(document.createElement("button"), { type: "button", textContent: `${names[i]} ✕` });
      chip.dataset.zone = seats[i].dataset.zone;
      chip.setAttribute("aria-label", fill(words.drop, { seat: names[i] }));
      chip.addEventListener("click", () => {
        toggle(i);
        focus(i, false);
      });
      return [chip, Object.assign(document.createElement("input"), { type: "hidden", name: "seats", value: seats[i].dataset.code })];
    }),
  );
  const costs = priced(picked);
  const sum = costs.reduce((all, fen) => all + fen, 0);
  const free = costs.filter((fen) => !fen).length;
  const line = sum && free ? words.mixed : words.total;
  document.getElementById("total").textContent = picked.length ? fill(line, { money: money(sum), count: free }) : "";
  form.querySelector(".main").hidden = !picked.length && !form.querySelector(".marks");
  chips.scrollTop = chips.scrollHeight;
}
function paint(i) {
  const seat = seats[i];
  seat.dataset.s = open(i) ? 0 : states[i];
  seat.setAttribute("aria-checked", chosen.has(i));
  if (open(i)) seat.removeAttribute("aria-disabled");
  else seat.setAttribute("aria-disabled", "true");
  shown.get(i)?.setAttribute("class", numeral(i));
}

// What others take
async function poll() {
  try {
    const answer = await fetch(map.dataset.seats, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    if (answer.ok) {
      etag = answer.headers.get("ETag") ?? "";
      update(new Uint8Array(await answer.arrayBuffer()));
    } else if (answer.status !== 304) throw new Error(answer.status);
    misses = 0;
  } catch {
    misses += 1;
    if (misses === 3) say(words.away);
  }
}
function update(bytes) {
  for (let i = 0; i < seats.length; i += 1) {
    const state = (bytes[i >> 2] >> ((i & 3) * 2)) & 3;
    if (state === states[i] && seats[i].dataset.s) continue;
    states[i] = state;
    if (chosen.has(i) && !open(i)) {
      chosen.delete(i);
      list();
      say(words.gone, { seat: names[i] });
    }
    paint(i);
  }
}
async function watch() {
  if (!document.hidden) await poll();
  setTimeout(watch, 2000 + Math.random() * 500);
}

// Zoom: the width of the map; scrolling is the browser’s own
const fitted = () => Math.min(house.clientWidth, (house.clientHeight * width) / height);
const seatSize = () => (plan.getBoundingClientRect().width / width) * SEAT;
function zoomTo(wanted, x, y) {
  const box = house.getBoundingClientRect();
  const [left, top] = [(x ?? box.left + box.width / 2) - box.left, (y ?? box.top + box.height / 2) - box.top];
  const before = plan.getBoundingClientRect();
  const [across, deep] = [(left + box.left - before.left) / before.width, (top + box.top - before.top) / before.height];
  const fit = fitted();
  zoom = Math.max(1, Math.min(wanted, (MOST * width) / (SEAT * fit)));
  house.classList.toggle("zoomed", zoom > 1);
  plan.style.setProperty("--zoom", zoom > 1 ? (zoom * fit) / house.clientWidth : 1);
  const after = plan.getBoundingClientRect();
  house.scrollLeft += across * after.width - (left + box.left - after.left);
  house.scrollTop += deep * after.height - (top + box.top - after.top);
  number();
}
const readable = (size) => (zoom * size) / seatSize();
map.querySelector(".zoom").addEventListener("click", ({ target }) => {
  const how = target.dataset.zoom;
  if (how) zoomTo(how === "fit" ? 1 : zoom * (how === "in" ? 1.6 : 1 / 1.6));
});
house.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomTo(zoom * Math.exp(-event.deltaY / 250), event.clientX, event.clientY);
  },
  { passive: false },
);
let pinch = null;
const middle = ([a, b]) => [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2];
const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
house.addEventListener(
  "touchmove",
  (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [x, y] = middle(event.touches);
    const box = plan.getBoundingClientRect();
    pinch ??= { from: apart(event.touches), x, y, left: x - box.left, top: y - box.top };
    pinch.by = apart(event.touches) / pinch.from;
    plan.style.transformOrigin = `${pinch.left}px ${pinch.top}px`;
    plan.style.transform = `scale(${pinch.by})`;
  },
  { passive: false },
);
house.addEventListener("touchend", () => {
  if (!pinch) return;
  const { by, x, y } = pinch;
  pinch = null;
  plan.style.transform = "";
  zoomTo(zoom * by, x, y);
});

// Numbers, on seats in view that can carry them
const numeral = (i) => (chosen.has(i) ? "n me" : open(i) ? "n on" : "n");
function number() {
  const box = house.getBoundingClientRect();
  const big = seatSize() >= 20;
  const area = plan.getBoundingClientRect();
  const scale = area.width / width;
  for (let i = 0; i < seats.length; i += 1) {
    const x = area.left + (spots[i][0] - vx) * scale;
    const y = area.top + (spots[i][1] - vy) * scale;
    const seen = big && x > box.left - 60 && x < box.right + 60 && y > box.top - 60 && y < box.bottom + 60;
    if (seen && !shown.has(i) && !special(i)) {
      const place = { x: spots[i][0], y: spots[i][1], class: numeral(i), "data-zone": seats[i].dataset.zone };
      const digits = seats[i].dataset.code.replace(/^.*?0*([^-]+)$/, "$1");
      shown.set(i, numbers.appendChild(svg("text", { ...place, "aria-hidden": true }, digits)));
    } else if (!seen && shown.has(i)) {
      shown.get(i).remove();
      shown.delete(i);
    }
  }
  pin(vx + (box.left - area.left) / scale, vy + (box.top - area.top) / scale, vy + (box.bottom - area.top) / scale, scale);
}

// Row numbers at the left edge, for rows whose own number is out of view
function pin(left, top, bottom, scale) {
  const first = new Map();
  if (zoom > 1) {
    spots.forEach(([x, y], i) => {
      const known = first.get(rows[i]);
      if (x > left && y > top && y < bottom && !(spots[known]?.[0] < x)) first.set(rows[i], i);
    });
  }
  pins.style.setProperty("--scale", scale);
  pins.replaceChildren(
    ...[...first].flatMap(([row, i]) => {
      const end = ends.get(row);
      if (!end || end.getAttribute("x") > left) return [];
      const wide = pinWidth / scale;
      const place = { x: left, y: spots[i][1] - SEAT / 2 - 5, width: wide, height: SEAT + 10 };
      const text = svg("text", { class: "pin", x: left + wide / 2, y: spots[i][1] }, end.textContent);
      return [svg("rect", { class: "pin-back", ...place }), text];
    }),
  );
}
let waiting = 0;
const later = () => {
  waiting = 0;
  number();
};
house.addEventListener("scroll", () => (waiting ||= requestAnimationFrame(later)));

// Taps and keys
plan.addEventListener("click", (event) => {
  if (seatSize() < least) return zoomTo(readable(least * 1.3), event.clientX, event.clientY);
  const i = seats.indexOf(event.target);
  if (i < 0) return;
  focus(i, false);
  toggle(i);
});
function focus(i, move = true) {
  seats[i].focus({ preventScroll: !move });
  if (move) seats[i].scrollIntoView({ block: "nearest", inline: "nearest" });
}
const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
function nearest([dx, dy]) {
  const [x, y] = spots[here];
  let [best, least] = [here, Infinity];
  spots.forEach(([sx, sy], i) => {
    const along = (sx - x) * dx + (sy - y) * dy;
    const aside = Math.abs((sx - x) * dy) + Math.abs((sy - y) * dx);
    const cost = along + aside * 3;
    if (along > 8 && aside < along * 2 + 30 && cost < least) [best, least] = [i, cost];
  });
  return best;
}
// Keys are of the seat with the focus, a screen reader's too. Heard on the SVG, Tab would stop at its whole.
house.addEventListener("focusin", ({ target }) => {
  if (!seats.includes(target)) return;
  seats[here].tabIndex = -1;
  here = seats.indexOf(target);
  target.tabIndex = 0;
});
plan.addEventListener("keydown", (event) => {
  if (ways[event.key]) focus(nearest(ways[event.key]));
  else if (event.key === " " || event.key === "Enter") toggle(here);
  else return;
  event.preventDefault();
});

seats.forEach((seat, i) => {
  seat.dataset.i = i;
  seat.tabIndex = -1;
  const zone = zones.get(seat.dataset.zone);
  if (zone && !within) seat.setAttribute("aria-label", `${names[i]} ${zone} ${money(priced([i])[0])}`);
});
seats[here].tabIndex = 0;
addEventListener("resize", () => zoomTo(zoom));
house.style.aspectRatio = `${width} / ${height}`;
await poll();
const again = new Set(map.dataset.picked.split(" "));
seats.forEach((seat, i) => again.has(seat.dataset.code) && open(i) && toggle(i));
setTimeout(watch, 2000);
