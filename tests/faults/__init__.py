"""Faults: real processes die, freeze and lose their network while people work, and nothing is lost or doubled."""
