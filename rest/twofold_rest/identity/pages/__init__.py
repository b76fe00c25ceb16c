"""Pages that the server renders, for people in a browser; they need no script."""
