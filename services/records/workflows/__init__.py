"""The two workflows, as data, and the hotel rules a chain starts with."""

from services.records.domain.catalogue import Catalogue
from services.records.workflows import guest_experience, upsell
from services.records.workflows.default_rules import DEFAULTS

CATALOGUE = Catalogue((guest_experience.WORKFLOW, upsell.WORKFLOW), DEFAULTS)
