"""Cloudbeds: one event a request within 2 s, an API key, writes as forms, answers that say `success` themselves."""
