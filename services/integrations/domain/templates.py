"""Message templates by code and language, and how they are filled in; unknown codes and languages fall back."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pydantic import Field

from services.integrations.domain.guests import Profile
from shared.contracts.stays import Stay
from shared.contracts.values import Frozen

FALLBACK_CODE, FALLBACK_LANGUAGE = "update", "en"

TEMPLATES: dict[str, dict[str, str]] = {
    "pre_arrival": {
        "en": "Dear {name}, we look forward to your stay from {arrival} to {departure}. What can we prepare?",
        "pt": "Caro(a) {name}, esperamos por si de {arrival} a {departure}. Podemos preparar alguma coisa?",
        "de": "Guten Tag {name}, wir erwarten Sie vom {arrival} bis {departure}. Haben Sie Wünsche?",
        "fr": "Bonjour {name}, nous nous réjouissons de votre séjour du {arrival} au {departure}. Des souhaits ?",
        "es": "Estimado/a {name}: le esperamos del {arrival} al {departure}. ¿Podemos preparar algo para usted?",
    },
    "offer": {
        "en": "Dear {name}, for your stay from {arrival} we have kept an offer for you. Answer yes to take it.",
        "pt": "Caro(a) {name}, temos uma oferta para a sua estadia de {arrival}. Responda sim para aceitar.",
        "de": "Guten Tag {name}, für Ihren Aufenthalt ab {arrival} haben wir ein Angebot. Mit Ja nehmen Sie es an.",
        "fr": "Bonjour {name}, une offre vous attend pour votre séjour du {arrival}. Répondez oui pour l'accepter.",
        "es": "Estimado/a {name}: tenemos una oferta para su estancia desde el {arrival}. Responda sí para aceptarla.",
    },
    "done": {
        "en": "Dear {name}, what you asked for is done. Tell us if anything is missing.",
        "pt": "Caro(a) {name}, o seu pedido está tratado. Diga-nos se faltar alguma coisa.",
        "de": "Guten Tag {name}, Ihr Wunsch ist erledigt. Sagen Sie uns, falls etwas fehlt.",
        "fr": "Bonjour {name}, votre demande est réglée. Dites-nous s'il manque quelque chose.",
        "es": "Estimado/a {name}: su petición está atendida. Díganos si falta algo.",
    },
    "recovery": {
        "en": "Dear {name}, we are sorry that not everything was right. We are putting it in order now.",
        "pt": "Caro(a) {name}, lamentamos que nem tudo estivesse bem. Estamos a resolver.",
        "de": "Guten Tag {name}, es tut uns leid, dass nicht alles in Ordnung war. Wir kümmern uns jetzt darum.",
        "fr": "Bonjour {name}, nous regrettons que tout n'ait pas été parfait. Nous y remédions.",
        "es": "Estimado/a {name}: sentimos que no todo estuviera bien. Ya lo estamos solucionando.",
    },
    "post_stay": {
        "en": "Dear {name}, thank you for staying with us. How was it, from 1 to 10?",
        "pt": "Caro(a) {name}, obrigado pela sua estadia. Como foi, de 1 a 10?",
        "de": "Guten Tag {name}, danke für Ihren Aufenthalt. Wie war es, von 1 bis 10?",
        "fr": "Bonjour {name}, merci de votre séjour. Comment était-ce, de 1 à 10 ?",
        "es": "Estimado/a {name}: gracias por su estancia. ¿Cómo fue, del 1 al 10?",
    },
    "loyalty": {
        "en": "Dear {name}, welcome back. As a returning guest you have an advantage waiting.",
        "pt": "Caro(a) {name}, bem-vindo(a) de volta. Tem uma vantagem à sua espera.",
        "de": "Guten Tag {name}, willkommen zurück. Als Stammgast wartet ein Vorteil auf Sie.",
        "fr": "Bonjour {name}, heureux de vous revoir. Un avantage de fidélité vous attend.",
        "es": "Estimado/a {name}: bienvenido/a de nuevo. Le espera una ventaja de cliente habitual.",
    },
    "offer_granted": {
        "en": "Dear {name}, good news for your stay from {arrival}: what you were waiting for is yours.",
        "pt": "Caro(a) {name}, boas notícias para a sua estadia de {arrival}: o que esperava é seu.",
        "de": "Guten Tag {name}, gute Nachricht zum Aufenthalt ab {arrival}: Worauf Sie warteten, gehört Ihnen.",
        "fr": "Bonjour {name}, bonne nouvelle pour votre séjour du {arrival} : ce que vous attendiez est à vous.",
        "es": "Estimado/a {name}: buenas noticias para su estancia desde el {arrival}: lo que esperaba es suyo.",
    },
    "offer_not_granted": {
        "en": "Dear {name}, for your stay from {arrival} it did not work out this time. Nothing was charged.",
        "pt": "Caro(a) {name}, para a sua estadia de {arrival} desta vez não foi possível. Nada foi cobrado.",
        "de": "Guten Tag {name}, zum Aufenthalt ab {arrival} hat es diesmal nicht geklappt. Berechnet wurde nichts.",
        "fr": "Bonjour {name}, pour votre séjour du {arrival}, cela n'a pas été possible. Rien n'a été facturé.",
        "es": "Estimado/a {name}: para su estancia desde el {arrival} esta vez no fue posible. No se cobró nada.",
    },
    "bid_refused": {
        "en": "Dear {name}, we could not take your price for your stay from {arrival}. You may name another.",
        "pt": "Caro(a) {name}, não pudemos aceitar o seu preço para a estadia de {arrival}. Pode indicar outro.",
        "de": "Guten Tag {name}, Ihr Preis zum Aufenthalt ab {arrival} ging nicht. Nennen Sie gern einen anderen.",
        "fr": "Bonjour {name}, nous n'avons pu accepter votre prix pour le séjour du {arrival}. Proposez-en un autre.",
        "es": "Estimado/a {name}: no pudimos aceptar su precio para su estancia del {arrival}. Puede indicar otro.",
    },
    "update": {
        "en": "Dear {name}, there is news about your stay from {arrival} to {departure}. Please ask at the front desk.",
        "pt": "Caro(a) {name}, há novidades sobre a sua estadia de {arrival} a {departure}. Fale com a receção.",
        "de": "Guten Tag {name}, es gibt Neues zu Ihrem Aufenthalt vom {arrival} bis {departure}. Fragen Sie uns.",
        "fr": "Bonjour {name}, du nouveau pour votre séjour du {arrival} au {departure}. Demandez à la réception.",
        "es": "Estimado/a {name}: hay novedades sobre su estancia del {arrival} al {departure}. Pregunte en recepción.",
    },
}


SERVES: dict[str, str] = {
    "welcome": "pre_arrival",
    "family": "pre_arrival",
    "vip": "pre_arrival",
    "group": "pre_arrival",
    "pre_arrival_message": "pre_arrival",
    "pre_arrival_offer": "offer",
    "campaign_reply": "offer",
    "guest_request": "done",
    "upsell_guest_request": "done",
    "service_recovery": "recovery",
    "post_stay_follow_up": "post_stay",
    "upsell_post_stay_follow_up": "post_stay",
    "loyalty_action": "loyalty",
}
"""Which template serves a template's other name or a kind of record."""


class Wording(Frozen):
    """What a template says in one language. `content`: the provider's approved template that says the same."""

    text: str = Field(min_length=1, max_length=4000, pattern=r"\S")
    subject: str | None = Field(default=None, min_length=1, max_length=120, pattern=r"^[^\r\n]+$")
    content: str | None = Field(default=None, pattern=r"^HX[0-9a-f]{32}$", description="Twilio's ContentSid")


Wordings = Mapping[str, Mapping[str, Wording]]
"""By code and language."""

PLACES = frozenset(
    {"name", "first_name", "last_name", "arrival", "departure", "room", "offer_link", "arrival_link", "feedback_link"}
)
"""What a template may leave open."""
LINKS = frozenset({"offer_link", "arrival_link", "feedback_link"})
_PLACE = re.compile(r"\{([^{}]*)\}")

BUILT_IN: Wordings = {
    code: {language: Wording(text=text) for language, text in by_language.items()}
    for code, by_language in TEMPLATES.items()
}


def places_of(text: str) -> tuple[str, ...]:
    """What a text leaves open, in order."""
    return tuple(_PLACE.findall(text))


def place_faults(text: str) -> tuple[str, ...]:
    """What a text leaves open that nobody fills in; a lone brace is such a thing, too."""
    rest = _PLACE.sub("", text)
    lone = tuple(char for char in "{}" if char in rest)
    return tuple(dict.fromkeys(one for one in places_of(text) if one not in PLACES)) + lone


@dataclass(frozen=True)
class Rendered:
    """A message in words: in which language, and as which approved template with its values in order."""

    text: str
    language: str
    subject: str | None = None
    content: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def code_of(codes: tuple[str | None, ...], known: Collection[str]) -> str:
    """The first known of these templates, by its own or another name."""
    named = [SERVES.get(each, each) if each not in known else each for each in codes if each]
    return next((each for each in named if each in known), FALLBACK_CODE)


def language_of(wanted: str, by_language: Mapping[str, Wording], house: str = FALLBACK_LANGUAGE) -> str:
    """The guest's language; else the house's; else English; else the first there is."""
    return next((one for one in (wanted, house, FALLBACK_LANGUAGE) if one in by_language), min(by_language))


def values_of(profile: Profile | None, stay: Stay | None, links: Mapping[str, str]) -> dict[str, str]:
    """What fills the open places."""
    return {
        "name": plain(profile.name) if profile else "",
        "first_name": plain(profile.first_name) if profile else "",
        "last_name": plain(profile.last_name) if profile else "",
        "arrival": stay.arrival.isoformat() if stay else "",
        "departure": stay.departure.isoformat() if stay else "",
        "room": plain(stay.room or "") if stay else "",
        **{name: links.get(name, "") for name in LINKS},
    }


def rendered(
    codes: tuple[str | None, ...],
    profile: Profile | None,
    stay: Stay | None,
    wordings: Wordings = BUILT_IN,
    links: Mapping[str, str] | None = None,
) -> Rendered:
    """The first known of these templates in the guest's language, filled in. Control characters are dropped."""
    code = code_of(codes, wordings.keys())
    by_language = wordings[code]
    language = language_of(profile.language if profile else (stay.language if stay else FALLBACK_LANGUAGE), by_language)
    one, values = by_language[language], values_of(profile, stay, links or {})
    numbered = {str(number): values[place] for number, place in enumerate(dict.fromkeys(places_of(one.text)), start=1)}
    return Rendered(
        filled(one.text, values), language, filled(one.subject, values) if one.subject else None, one.content, numbered
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its open places filled in, in one pass: what is filled in is never read again."""
    said = _PLACE.sub(lambda found: values.get(found[1], ""), text)
    return "\n".join(" ".join(line.split()) for line in said.splitlines()).strip()


def plain(text: str) -> str:
    """A value for a template: one line, no control characters, no braces that another fill could mistake."""
    return "".join(char for char in text if char.isprintable() and char not in "{}")
