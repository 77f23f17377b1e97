"""The channels that reach people and places: one file each and one line here; what has no settings is not installed."""

import httpx

from services.alerts.channels.chat import Slack, Teams
from services.alerts.channels.mail import Mail
from services.alerts.channels.push import Push
from services.alerts.channels.twilio import Sms, WhatsApp
from services.alerts.channels.webhook import Webhook
from services.alerts.ports.channels import Sender
from services.alerts.settings import Settings

REGISTRY = {
    "email": Mail.of,
    "sms": Sms.of,
    "whatsapp": WhatsApp.of,
    "push": Push.of,
    "webhook": Webhook.of,
    "slack": Slack.of,
    "teams": Teams.of,
}


def installed(settings: Settings, outside: httpx.AsyncClient, providers: httpx.AsyncClient) -> dict[str, Sender]:
    """The channels that this installation has settings for.

    `outside` calls addresses that customers chose, under guard; `providers` those of the installation's own choice.
    """
    made = {name: make(settings, outside, providers) for name, make in REGISTRY.items()}
    return {name: sender for name, sender in made.items() if sender is not None}
