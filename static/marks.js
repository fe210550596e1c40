// Marking seats by rows, beside the drawing, which has those that were marked when the page comes back.
for (const mark of document.querySelectorAll("#pick .marks [name=seats]:checked")) mark.checked = false;

// A whole row stands for its seats, which then need no mark of their own.
for (const row of document.querySelectorAll(".marks")) {
  const whole = row.querySelector("[name=rows]");
  const seats = [...row.querySelectorAll("[name=seats]")];
  const follow = () => {
    for (const seat of seats) seat.disabled = whole.checked;
  };
  whole.addEventListener("change", follow);
  follow();
}
