// Marking seats by rows: a whole row stands for its seats, which then need no mark of their own.
for (const row of document.querySelectorAll(".marks")) {
  const whole = row.querySelector("[name=rows]");
  const seats = [...row.querySelectorAll("[name=seats]")];
  const follow = () => {
    for (const seat of seats) seat.disabled = whole.checked;
  };
  whole.addEventListener("change", follow);
  follow();
}
