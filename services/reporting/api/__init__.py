"""The HTTP interface of reporting."""

from services.reporting.api.routes import router

__all__ = ["router"]
