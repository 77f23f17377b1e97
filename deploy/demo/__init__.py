"""A hotel day on the embedded stack: two hotels, their guests and their staff, and the promises checked at its end."""
