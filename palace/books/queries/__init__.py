"""What is invoiced, the lists of money, what waits for finance; never writes."""
