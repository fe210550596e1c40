"""What the palace costs on this machine, beside what its database could do at best: `make bench`."""
