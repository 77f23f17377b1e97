"""Mews Connector: POST everywhere with tokens in the body, hints by the hundred, charges found by our identifier."""
