"""Message templates by code and language, and how they are filled in; unknown codes and languages fall back."""

from services.integrations.domain.guests import Profile
from shared.contracts.stays import Stay

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


def rendered(codes: tuple[str | None, ...], profile: Profile | None, stay: Stay | None) -> str:
    """The first known of these templates in the guest's language, filled in. Control characters are dropped."""
    named = [SERVES.get(each, each) for each in codes if each]
    code = next((each for each in named if each in TEMPLATES), FALLBACK_CODE)
    language = profile.language if profile else (stay.language if stay else FALLBACK_LANGUAGE)
    by_language = TEMPLATES[code]
    text = by_language.get(language, by_language[FALLBACK_LANGUAGE])
    values = {
        "{name}": plain(profile.name) if profile else "",
        "{arrival}": stay.arrival.isoformat() if stay else "",
        "{departure}": stay.departure.isoformat() if stay else "",
    }
    for place, value in values.items():
        text = text.replace(place, value)
    return " ".join(text.split())


def plain(text: str) -> str:
    """A value for a template: one line, no control characters, no braces that another fill could mistake."""
    return "".join(char for char in text if char.isprintable() and char not in "{}")
