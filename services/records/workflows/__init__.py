"""The workflows that come with Bellboard, as data."""

from services.records.domain.catalogue import Catalogue
from services.records.workflows import guest_experience, upsell

CATALOGUE = Catalogue((guest_experience.WORKFLOW, upsell.WORKFLOW))
