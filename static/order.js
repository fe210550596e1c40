// An open order notices when its seats are let go; a phone that slept looks when it wakes.
const left = Number(document.querySelector("[data-left]").dataset.left);
const due = Date.now() + (left + 1) * 1000;
const LONGEST = 3600_000;
const look = () => {
  if (left <= 0) return;
  if (Date.now() >= due && navigator.onLine) location.reload();
  else setTimeout(look, Math.min(Math.max(due - Date.now(), 5000), LONGEST));
};
look();
document.addEventListener("visibilitychange", look);
