"""The hotel rules a chain starts with: deadlines, limits, and what the policy may approve by itself."""

from services.records.domain.rules import AutoApproval, HotelRules, KindRules, Limit, sla

SWITCHED_ON_BY = "chain-defaults"
A_DAY_S = 24 * 3600


def _auto(*limits: Limit) -> AutoApproval:
    return AutoApproval(limits=limits, switched_on_by=SWITCHED_ON_BY)


def _between(rule: str, field: str, least: int | str, most: int | str) -> Limit:
    return Limit(rule=rule, field=field, at_least=least, at_most=most)


_PRICE = _between("price_range", "price", 500, 200_000)

DEFAULTS = HotelRules(
    kinds={
        "post_stay_follow_up": KindRules(
            sla=sla(120, 1440, 180),
            limits=(Limit(rule="channels_in_use", field="channel", allowed=("email", "phone", "sms")),),
            auto=_auto(Limit(rule="auto_channel", field="channel", allowed=("email",))),
        ),
        "guest_request": KindRules(
            sla=sla(15, 120, 30),
            limits=(
                _between("service_hours", "promised_time", "06:00", "23:00"),
                _between("quantity_range", "quantity", 1, 10),
            ),
            repeat_window_s=A_DAY_S,
            auto=_auto(_between("auto_hours", "promised_time", "09:00", "20:00")),
        ),
        "pre_arrival_message": KindRules(
            sla=sla(240, 1440, 240),
            limits=(Limit(rule="templates_in_use", field="template", allowed=("welcome", "family", "vip")),),
            auto=_auto(Limit(rule="auto_template", field="template", allowed=("welcome", "family"))),
        ),
        "preference_note": KindRules(sla=sla(60, 480, 60)),
        "service_recovery": KindRules(
            sla=sla(10, 90, 20),
            limits=(_between("compensation_range", "compensation_value", 1, 50_000),),
            line_max=5_000,
        ),
        "feedback_score": KindRules(
            sla=sla(60, 720, 120),
            limits=(_between("score_range", "score", 0, 10),),
            auto=_auto(_between("auto_score", "score", 7, 10)),
        ),
        "campaign_reply": KindRules(sla=sla(30, 240, 45), limits=(_PRICE,)),
        "loyalty_action": KindRules(
            sla=sla(120, 1440, 180),
            limits=(_between("points_range", "points", 0, 5_000),),
            auto=_auto(_between("auto_points", "points", 0, 500)),
        ),
        "upsell_post_stay_follow_up": KindRules(
            sla=sla(240, 2880, 240), limits=(_between("discount_range", "discount_percent", 0, 30),)
        ),
        "upsell_guest_request": KindRules(
            sla=sla(15, 120, 30),
            limits=(_PRICE, _between("service_hours", "promised_time", "00:00", "23:59")),
            repeat_window_s=A_DAY_S,
        ),
        "pre_arrival_offer": KindRules(sla=sla(240, 1440, 240), limits=(_PRICE,)),
        "upsell_preference_note": KindRules(
            sla=sla(120, 1440, 120), limits=(_between("budget_range", "budget", 0, 1_000_000),)
        ),
    }
)
