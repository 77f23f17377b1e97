"""The HTTP interface of alerts."""

from services.alerts.api.routes import LINKS, router

__all__ = ["LINKS", "router"]
