"""What two commands bring to a fresh machine; standard library only, as nothing is installed yet."""
