"""Setting hours of the week and special days, closing spaces and opening them again."""
