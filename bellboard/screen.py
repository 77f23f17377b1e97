"""What the commands show: the terminal, its tables and its complaints."""

from rich.console import Console
from rich.table import Table

out = Console()
_err = Console(stderr=True, soft_wrap=True)


def say(sentence: str) -> None:
    """Tell what goes on, one line."""
    out.print(sentence, style="dim", highlight=False, soft_wrap=True, markup=False)


def complain(sentence: str) -> None:
    """Tell what went wrong, one sentence on stderr."""
    _err.print(sentence, style="bold red", highlight=False, markup=False)


def table(title: str, *columns: str) -> Table:
    """An empty table in the house's look."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made
