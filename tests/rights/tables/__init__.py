"""Every route of every service, with the permission it needs: a route that is not here fails the tests."""

from tests.rights.rows import Row
from tests.rights.tables import alerts, auth, console, every, integrations, records, reporting

TABLES: dict[str, tuple[Row, ...]] = {
    "alerts": (*alerts.ROWS, *every.ROWS),
    "auth": (*auth.ROWS, *every.ROWS),
    "console": (*console.ROWS, *every.ROWS),
    "integrations": (*integrations.ROWS, *every.ROWS),
    "records": (*records.ROWS, *every.ROWS),
    "reporting": (*reporting.ROWS, *every.ROWS),
}
