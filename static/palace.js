// Small things every page may use; each works without.
const qr = document.getElementById("my-qr");
if (qr) {
  const renew = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(qr.dataset.src);
      if (answer.ok) qr.innerHTML = await answer.text();
    } catch {
      // without a network the last code stays; the counter can still find the person
    }
  };
  setInterval(renew, 60000);
  document.addEventListener("visibilitychange", renew); // a phone that slept missed its minutes
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard?.writeText(field.value);
    button.textContent = button.dataset.done;
  });
}

for (const button of document.querySelectorAll(".counter [data-by]")) {
  const field = button.parentNode.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => {
    const wanted = (Number(field.value) || 0) + Number(button.dataset.by);
    field.value = Math.max(0, Math.min(wanted, Number(field.dataset.most)));
  });
}

const whole = document.querySelector("[data-whole]");
whole?.addEventListener("input", () => {
  if (whole.value.replace(/\s/g, "").length === Number(whole.dataset.whole)) whole.form.requestSubmit();
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

// what a phone could not send yet goes with its sign-in: a roll is not lost without a word
document.querySelector("[data-leaving]")?.addEventListener("submit", (event) => {
  const kept = Object.keys(localStorage).some((name) => name.startsWith("roll:"));
  if (kept && !confirm(event.currentTarget.dataset.leaving)) event.preventDefault();
});

const reading = document.getElementById("import");
if (reading) {
  const shown = JSON.stringify([reading.dataset.state, Number(reading.dataset.read)]);
  setInterval(async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "application/json" } });
      const { state, read } = await answer.json();
      if (JSON.stringify([state, read]) !== shown) location.reload();
    } catch {
      // the next try may find the network again
    }
  }, 2000);
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
