"""The hotels of a chain side by side, their money in one currency at rates that are stated."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.question import Asked, Behind, Figure, Report
from services.reporting.domain.tally import Tally
from services.reporting.reports.completion_time import WORKED
from services.reporting.reports.hotel import HOTEL
from services.reporting.reports.money import POSTED
from shared.contracts.identity import DataClass
from shared.contracts.values import minor_digits


def figures(asked: Asked) -> list[Figure]:
    """By property: closes, share in time, median and 90th percentile, exceptions, score, money posted by kind."""
    found = [one for property_id, tallies in sorted(asked.by_property.items()) for one in _of(property_id, tallies)]
    rates, currency = asked.around.rates, asked.around.currency
    if currency is None:
        return found
    stated = [
        Figure(name="rate", labels={"currency": one, "to": currency}, value=None, unit=rate, note="stated")
        for one, rate in sorted(rates.items())
    ]
    money = [one for p, t in sorted(asked.by_property.items()) for one in _money(asked, p, t.get(HOTEL) or Tally())]
    return [*found, *stated, *money]


def _of(property_id: str, tallies: Mapping[str, Tally]) -> Iterator[Figure]:
    flow = runs = tallies.get(HOTEL) or Tally()
    labels = {"property": property_id}
    closed, in_time, scored = flow.get("closed"), flow.get("in_time"), flow.get("scored")
    late = Behind(family=HOTEL, measures=("late",))
    yield Figure(name="closed", labels=labels, value=closed, unit="closes", records=closed,
                 behind=Behind(family=HOTEL, measures=("closed",)))  # fmt: skip
    yield Figure(name="closed_in_time", labels=labels, value=round(in_time / closed, 4) if closed else None,
                 unit="share", records=closed - in_time, behind=late)  # fmt: skip
    for percent in (50, 90):
        at = runs.percentile(WORKED, percent)
        slow = Behind(family=HOTEL, scale=WORKED, least=at[1]) if at else None
        longer = sum(n for step, n in runs.steps(WORKED) if at and step >= at[1])
        yield Figure(name=f"worked_p{percent}", labels=labels, value=at[0] if at else None, unit="seconds",
                     records=longer, behind=slow)  # fmt: skip
    yield Figure(name="exceptions", labels=labels, value=flow.get("exceptions"), unit="exceptions",
                 records=flow.get("exceptions"), behind=Behind(family=HOTEL, measures=("exceptions",)))  # fmt: skip
    yield Figure(name="mean_score", labels=labels, value=round(flow.get("score") / scored, 2) if scored else None,
                 unit="score", records=scored, behind=Behind(family=HOTEL, measures=("scored",)))  # fmt: skip


def _money(asked: Asked, property_id: str, tally: Tally) -> Iterator[Figure]:
    """Posted money by kind, each currency's sum turned once and rounded once (half to even)."""
    currency = asked.around.currency
    assert currency is not None
    sums: dict[str, int | None] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for name, labels in tally.groups("currency", "kind"):
        groups[labels["kind"]].append(name)
        turned = converted(tally.get(POSTED, name), labels["currency"], currency, asked.around.rates)
        known = sums.get(labels["kind"], 0)
        sums[labels["kind"]] = None if turned is None or known is None else known + turned
    for kind, value in sorted(sums.items()):
        note = None if value is not None else "no_rate"
        lines = f"{POSTED}_lines"
        behind = Behind(family=HOTEL, group=groups[kind][0], groups=tuple(groups[kind][1:]), measures=(lines,))
        yield Figure(name="posted", labels={"property": property_id, "kind": kind}, value=value, note=note,
                     records=sum(tally.get(lines, one) for one in groups[kind]), behind=behind,
                     unit=f"{currency} minor units", data_class=DataClass.PAYMENT)  # fmt: skip


def converted(amount: int, currency: str, to: str, rates: Mapping[str, str]) -> int | None:
    """An amount of minor units in another currency's, by decimal arithmetic; None where no rate is stated."""
    if currency == to:
        return amount
    rate = rates.get(currency)
    if rate is None:
        return None
    shifted = Decimal(amount) * Decimal(rate) * Decimal(10) ** (minor_digits(to) - minor_digits(currency))
    return int(shifted.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def picture(found: Sequence[Figure]) -> Chart | None:
    """The share in time, by property."""
    some = [one for one in found if one.name == "closed_in_time"]
    return chart("Closed in time", "property", "share", [(one.labels["property"], one.value, None) for one in some])


COMPARISON = Report(
    name="comparison",
    figures=figures,
    apart=(HOTEL,),
    takes=("currency", "rates"),
    picture=picture,
)
