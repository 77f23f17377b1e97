"""What the console shows: cards, clocks, sentences and pictures, as pure values."""
