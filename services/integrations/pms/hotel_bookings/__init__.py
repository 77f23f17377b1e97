"""The Hotel Booking Demand format as a PMS: file import, generic webhook, generated stand-in and day-long feed."""
