"""Oracle OHIP: no webhooks; a stream of events with offsets, or a queue that is emptied by reading it."""
