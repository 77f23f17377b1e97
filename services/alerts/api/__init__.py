"""The HTTP interface of alerts."""

from services.alerts.api.routes import router

__all__ = ["router"]
