"""Reports and tables as files: one module for each format and one line in `formats.py`."""
