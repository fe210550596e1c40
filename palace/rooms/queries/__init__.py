"""What is free and taken, and what holds for whom; never writes."""
