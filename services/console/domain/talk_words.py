"""Words of the conversation with a guest: how far a message is, and why it waits or failed."""

from collections.abc import Mapping

from services.console.domain.tongue import _, mark

STATE: Mapping[str, str] = {
    "stored": mark("Stored, not sent"),
    "queued": mark("Waits to leave"),
    "sent": mark("Sent"),
    "delivered": mark("Arrived"),
    "read": mark("Read"),
    "failed": mark("Not arrived"),
    "received": mark("Received"),
    "suppressed": mark("Not sent"),
}
CHANNEL: Mapping[str, str] = {
    "email": mark("E-mail"),
    "sms": mark("SMS"),
    "whatsapp": mark("WhatsApp"),
    "maildrop": mark("Drawer"),
    "web": mark("Guest page"),
}
FAILURE: Mapping[str, str] = {
    "address_invalid": mark("The guest's number or address does not exist. Ask for the right one."),
    "blocked_by_carrier": mark("The guest's carrier blocks it. Try another way."),
    "bounced": mark("The mail came back. Ask for the right address."),
    "draft_changed": mark("The text was changed after it was asked for. Write it again."),
    "draft_missing": mark("Its text is no longer there. Write it again."),
    "erased": mark("This guest was forgotten, so nothing is sent."),
    "filtered_by_carrier": mark("The carrier took it for spam. Say it in other words or another way."),
    "gave_up": mark("Tried for long enough without success. Have it tried again, or call the guest."),
    "landline": mark("The number is a landline. Call the guest."),
    "no_address": mark("There is no number or address of this guest. Ask for one."),
    "no_consent": mark("The guest does not want to be written to by these ways."),
    "not_delivered": mark("It did not arrive in time."),
    "opted_out": mark("The guest has said stop on this channel."),
    "outcome_unknown": mark("Nobody knows whether it arrived. Ask the guest before you send it again."),
    "recipient_refused": mark("The guest's mail server refuses it. Ask for another address."),
    "refused_by_provider": mark("The provider refused it. Try another way."),
    "region_not_allowed": mark("The hotel's account does not write to this country."),
    "shadow_mode": mark("The hotel is a shadow or for training: nothing leaves it."),
    "took_too_long": mark("It could not be delivered in time."),
    "unreachable": mark("The guest's phone is off or unreachable."),
    "window_closed": mark("WhatsApp: the guest has not written for a day. Use an approved template or another way."),
}
WAIT: Mapping[str, str] = {
    "circuit_open": mark("The provider has trouble; it is tried again by itself."),
    "no_answer": mark("The provider did not answer; it is looked for."),
    "not_known_there": mark("The provider does not know the hotel's account; it is tried again by itself."),
    "property_unknown": mark("The hotel is just being set up; it is tried again by itself."),
    "quiet_hours": mark("It is night where the guest is."),
    "server_busy": mark("The provider is busy; it is tried again by itself."),
    "server_silent": mark("The provider does not answer; it is tried again by itself."),
    "throttled": mark("The provider asks to wait; it is tried again by itself."),
}
SORT: Mapping[str, str] = {
    "posting": mark("Charge for the folio"),
    "writeback": mark("Change for the reservation system"),
    "note": mark("Note for the reservation system"),
    "task": mark("Task for the reservation system"),
    "message": mark("Message to a guest"),
}
"""What a command to another system is called."""
SETTLED: Mapping[str, str] = {
    "no_work": mark("Nothing is to be done"),
    "done_already": mark("It is done already"),
    "known_elsewhere": mark("It is on a record under other words"),
}
TEMPLATE: Mapping[str, str] = {
    "pre_arrival": mark("Before arrival"),
    "offer": mark("Offer"),
    "done": mark("Your wish is done"),
    "recovery": mark("An apology"),
    "post_stay": mark("After the stay"),
    "loyalty": mark("Welcome back"),
    "offer_granted": mark("Waiting list: it is yours"),
    "offer_not_granted": mark("Waiting list: it is not free"),
    "bid_refused": mark("Another bid was taken"),
    "update": mark("News about the stay"),
}


def why(code: str | None) -> str:
    """Why a message waits or did not get there, in a sentence; a provider's own number is told as that."""
    if not code:
        return ""
    if code.startswith("provider_"):
        return _("The provider refused it (its number: {number}).", number=code.removeprefix("provider_"))
    known = FAILURE.get(code) or WAIT.get(code)
    return _(known) if known else _("It did not work ({code}).", code=code)
