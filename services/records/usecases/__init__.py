"""What records do: carry out commands, open from triggers, answer questions."""
