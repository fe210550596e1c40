"""The ledger of places that were booked and stayed empty (预约了没来), and what follows from it."""
