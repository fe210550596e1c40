"""初审、终审: what people write for the public becomes public once others have passed it."""
