// The door without a page turn: a scanner types, a verdict is shown and sounded. All of it works without.
const form = document.getElementById("scan");
const field = document.getElementById("code");
const gate = document.getElementById("gate");
const panel = document.getElementById("verdict");
const recent = document.getElementById("recent");
const BURST_MS = 50;
const TICKET_LENGTH = 133; // of palace/tickets/tokens.py
const MOST_RECENT = 10;
const LOOK_MS = 5000;
const PATIENCE_MS = 8000;
const SILENT = "door-silent";
const GATE = `door-gate:${form.action}`;
const SOUNDS = {
  admitted: [[880, 0, 0.14]],
  already: [[520, 0, 0.16], [520, 0.24, 0.16]],
  refused: [[180, 0, 0.28], [180, 0.36, 0.28], [180, 0.72, 0.28]],
};

// sound: one high note, two middle ones, three low ones
const sound = document.getElementById("sound");
const isSilent = () => localStorage.getItem(SILENT) === "1";
const showSound = () => sound.setAttribute("aria-pressed", String(!isSilent()));
let ears = null;
const play = (verdict) => {
  if (isSilent() || !window.AudioContext) return;
  ears ??= new AudioContext();
  for (const [pitch, start, length] of SOUNDS[verdict] ?? []) {
    const note = ears.createOscillator();
    const volume = ears.createGain();
    note.frequency.value = pitch;
    note.type = verdict === "refused" ? "square" : "sine";
    volume.gain.value = 0.4;
    note.connect(volume).connect(ears.destination);
    note.start(ears.currentTime + start);
    note.stop(ears.currentTime + start + length);
  }
};
sound.hidden = false;
showSound();
sound.addEventListener("click", () => {
  localStorage.setItem(SILENT, isSilent() ? "0" : "1");
  showSound();
  field.focus();
});

// the gate is chosen once
const kept = localStorage.getItem(GATE);
if (panel.className === "verdict" && [...gate.options].some((one) => one.value === kept)) {
  gate.value = kept;
}
gate.addEventListener("change", () => {
  localStorage.setItem(GATE, gate.value);
  field.focus();
});

const show = (verdict, told) => {
  for (const place of panel.querySelectorAll("[data-told]")) {
    place.textContent = told[place.dataset.told] ?? "";
  }
  panel.className = `verdict ${verdict}`;
  play(verdict);
};
const list = (verdict, told) => {
  const line = document.createElement("li");
  const parts = [
    ["span", new Date().toTimeString().slice(0, 5)],
    ["strong", told.verdict],
    ["span", verdict === "admitted" ? (told.seat ?? told.words) : [told.seat, told.words].filter(Boolean).join(" · ")],
    ["span", verdict === "admitted" ? gate.selectedOptions[0].textContent : ""],
  ];
  for (const [kind, words] of parts) {
    const part = document.createElement(kind);
    part.textContent = words;
    line.append(part, " ");
  }
  line.className = verdict;
  recent.prepend(line);
  while (recent.children.length > MOST_RECENT) recent.lastChild.remove();
};

// How many are in, by all doors together: after each verdict and while nobody comes here. The
// last question counts, whichever answer comes last.
let looks = 0;
const look = async () => {
  if (document.hidden) return;
  const mine = ++looks;
  try {
    const answer = await fetch(form.dataset.look, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { admitted, sold } = await answer.json();
    if (mine !== looks) return;
    document.getElementById("admitted").textContent = admitted;
    document.getElementById("sold").textContent = sold;
  } catch {
    // without a network the last figures stay
  }
};
setInterval(look, LOOK_MS);
document.addEventListener("visibilitychange", look);

// one after the other, in the order they were scanned
const check = async (code) => {
  const sent = new FormData(form);
  sent.set("code", code);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: sent,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const said = await answer.json();
    const told = said.told ?? { verdict: form.dataset.refused, words: said.title };
    const verdict = said.verdict ?? "refused";
    show(verdict, told);
    if (verdict !== "asked") list(verdict, told);
    else if (!field.value) field.value = code;
    look();
  } catch {
    show("refused", { verdict: form.dataset.refused, words: form.dataset.away });
  }
};
let queue = Promise.resolve();
const take = (code) => {
  field.value = "";
  if (code) queue = queue.then(() => check(code)).catch(() => {});
};
form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  take(field.value.slice(-TICKET_LENGTH));
  field.focus();
});

// A Chinese input method swallows a scanner's letters; the keys themselves still say what
// was typed. Digits that wait in the field for four more are no part of the next ticket either,
// nor of one that a slow scanner types with pauses: of the field the last ticket counts.
let burst = "";
let last = 0;
const LETTER = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/;
document.addEventListener(
  "keydown",
  (pressed) => {
    if (pressed.timeStamp - last > BURST_MS) burst = "";
    last = pressed.timeStamp;
    const letter = LETTER.exec(pressed.code);
    if (letter) burst += letter[1] ?? letter[2];
    if (!/^(Numpad)?Enter$/.test(pressed.code)) return;
    const code = burst;
    burst = "";
    if (code.length !== TICKET_LENGTH) return; // typed: the field has it
    pressed.preventDefault();
    pressed.stopPropagation();
    field.blur(); // ends what the input method was composing
    take(code);
    field.focus();
  },
  true,
);
document.addEventListener("click", (clicked) => {
  if (!clicked.target.closest("a, button, select, input, summary, label")) field.focus();
});

field.focus();
