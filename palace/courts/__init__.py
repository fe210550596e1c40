"""Courts and tables that members take by the hour: which are free, one taken in two taps."""
