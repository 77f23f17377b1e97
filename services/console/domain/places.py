"""The places of the console: at most seven, and what a role must be granted somewhere to see each."""

from dataclasses import dataclass

from services.console.domain.tongue import mark


@dataclass(frozen=True)
class Place:
    """One place. `needs` are (action, kind) of the policy, any of which opens it; none: open to everybody."""

    code: str
    title: str
    address: str
    icon: str
    needs: tuple[tuple[str, str], ...] = ()


PLACES = (
    Place("board", mark("Board"), "/", "board"),
    Place("stays", mark("Stays"), "/stays", "stays", (("read", "stay"),)),
    Place("waiting", mark("Approvals"), "/waiting", "decide"),
    Place("offers", mark("Offers"), "/offers", "offers", (("read", "offer"),)),
    Place("reports", mark("Reports"), "/day", "day", (("read", "report"),)),
    Place("handover", mark("Handover"), "/handovers", "handover", (("read", "handover"),)),
    Place(
        "admin",
        mark("Admin"),
        "/admin",
        "admin",
        (
            ("manage", "rules"),
            ("read", "policy"),
            ("read", "audit"),
            ("read", "service_account"),
            ("approve_swap", "staff"),
            ("erase", "guest"),
            ("status", "operations"),
        ),
    ),
)
