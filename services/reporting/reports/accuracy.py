"""R2: how often the record is what is really there, by spot checks whose checker did not see what the record says."""

from collections.abc import Sequence

from services.reporting.domain.chart import Chart, Point, pictured
from services.reporting.domain.question import Asked, Behind, Figure, Report, wilson
from services.reporting.domain.spot import SPOTS
from services.reporting.domain.tally import ALL, labels_of


def figures(asked: Asked) -> list[Figure]:
    """Checked, right, and the share right with its interval: as a whole, by field and by department."""
    tally = asked.of(SPOTS)
    names = [ALL, *(name for label in ("field", "department") for name, _ in tally.groups(label))]
    found = []
    for name in names:
        labels, right, wrong = labels_of(name), tally.get("right", name), tally.get("wrong", name)
        low, high = wilson(right, right + wrong)
        share = round(right / (right + wrong), 4) if right + wrong else None
        note = "small_sample" if 0 < right + wrong < SMALL else None
        found += [
            Figure(name="checked", labels=labels, value=right + wrong, unit="values",
                   records=right + wrong,
                   behind=Behind(family=SPOTS, group=name, measures=("right", "wrong"))),
            Figure(name="accuracy", labels=labels, value=share, unit="share", low=low, high=high, note=note,
                   records=wrong, behind=Behind(family=SPOTS, group=name, measures=("wrong",))),
        ]  # fmt: skip
    planned, missed = tally.get("planned"), tally.get("waiting")
    return [*found, Figure(name="planned", value=planned, unit="checks", records=planned,
                           behind=Behind(family=SPOTS, measures=("planned",))),
            Figure(name="missed", value=missed, unit="checks", records=missed,
                   behind=Behind(family=SPOTS, measures=("waiting",)))]  # fmt: skip


SMALL = 30


def picture(found: Sequence[Figure]) -> Chart | None:
    """Accuracy by department."""
    some = [one for one in found if one.name == "accuracy" and "department" in one.labels]
    points = [
        Point(name=one.labels["department"], value=one.value, low=one.low, high=one.high)
        for one in some
        if one.value is not None
    ]
    return pictured("Accuracy by spot checks, with its 95 % interval", "department", "share", points)


ACCURACY = Report(
    name="accuracy",
    figures=figures,
    families=(SPOTS,),
    picture=picture,
)
