"""Unit tests of the integrations service."""
