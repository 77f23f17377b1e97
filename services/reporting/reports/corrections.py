"""M2: how often a value that was confirmed had to be set right, by rule and department."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.local import day_of
from services.reporting.domain.question import Asked, Behind, Figure, Report, wilson
from services.reporting.domain.tally import ALL, Entry, group, labels_of

CHECKED = "checked"


def entries(fact: Fact) -> Iterator[Entry]:
    """Confirmations and corrections on the day of the confirmation and of the correction."""
    for one in fact.life.confirmed if fact.life else ():
        day, measure = day_of(one.at, fact.zone), "corrected" if one.correction else "confirmed"
        for name in (ALL, group(rule=one.rule), group(department=one.department.value)):
            yield Entry(day, CHECKED, name, measure)


def basis(life: Life, fact: Fact) -> object:
    """Confirmations and corrections."""
    return life.confirmed or None


def figures(asked: Asked) -> list[Figure]:
    """Confirmations, corrections and their share: as a whole, by rule and by department."""
    tally = asked.of(CHECKED)
    names = [ALL, *(n for label in ("rule", "department") for n, _ in tally.groups(label))]
    return [one for name in names for one in _of(asked, name)]


def _of(asked: Asked, name: str) -> list[Figure]:
    tally, labels = asked.of(CHECKED), labels_of(name)
    confirmed, corrected = tally.get("confirmed", name), tally.get("corrected", name)
    part = min(corrected, confirmed)
    low, high = wilson(part, confirmed)
    behind = Behind(family=CHECKED, group=name, measures=("corrected",))
    everything = Behind(family=CHECKED, group=name, measures=("confirmed",))
    return [
        Figure(name="confirmed", labels=labels, value=confirmed, unit="values", records=confirmed, behind=everything),
        Figure(name="corrected", labels=labels, value=corrected, unit="values", records=corrected, behind=behind),
        Figure(name="corrected_share", labels=labels, value=round(part / confirmed, 4) if confirmed else None,
               unit="share", records=corrected, behind=behind, low=low, high=high),
    ]  # fmt: skip


def picture(found: Sequence[Figure]) -> Chart | None:
    """The share corrected, by rule."""
    some = [one for one in found if one.name == "corrected_share" and "rule" in one.labels]
    return chart("Confirmed and corrected later", "rule", "share", [(o.labels["rule"], o.value, None) for o in some])


CORRECTIONS = Report(
    name="corrections",
    figures=figures,
    families=(CHECKED,),
    entries=entries,
    basis=basis,
    picture=picture,
)
