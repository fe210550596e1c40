// The timetable: half-hours of one room chosen by mouse, by two taps or by keys. Every free one is a link without it.
const table = document.querySelector("[data-timetable]");
const bar = document.getElementById("chosen");
const words = JSON.parse(bar?.dataset.words ?? "{}");
const go = bar?.querySelector("a");
const told = bar?.querySelector("p");
const down = table?.dataset.timetable === "down";
const HALF = 30;

// A lane is a room on a day: its free pieces by the minute they begin at, as their addresses say.
const lanes = new Map();
const spots = new Map();
for (const link of table?.querySelectorAll("td > a") ?? []) {
  const [day, clock] = new URL(link.href).searchParams.get("starts").split("T");
  const [hours, minutes] = clock.split(":").map(Number);
  const key = `${link.pathname} ${day}`;
  const cell = link.parentNode;
  const lane = lanes.get(key) ?? lanes.set(key, []).get(key);
  const spot = { link, lane, clock, at: hours * 60 + minutes, long: HALF * (down ? cell.rowSpan : cell.colSpan) };
  lane.push(spot);
  spots.set(link, spot);
}
const order = [...lanes.values()];
let [first, last, dragging, dragged, open] = [null, null, false, false, false];

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
function length(minutes) {
  if (minutes % 60 === 0) return fill(words.hours, { count: minutes / 60 });
  return minutes > 60 ? fill(words.hours, { count: minutes / 60 }) : fill(words.minutes, { count: minutes });
}

// The run from one piece to another of its lane, as far as everything between is free.
function run(from, to) {
  const step = to.at < from.at ? -1 : 1;
  const found = [from];
  for (let i = from.lane.indexOf(from); from.lane[i] !== to; i += step) {
    const [here, next] = [from.lane[i], from.lane[i + step]];
    const touch = step > 0 ? here.at + here.long === next.at : next.at + next.long === here.at;
    if (!touch) break;
    found.push(next);
  }
  return step > 0 ? found : found.reverse();
}
function choose(from, to) {
  for (const link of table.querySelectorAll("[aria-current]:not(th)")) link.removeAttribute("aria-current");
  [first, last] = [from, to];
  const those = run(from, to);
  for (const { link } of those) link.setAttribute("aria-current", "true");
  const [start, end] = [those[0], those.at(-1)];
  const minutes = end.at + end.long - start.at;
  const name = start.link.getAttribute("aria-label").split(start.clock)[0].trim();
  told.textContent = fill(words.chosen, { name, from: start.clock, to: clock(start.at + minutes), length: length(minutes) });
  const address = new URL(start.link.href);
  address.searchParams.set("minutes", minutes);
  go.href = address;
  go.hidden = false;
}

// One tap stop for the whole table; the arrows go on from there.
function focus(spot) {
  for (const { link } of spots.values()) link.tabIndex = -1;
  spot.link.tabIndex = 0;
}
const beside = (spot, by) => spot.lane[spot.lane.indexOf(spot) + by];
function other(spot, by) {
  for (let i = order.indexOf(spot.lane) + by; order[i]; i += by) {
    return order[i].reduce((best, one) => (Math.abs(one.at - spot.at) < Math.abs(best.at - spot.at) ? one : best));
  }
}
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
function key(event) {
  const spot = spots.get(event.target.closest("td > a"));
  if (!spot || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = KEYS[event.key];
  if (arrow) {
    const [time, lane] = down ? [arrow[1], arrow[0]] : arrow;
    const next = time ? beside(spot, time) : other(spot, lane);
    event.preventDefault();
    if (!next) return;
    if (event.shiftKey && time) choose(first?.lane === spot.lane && last === spot ? first : spot, next);
    focus(next);
    next.link.focus();
  } else if (event.key === " ") {
    event.preventDefault();
    tap(spot);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (!first || !run(first, last).includes(spot)) choose(spot, spot);
    go.click();
  }
}
function tap(spot) {
  const ends = open && first.lane === spot.lane;
  choose(ends ? first : spot, spot);
  open = !ends;
  focus(spot);
}

// The hour somebody usually comes at stands beside the names, where not all hours fit on the screen.
const usual = [...(table?.querySelectorAll("thead th") ?? [])].find((head) => head.textContent.slice(0, 2) === table.dataset.from?.slice(0, 2));
if (usual) table.parentNode.scrollLeft = usual.offsetLeft - table.querySelector("th").offsetWidth;

if (table && bar && spots.size) {
  const at = (event) => spots.get(event.target.closest?.("td > a"));
  const plain = (event) => event.pointerType === "mouse" && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
  table.addEventListener("dragstart", (event) => event.preventDefault());
  table.addEventListener("pointerdown", (event) => {
    const spot = at(event);
    [dragging, dragged] = [spot && plain(event) ? spot : null, false];
  });
  table.addEventListener("pointermove", (event) => {
    const spot = at(event);
    if (!dragging || !spot || spot.lane !== dragging.lane || (spot === dragging && !dragged)) return;
    [dragged, open] = [true, false];
    choose(dragging, spot);
  });
  addEventListener("pointerup", () => (dragging = null));
  table.addEventListener("click", (event) => {
    const spot = at(event);
    if (!spot || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!dragged) tap(spot);
    dragged = false;
  });
  table.addEventListener("keydown", key);
  focus(order[0][0]);
}
