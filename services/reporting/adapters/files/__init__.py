"""Reports as files: one file for each format and one line here."""

from services.reporting.adapters.files.mail import eml
from services.reporting.adapters.files.pictures import png, svg
from services.reporting.adapters.files.plain import csv_bytes, json_bytes, parquet_bytes
from services.reporting.adapters.files.tables import WRITE
from services.reporting.adapters.files.workbook import xlsx
from services.reporting.ports import Render

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RENDER: dict[str, Render] = {
    "csv": csv_bytes,
    "json": json_bytes,
    "parquet": parquet_bytes,
    "xlsx": xlsx,
    "svg": svg,
    "png": png,
    "eml": eml,
}
MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": XLSX,
    "svg": "image/svg+xml",
    "png": "image/png",
    "eml": "message/rfc822",
    "zip": "application/zip",
    "ndjson": "application/x-ndjson",
}

__all__ = ["MEDIA", "RENDER", "WRITE"]
