"""One suite a file; each has `run(trial)`."""
