"""`bellboard drill`: lose a whole house and put it back, and see whether its books are what they were."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bellboard.screen import out, say, table
from deploy.backup.drill import Drill

Where = Annotated[Path | None, typer.Option(help="Keep everything in this folder; it must not exist.")]


def run(folder: Where = None) -> None:
    """Back a working house up, lose its database and its broker, put it back and compare; exit code 1 when it differs.

    On an embedded stack of its own: it touches nothing that runs.
    """
    with tempfile.TemporaryDirectory(prefix="bellboard-drill-", ignore_cleanup_errors=True) as temporary:
        drill = Drill(folder or Path(temporary) / "house", say)
        asyncio.run(drill.run())
    shown = table("The drill", "", "what", "looked at", "wrong")
    for what, faults, figure in drill.checks:
        shown.add_row("[red]✗[/]" if faults else "[green]✓[/]", what, figure, "; ".join(faults[:3]))
    out.print(shown)
    out.print(f"Backup {drill.took['backup']:.1f} s, putting back {drill.took['restore']:.1f} s", style="dim")
    raise typer.Exit(0 if drill.kept else 1)
