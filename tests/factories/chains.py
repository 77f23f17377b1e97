"""A small chain for tests: two hotels and one account per role that matters."""

from typing import Any

PASSWORD = "the night porter knows"


def person(login: str, role: str, **more: Any) -> dict[str, Any]:
    """A person of a seed file, with the password of all."""
    return {
        "login": login,
        "password": PASSWORD,
        "display_name": login.title(),
        "roles": [role],
        "departments": ["front_office"],
        "properties": ["city"],
        "languages": ["en", "pt"],
        "shifts": [{"days": [0, 1, 2, 3, 4], "start": "23:00", "end": "07:00"}],
    } | more


def chain_seed(chain: str = "atlantic") -> dict[str, Any]:
    """A seed file of a chain with a city and a resort hotel."""
    return {
        "chain": {"id": chain, "name": "Atlantic Hotels"},
        "properties": [
            {"id": "city", "name": "City Hotel", "zone": "Europe/Lisbon", "currency": "EUR", "rooms": 200},
            {"id": "resort", "name": "Resort Hotel", "zone": "Europe/Lisbon", "currency": "EUR", "rooms": 180},
        ],
        "staff": [
            person("ana", "associate"),
            person("rui", "supervisor"),
            person("olga", "chain_admin", properties=None, departments=[]),
            person("ines", "auditor", properties=None, departments=[]),
        ],
    }
