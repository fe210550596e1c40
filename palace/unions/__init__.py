"""The desk of a union's organiser (单位工会经办人): who waits for the unit's word, and its own figures."""
