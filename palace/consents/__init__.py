"""What people are told of their data, in versions, and who agreed to which of them when."""
