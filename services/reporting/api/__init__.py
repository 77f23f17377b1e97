"""The HTTP interface of reporting."""

from services.reporting.api.routes import LINKS, router

__all__ = ["LINKS", "router"]
