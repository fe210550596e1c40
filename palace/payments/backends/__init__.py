"""Who takes money: one interface, the counter, and providers; a payment stores which."""
