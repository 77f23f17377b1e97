"""The formats there are. Drawing and packing take libraries of 50 MB: only a press loads them (`__main__.py`)."""

from collections.abc import Callable, Sequence

from services.reporting.adapters.files.mail import eml
from services.reporting.adapters.files.parquet import parquet_bytes
from services.reporting.adapters.files.pictures import png, svg
from services.reporting.adapters.files.plain import csv_bytes, json_bytes
from services.reporting.adapters.files.tables import Days, as_csv, as_json, as_parquet
from services.reporting.adapters.files.workbook import xlsx
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.reports.rows import Column

RENDER: dict[str, Callable[[Report, Question, Sequence[Figure], str | None], bytes]] = {
    "csv": csv_bytes,
    "json": json_bytes,
    "parquet": parquet_bytes,
    "xlsx": xlsx,
    "svg": svg,
    "png": png,
    "eml": eml,
}
WRITE: dict[str, Callable[[Sequence[Column], Days, str], bytes]] = {"csv": as_csv, "json": as_json, "zip": as_parquet}
