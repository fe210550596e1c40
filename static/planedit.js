// A plan to look at or to work on: zoom; with a form around it also choosing by tap, frame, keys and rows.
const map = document.getElementById("drawing");
const house = map.querySelector(".house");
const plan = house.querySelector(".plan");
const seats = [...plan.querySelectorAll("rect[role=checkbox]")];
const [, , width, height] = plan.getAttribute("viewBox").split(" ").map(Number);
const SEAT = 50;
const MOST = 72;
let zoom = 1;

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
}
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
addEventListener("resize", () => zoomTo(zoom));
house.style.aspectRatio = `${width} / ${height}`;
if (map.dataset.edit) edit();

function edit() {
  const words = JSON.parse(map.dataset.words);
  const form = document.getElementById("change");
  const codes = form.elements.seats;
  const parts = [...form.querySelectorAll("[name=parts]")];
  const live = document.getElementById("live");
  const frameButton = map.querySelector("[data-frame]");
  const index = new Map(seats.map((seat, i) => [seat.dataset.code, i]));
  const spots = seats.map((seat) => seat.getAttribute("transform").match(/-?[\d.]+/g).slice(0, 2).map(Number));
  const chosen = new Set();
  const least = map.dataset.large === "1" ? 44 : 24;
  let here = 0;
  let framing = false;
  let drag = null;

  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  function mark(i, on) {
    if (on) chosen.add(i);
    else chosen.delete(i);
    seats[i].setAttribute("aria-checked", on);
  }
  function settle(last) {
    codes.value = [...chosen].sort((a, b) => a - b).map((i) => seats[i].dataset.code).join(" ");
    for (const part of parts) {
      let [all, some] = [true, false];
      for (let i = Number(part.dataset.first); i <= Number(part.dataset.last); i += 1) {
        if (chosen.has(i)) some = true;
        else all = false;
      }
      part.checked = all;
      part.indeterminate = some && !all;
    }
    const count = fill(words.count, { count: chosen.size });
    live.textContent = last === undefined ? count : `${count} · ${seats[last].getAttribute("aria-label")}`;
  }
  parts.forEach((part) =>
    part.addEventListener("change", () => {
      for (let i = Number(part.dataset.first); i <= Number(part.dataset.last); i += 1) mark(i, part.checked);
      settle();
    }),
  );
  codes.addEventListener("change", () => {
    const wanted = codes.value.split(/[\s,，、]+/);
    const unknown = wanted.filter((code) => code && !index.has(code));
    seats.forEach((_, i) => mark(i, false));
    wanted.forEach((code) => index.has(code) && mark(index.get(code), true));
    settle();
    if (unknown.length) codes.value = `${codes.value} ${unknown.join(" ")}`.trim();
  });
  // What is drawn is what is sent: the rows ticked are among the seats already.
  form.addEventListener("submit", () => parts.forEach((part) => (part.disabled = true)));
  addEventListener("pageshow", () => parts.forEach((part) => (part.disabled = false)));

  function focus(i, move = true) {
    seats[here].tabIndex = -1;
    here = i;
    seats[i].tabIndex = 0;
    seats[i].focus({ preventScroll: !move });
    if (move) seats[i].scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  plan.addEventListener("click", (event) => {
    if (framing || drag?.moved) return;
    const i = seats.indexOf(event.target);
    if (event.pointerType === "touch" && seatSize() < least) {
      zoomTo((zoom * least * 1.3) / seatSize(), event.clientX, event.clientY);
      return;
    }
    if (i < 0) return;
    focus(i, false);
    mark(i, !chosen.has(i));
    settle(i);
  });

  // A frame: drag with the mouse, or with a finger after "框选"
  const point = ({ clientX, clientY }) => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(plan.getScreenCTM().inverse());
    return [at.x, at.y];
  };
  const frame = document.createElementNS(plan.namespaceURI, "rect");
  frame.setAttribute("class", "frame");
  function drawFrame([x, y]) {
    const [fx, fy] = drag.from;
    const place = { x: Math.min(x, fx), y: Math.min(y, fy), width: Math.abs(x - fx), height: Math.abs(y - fy) };
    for (const [name, value] of Object.entries(place)) frame.setAttribute(name, value);
    return place;
  }
  house.addEventListener("pointerdown", (event) => {
    drag = null;
    if (event.button || (event.pointerType === "touch" && !framing)) return;
    drag = { from: point(event), id: event.pointerId, x: event.clientX, y: event.clientY, moved: false };
  });
  house.addEventListener("pointermove", (event) => {
    if (!drag || drag.done || event.pointerId !== drag.id) return;
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    if (!drag.moved) {
      drag.moved = true;
      house.setPointerCapture(drag.id);
      plan.append(frame);
    }
    drawFrame(point(event));
  });
  house.addEventListener("pointerup", (event) => {
    if (!drag?.moved || drag.done) return;
    const { x, y, width: w, height: h } = drawFrame(point(event));
    frame.remove();
    drag.done = true;
    const inside = spots.flatMap(([sx, sy], i) => (sx >= x && sx <= x + w && sy >= y && sy <= y + h ? [i] : []));
    const on = inside.some((i) => !chosen.has(i));
    inside.forEach((i) => mark(i, on));
    settle();
  });
  house.addEventListener("pointercancel", () => {
    frame.remove();
    drag = null;
  });
  frameButton.addEventListener("click", () => {
    framing = !framing;
    frameButton.setAttribute("aria-pressed", framing);
    house.classList.toggle("framing", framing);
  });

  // Keys: arrows walk, space chooses, with Shift everything walked over is chosen
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function nearest([dx, dy]) {
    const [x, y] = spots[here];
    let best = here;
    let lowest = Infinity;
    spots.forEach(([sx, sy], i) => {
      const along = (sx - x) * dx + (sy - y) * dy;
      const aside = Math.abs((sx - x) * dy) + Math.abs((sy - y) * dx);
      const cost = along + aside * 3;
      if (along > 8 && aside < along * 2 + 30 && cost < lowest) [best, lowest] = [i, cost];
    });
    return best;
  }
  plan.addEventListener("keydown", (event) => {
    if (ways[event.key]) {
      if (event.shiftKey) mark(here, true);
      focus(nearest(ways[event.key]));
      if (event.shiftKey) mark(here, true);
      settle(here);
    } else if (event.key === " " || event.key === "Enter") {
      mark(here, !chosen.has(here));
      settle(here);
    } else return;
    event.preventDefault();
  });

  seats.forEach((seat) => (seat.tabIndex = -1));
  seats[0].tabIndex = 0;
  codes.dispatchEvent(new Event("change"));
  parts.filter((part) => part.defaultChecked).forEach((part) => {
    part.checked = true;
    part.dispatchEvent(new Event("change"));
  });
}
