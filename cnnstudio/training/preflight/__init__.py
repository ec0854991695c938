"""One check a file; each is quick, works on copies, and says what it found with a way to mend it."""
