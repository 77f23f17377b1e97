"""The rules of a record's life, as values in and decisions out: no clock, no store, no chance."""
