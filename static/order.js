// An open order notices when its seats are let go; a phone that slept looks when it wakes.
const due = Date.now() + (Math.max(0, Number(document.querySelector("[data-left]").dataset.left)) + 1) * 1000;
const look = () => Date.now() >= due && navigator.onLine && location.reload();
setTimeout(look, due - Date.now());
document.addEventListener("visibilitychange", look);
