// The screen at a door: renewed every few seconds in its place, so that nothing flickers. Without, the page reloads itself.
const main = document.getElementById("main");
const EVERY = 5000;
const PATIENCE = 30000; // a code counts for half a minute at least
let seen = Date.now();

const renew = async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY) });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.replaceChildren(...page.getElementById("main").children);
    seen = Date.now();
  } catch {
    const away = main.querySelector("[data-away]");
    if (away && Date.now() - seen > PATIENCE) away.textContent = away.dataset.away;
  }
};
setInterval(renew, EVERY);
document.addEventListener("visibilitychange", () => document.hidden || renew());
