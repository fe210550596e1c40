"""Pictures people upload: made anew in two bounded sizes, kept by their content."""
