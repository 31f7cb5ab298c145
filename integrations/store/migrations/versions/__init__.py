"""One file a revision, oldest r0001; a released one is never edited."""
