"""What the palace keeps of a person: shown, taken along, erased, and erased again after a restore."""
