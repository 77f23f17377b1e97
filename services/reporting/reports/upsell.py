"""Upsell: what was offered and sold, by offer, segment, campaign, arm, way; what a room brought; why guests said no."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, Point, pictured
from services.reporting.domain.fact import Fact, Life, SaleSeen
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Behind, Figure, Report, count, share
from services.reporting.domain.tally import ALL, Entry, group
from services.reporting.reports.money import amount
from shared.contracts.identity import DataClass
from shared.contracts.records import Outcome, Workflow

SALES = "sales"
KEPT = ("sold", "held")
UNSAID = "unsaid"


def entries(fact: Fact) -> Iterator[Entry]:
    """Each sale on the day it was offered, and what it brought on the day it was sold; each no with its reason."""
    life = fact.life
    if life is None:
        return
    if life.sale is not None:
        yield from _sale(fact, life.sale, life.owner)
    if life.workflow == Workflow.UPSELL:
        for close in life.closes:
            if close.outcome is Outcome.DECLINED:
                yield Entry(day_of(close.closed_at, fact.zone), SALES, group(reason=close.reason or UNSAID), "declined")


def _sale(fact: Fact, sale: SaleSeen, owner: str) -> Iterator[Entry]:
    kept = sale.state in KEPT and sale.sold_at is not None
    names = [ALL, group(offer=sale.code), group(way=sale.way), group(segment=sale.segment or UNSAID)]
    if sale.campaign:
        names += [group(campaign=sale.campaign), group(arm=sale.arm or "only", campaign=sale.campaign)]
    offered = day_of(sale.at, fact.zone)
    for name in names:
        yield Entry(offered, SALES, name, "sold" if kept else "unsold")
    if kept and sale.sold_at is not None:
        day, currency = day_of(sale.sold_at, fact.zone), sale.price.currency
        some = (
            group(currency=currency),
            group(currency=currency, offer=sale.code),
            group(currency=currency, agent=owner),
        )
        for name in some:
            yield Entry(day, SALES, name, "revenue", sale.price.amount)
            yield Entry(day, SALES, name, "revenue_lines")


def basis(life: Life, fact: Fact) -> object:
    """The sale, who has it, and the noes."""
    return (life.sale, life.owner, life.closes) if life.sale or life.workflow == Workflow.UPSELL else None


def figures(asked: Asked) -> list[Figure]:
    """Conversion with its interval by every label, revenue, revenue per available room, reasons for no."""
    tally = asked.of(SALES)
    grouped = (("offer",), ("segment",), ("way",), ("campaign",), ("arm", "campaign"))
    names = [ALL, *(name for labels in grouped for name, _ in tally.groups(*labels))]
    found = [share("conversion", tally, SALES, "sold", "unsold", name) for name in names]
    for name, figure in zip(names, list(found), strict=True):
        n = tally.get("sold", name) + tally.get("unsold", name)
        behind = Behind(family=SALES, group=name, measures=("sold", "unsold"))
        found.append(Figure(name="offered", labels=figure.labels, value=n, unit="records", records=n, behind=behind))
    for labels in (("currency",), ("currency", "offer"), ("agent", "currency")):
        for name, said in tally.groups(*labels):
            one = amount("revenue", tally, SALES, name, ("revenue",), said)
            found.append(one.model_copy(update={"data_class": DataClass.STAFF}) if "agent" in said else one)
    found += _per_room(asked)
    return found + [
        count("declined", tally, SALES, "declined", reason=said["reason"]) for _, said in tally.groups("reason")
    ]


def _per_room(asked: Asked) -> Iterator[Figure]:
    """Revenue over rooms times days, in hundredths of a minor unit so that it stays whole."""
    rooms = sum(asked.around.rooms.values()) * asked.question.days
    for name, labels in asked.of(SALES).groups("currency"):
        value = asked.of(SALES).get("revenue", name) * 100 // rooms if rooms else None
        behind = Behind(family=SALES, group=name, measures=("revenue_lines",))
        yield Figure(
            name="revenue_per_available_room", labels=labels, value=value,
            unit=f"{labels['currency']} minor units / 100", data_class=DataClass.PAYMENT, behind=behind,
            records=asked.of(SALES).get("revenue_lines", name),
        )  # fmt: skip


def picture(found: Sequence[Figure]) -> Chart | None:
    """Conversion by offer."""
    some = [one for one in found if one.name == "conversion" and "offer" in one.labels]
    points = [
        Point(name=one.labels["offer"], value=one.value, low=one.low, high=one.high)
        for one in some
        if one.value is not None
    ]
    return pictured("Conversion by offer, with its 95 % interval", "offer", "share", points)


UPSELL = Report(
    name="upsell",
    figures=figures,
    families=(SALES,),
    entries=entries,
    basis=basis,
    picture=picture,
)
