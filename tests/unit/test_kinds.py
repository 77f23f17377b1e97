"""The names of kinds that contracts know are those of the workflows, no more and no less."""

from services.records.workflows import CATALOGUE
from shared.contracts.kinds import RECORD_KINDS
from shared.contracts.policy import OF_THOSE_IN_CHARGE


def test_contracts_name_the_kinds_of_the_workflows() -> None:
    assert set(CATALOGUE.kinds) == RECORD_KINDS
    assert set(OF_THOSE_IN_CHARGE) <= RECORD_KINDS
