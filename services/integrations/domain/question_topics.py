"""What a guest's own words are about: a topic code by the words of five languages, `other` where none is known."""

import re

from services.integrations.domain.guests import folded

STOP, START, HELP, OTHER = "stop", "start", "help", "other"
STOP_WORDS = frozenset(
    ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "parar", "sair", "stopp", "abmelden", "arret", "baja")
)
START_WORDS = frozenset(("start", "unstop"))
"""Not `yes`, which is an answer to an offer."""
HELP_WORDS = frozenset(("help", "info", "hilfe", "ajuda", "aide", "ayuda"))
KEYWORDS = {**dict.fromkeys(STOP_WORDS, STOP), **dict.fromkeys(START_WORDS, START), **dict.fromkeys(HELP_WORDS, HELP)}
"""What networks and providers have agreed on, and the same word in the languages of our pages: the whole message."""

TOPICS: tuple[tuple[str, str], ...] = (
    ("late_checkout", "late check.?out|spat(er)? (auschecken|check)|checkout tardio|depart tardif|salida tardia"),
    ("early_check_in", "early check.?in|fruh(er)? (einchecken|check)|check-?in antecipado|arrivee anticipee"),
    ("airport_transfer", "transfer|shuttle|flughafen|aeroporto|aeroport|aeropuerto|airport"),
    ("noise", "nois[ey]|loud|laut|larm|barulh|ruid|bruit|bruyant"),
    ("cleanliness", "dirty|schmutz|dreckig|suj[oa]|sale\\b|suci[oa]"),
    ("billing", "invoice|bill\\b|rechnung|fatura|facture|factura"),
    ("baby_cot", "cot\\b|crib|kinderbett|babybett|berco|lit bebe|cuna"),
    ("extra_towels", "towel|handtuch|handtucher|toalha|serviette|toalla"),
    ("extra_pillow", "pillow|kissen|almofada|travesseiro|oreiller|almohada"),
    ("room_cleaning", "clean|reinig|putz|limp|nettoy|menage"),
    ("breakfast", "breakfast|fruhstuck|pequeno.?almoco|petit.?dejeuner|desayuno"),
    ("parking", "parking|car park|parkplatz|parken|estaciona|garage|aparca"),
    ("restaurant_table", "table for|dinner|tisch|abendessen|mesa|jantar|diner|cena\\b"),
    ("luggage", "luggage|baggage|gepack|koffer|bagagem|malas|bagages|equipaje"),
    ("spa", "\\bspa\\b|massage|sauna|massagem|masaje"),
    ("repair", "broken|not work|kaputt|funktioniert nicht|avariad|nao funciona|en panne|no funciona|roto"),
    (
        "late_arrival",
        "arriv\\w* late|late arrival|spat an|chegar tarde|chegada tardia|arrive\\w* tard|llegar\\w* tarde",
    ),
    ("quiet_room", "quiet room|ruhiges zimmer|quarto sossegado|chambre calme|habitacion tranquila"),
    ("high_floor", "high floor|hohe etage|andar alto|etage eleve|piso alto"),
)
_READ = tuple((topic, re.compile(pattern)) for topic, pattern in TOPICS)
LONGEST_READ = 2000


def keyword(text: str | None) -> str | None:
    """Stop, start or help, where that is all a message says; else None."""
    return KEYWORDS.get(folded(text or "").strip(" .!\"'"))


def topic_of(text: str | None) -> str:
    """The topic of a guest's words: the first that is named."""
    said = folded((text or "")[:LONGEST_READ])
    return keyword(text) or next((topic for topic, pattern in _READ if pattern.search(said)), OTHER)
