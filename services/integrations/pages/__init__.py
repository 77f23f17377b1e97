"""Pages for guests: one small file of HTML, no script, readable on anything."""
