"""Versions of hotel rules that are in force already, for tests that are about something else."""

import datetime as dt

from services.records.domain.rulebook import RuleVersion, VersionState
from services.records.domain.rules import PropertyRules
from shared.contracts.proposals import bound
from tests.fakes.records import FakeDatabase

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def in_force_since_long(place: str, rules: PropertyRules, version: int = 2) -> RuleVersion:
    """A version that two people agreed on long ago."""
    return RuleVersion(
        place=place,
        version=version,
        base=version - 1,
        rules=rules,
        digest=bound(place, version, version - 1, rules.model_dump(mode="json", exclude_none=True), None),
        state=VersionState.APPROVED,
        proposed_by="manager-1",
        proposed_at=LONG_AGO,
        decided_by="manager-2",
        decided_at=LONG_AGO,
        starts_at=LONG_AGO,
        seq=2 * (version - 1),
    )


def put_in_force(database: FakeDatabase, place: str, rules: PropertyRules, version: int = 2) -> None:
    """Rules of a place in the fake store."""
    database.tables.rules[place, version] = in_force_since_long(place, rules, version)
