"""What the records service is told by its environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings, and those of the boards on paper that are written for when nothing else answers."""

    service: Literal["records"] = "records"
    paper_every_minutes: int = Field(default=60, ge=0, le=1440, description="How often a sheet is written; 0: never")
    paper_days: int = Field(default=7, ge=1, le=400, description="How long sheets are kept")
    paper_dir: Path | None = Field(default=None, description="Where sheets are kept; default: `paper` in data_dir")
    paper_languages: dict[str, str] = Field(
        default_factory=dict, description="A hotel's language by its id; else what most of its people speak first"
    )

    @property
    def sheets(self) -> Path:
        """The folder of the sheets."""
        return self.paper_dir or self.data_dir / "paper"
