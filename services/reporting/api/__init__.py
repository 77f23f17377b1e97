"""The HTTP interface of reporting."""

from services.reporting.api.files import router as files
from services.reporting.api.routes import LINKS, router
from services.reporting.api.schedules import router as schedules
from services.reporting.api.spots import router as spots

__all__ = ["LINKS", "files", "router", "schedules", "spots"]
