"""Integrations' own collections, one store per noun; the only part of the service that speaks to the database."""
