"""Who sold it, and what that earns them by the hotel's rules in force."""

from services.records.domain.act import Act
from services.records.domain.incentives import Earning, rule_for
from shared.contracts.identity import ActorKind
from shared.contracts.values import Money

POLICY = f"{ActorKind.POLICY.value}@"


def agent_of(act: Act) -> str | None:
    """The person who offered it: who entered the sale, else who approved it, else who closes it; or nobody."""
    entered = next((each.by for each in act.state.stakes if each.id == act.state.id), None)
    approved = act.state.approved_by
    person = approved if approved is not None and not approved.startswith(POLICY) else None
    return entered or person or (act.doer.id if act.doer.bound else None)


def earning(act: Act) -> Earning | None:
    """What the sale earns, at the price that the guest pays; a sale that nobody made earns nothing."""
    sale, sells, agent = act.state.sale, act.terms.kind.sells, agent_of(act)
    price = act.state.fields.get(sells.price) if sells else None
    if sale is None or agent is None or price is None:
        return None
    amount = Money.model_validate(price)
    rule = rule_for(act.terms.incentives, sale.code)
    return Earning(
        agent=agent,
        offer=sale.code,
        amount=amount,
        incentive=Money(amount=rule.of(amount.amount) if rule else 0, currency=amount.currency),
        rule=rule.rule if rule else None,
        rules_version=act.terms.version,
        chain_rules_version=act.terms.chain_version,
    )
