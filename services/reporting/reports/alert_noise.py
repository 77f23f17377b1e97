"""How much the bells ring for nothing: by rule, and by how soon somebody takes them."""

from collections.abc import Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.question import Asked, Behind, Figure, Report, share, wilson
from services.reporting.reports.alert_effect import RUNG, TAKEN


def figures(asked: Asked) -> list[Figure]:
    """By rule: alerts, the share taken back, the share that ended untaken at once, waits until taken."""
    tally, found = asked.of(RUNG), list[Figure]()
    for name, labels in tally.groups("rule"):
        rung, back = tally.get("taken", name) + tally.get("untaken", name), tally.get("retracted", name)
        low, high = wilson(back, rung + back)
        noise = Behind(family=RUNG, group=name, measures=("retracted",))
        short, brief = tally.get("short", name), Behind(family=RUNG, group=name, measures=("short",))
        low2, high2 = wilson(short, rung)
        found += [
            Figure(name="rung", labels=labels, value=rung + back, unit="alerts", records=rung + back,
                   behind=Behind(family=RUNG, group=name, measures=("taken", "untaken", "retracted"))),
            Figure(name="retracted_share", labels=labels, value=round(back / (rung + back), 4) if rung + back else None,
                   unit="share", records=back, behind=noise, low=low, high=high),
            Figure(name="ended_untaken_share", labels=labels, value=round(short / rung, 4) if rung else None,
                   unit="share", records=short, behind=brief, low=low2, high=high2),
            share("acknowledged_share", tally, RUNG, "taken", "untaken", name),
        ]  # fmt: skip
        for percent in (50, 90):
            at = tally.percentile(TAKEN, percent, name)
            if at:
                slow = Behind(family=RUNG, group=name, scale=TAKEN, least=at[1])
                n = sum(amount for step, amount in tally.steps(TAKEN, name) if step >= at[1])
                found.append(Figure(name=f"acknowledge_p{percent}", labels=labels, value=at[0], unit="seconds",
                                    records=n, behind=slow))  # fmt: skip
    return found


def picture(found: Sequence[Figure]) -> Chart | None:
    """Alerts by rule."""
    return chart(
        "Alerts", "rule", "alerts", [(one.labels["rule"], one.value, None) for one in found if one.name == "rung"]
    )


ALERT_NOISE = Report(
    name="alert_noise",
    figures=figures,
    families=(RUNG,),
    picture=picture,
)
