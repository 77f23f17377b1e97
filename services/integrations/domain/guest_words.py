"""What the pages for guests say, in their languages."""

LANGUAGES = ("en", "de", "pt", "fr", "es")
WORDS: dict[str, dict[str, str]] = {
    "offer": {
        "en": "An offer for your stay",
        "de": "Ein Angebot für Ihren Aufenthalt",
        "pt": "Uma oferta para a sua estadia",
        "fr": "Une offre pour votre séjour",
        "es": "Una oferta para su estancia",
    },
    "arrival": {
        "en": "Before you arrive",
        "de": "Vor Ihrer Ankunft",
        "pt": "Antes da sua chegada",
        "fr": "Avant votre arrivée",
        "es": "Antes de su llegada",
    },
    "feedback": {
        "en": "How was your stay?",
        "de": "Wie war Ihr Aufenthalt?",
        "pt": "Como foi a sua estadia?",
        "fr": "Comment s'est passé votre séjour ?",
        "es": "¿Qué tal su estancia?",
    },
    "accept": {"en": "Yes, please", "de": "Ja, gern", "pt": "Sim, aceito", "fr": "Oui, volontiers", "es": "Sí, acepto"},
    "decline": {
        "en": "No, thank you",
        "de": "Nein, danke",
        "pt": "Não, obrigado",
        "fr": "Non, merci",
        "es": "No, gracias",
    },
    "score": {
        "en": "From 0 (poor) to 10 (excellent)",
        "de": "Von 0 (schlecht) bis 10 (hervorragend)",
        "pt": "De 0 (mau) a 10 (excelente)",
        "fr": "De 0 (mauvais) à 10 (excellent)",
        "es": "De 0 (malo) a 10 (excelente)",
    },
    "topic": {
        "en": "What can we prepare?",
        "de": "Was dürfen wir vorbereiten?",
        "pt": "O que podemos preparar?",
        "fr": "Que pouvons-nous préparer ?",
        "es": "¿Qué podemos preparar?",
    },
    "baby_cot": {"en": "A cot", "de": "Ein Kinderbett", "pt": "Um berço", "fr": "Un lit bébé", "es": "Una cuna"},
    "extra_towels": {
        "en": "More towels",
        "de": "Mehr Handtücher",
        "pt": "Mais toalhas",
        "fr": "Des serviettes",
        "es": "Más toallas",
    },
    "other": {
        "en": "Something else",
        "de": "Etwas anderes",
        "pt": "Outra coisa",
        "fr": "Autre chose",
        "es": "Otra cosa",
    },
    "text": {
        "en": "Your message to us",
        "de": "Ihre Nachricht an uns",
        "pt": "A sua mensagem",
        "fr": "Votre message",
        "es": "Su mensaje",
    },
    "send": {"en": "Send", "de": "Senden", "pt": "Enviar", "fr": "Envoyer", "es": "Enviar"},
    "thanks": {
        "en": "Thank you. We have it.",
        "de": "Danke. Wir haben es.",
        "pt": "Obrigado. Recebemos.",
        "fr": "Merci. C'est noté.",
        "es": "Gracias. Lo tenemos.",
    },
    "empty": {
        "en": "Please choose or write something.",
        "de": "Bitte wählen oder schreiben Sie etwas.",
        "pt": "Escolha ou escreva algo.",
        "fr": "Choisissez ou écrivez quelque chose.",
        "es": "Elija o escriba algo.",
    },
    "card": {
        "en": "Please never write card numbers here.",
        "de": "Bitte schreiben Sie hier nie Kartennummern.",
        "pt": "Nunca escreva aqui números de cartão.",
        "fr": "N'écrivez jamais ici de numéro de carte.",
        "es": "No escriba aquí números de tarjeta.",
    },
}


def words(language: str) -> dict[str, str]:
    """All words in one language; English where it is not known."""
    known = language if language in LANGUAGES else "en"
    return {name: said[known] for name, said in WORDS.items()}
