"""What refusals say, in the languages that callers read: one small catalogue by template, with parameters."""

import re
from collections.abc import Iterable, Mapping

from shared.contracts.errors import AppError, Breach, Phrase
from shared.contracts.refusals import FAULTS, REFUSALS

_EN: Mapping[str, str] = {
    "required": "{field} must say something.",
    "needed_to_open": "{field} is needed to open this.",
    "needed_to_approve": "{field} is needed to approve this.",
    "needed_to_fulfil": "{field} is needed to fulfil this.",
    "no_value": "{field} has no value to confirm.",
    "reason_required": "This needs a reason.",
    "reason_for_change": "Changing {field} needs a reason.",
    "max_length": "{field} is longer than {most} characters.",
    "card_number": "{field} holds a card number; it was not stored.",
    "text": "{field} must be text.",
    "integer": "{field} must be a whole number.",
    "money": "{field} must be an amount in minor units and a currency.",
    "money_whole": "{field} must be a whole number of minor units.",
    "money_currency": "{field} must name an ISO 4217 currency.",
    "date": "{field} must be a date like 2026-07-01.",
    "local_time": "{field} must be a local time like 14:30.",
    "choice": "{field} must be one of {choices}.",
    "boolean": "{field} must be true or false.",
    "unknown_field": "{kind} has no field {field!r}.",
    "currency": "{field} must be in {currency}.",
    "positive": "{field} must be more than nothing.",
    "deposit_only": "{field} is for a deposit only.",
    "at_least": "{field} must be at least {bound}.",
    "at_most": "{field} must be at most {bound}.",
    "window": "{field} must lie within {windows}.",
    "notice": "{field} must be at least {minutes} minutes ahead.",
    "notice_stay": "{field} is possible until {minutes} minutes before {moment}.",
    "not_in_the_future": "{field} lies in the future.",
    "too_old": "{field} lies more than {days} days back.",
    "entered_late_only": "{field} is for what was entered late from paper.",
    "before_it_began": "{field} lies before the record began.",
}
_DE: Mapping[str, str] = {
    "required": "{field} muss etwas sagen.",
    "needed_to_open": "{field} wird zum Eröffnen gebraucht.",
    "needed_to_approve": "{field} wird zur Freigabe gebraucht.",
    "needed_to_fulfil": "{field} wird zum Erledigen gebraucht.",
    "no_value": "{field} hat keinen Wert, der bestätigt werden kann.",
    "reason_required": "Das braucht einen Grund.",
    "reason_for_change": "Eine Änderung von {field} braucht einen Grund.",
    "max_length": "{field} ist länger als {most} Zeichen.",
    "card_number": "{field} enthält eine Kartennummer; sie wurde nicht gespeichert.",
    "text": "{field} muss Text sein.",
    "integer": "{field} muss eine ganze Zahl sein.",
    "money": "{field} muss ein Betrag in kleinsten Einheiten mit Währung sein.",
    "money_whole": "{field} muss eine ganze Zahl kleinster Einheiten sein.",
    "money_currency": "{field} muss eine Währung nach ISO 4217 nennen.",
    "date": "{field} muss ein Datum wie 2026-07-01 sein.",
    "local_time": "{field} muss eine Ortszeit wie 14:30 sein.",
    "choice": "{field} muss eines von {choices} sein.",
    "boolean": "{field} muss wahr oder falsch sein.",
    "unknown_field": "{kind} hat kein Feld {field!r}.",
    "currency": "{field} muss in {currency} sein.",
    "positive": "{field} muss mehr als nichts sein.",
    "deposit_only": "{field} gibt es nur bei einer Anzahlung.",
    "at_least": "{field} muss mindestens {bound} sein.",
    "at_most": "{field} darf höchstens {bound} sein.",
    "window": "{field} muss in {windows} liegen.",
    "notice": "{field} muss mindestens {minutes} Minuten in der Zukunft liegen.",
    "notice_stay": "{field} ist bis {minutes} Minuten vor {moment} möglich.",
    "not_in_the_future": "{field} liegt in der Zukunft.",
    "too_old": "{field} liegt mehr als {days} Tage zurück.",
    "entered_late_only": "{field} ist für das, was vom Papier nachgetragen wurde.",
    "before_it_began": "{field} liegt vor dem Beginn des Vorgangs.",
    "unknown_kind": "Diese Art von Vorgang gibt es nicht; GET /v1/kinds zählt sie auf.",
    "known_stay": "Dieser Aufenthalt ist in diesem Haus nicht bekannt.",
    "one_addressee": "{field}: Es geht an genau eine Abteilung oder Person.",
    "one_text": "{field}: Eine Nachricht hat eine Vorlage oder einen Entwurf.",
    "one_of": "{field}: Genau eine der Angaben ist zu machen.",
    "in_future": "{field} muss in der Zukunft liegen.",
    "in_past": "{field} darf nicht in der Zukunft liegen.",
    "cursor": "Dieser Seitenzeiger kam von keiner Seite davor.",
    "missing": "Diese Angabe fehlt.",
    "extra_forbidden": "Diese Angabe gibt es hier nicht.",
    "string_type": "Das muss Text sein.",
    "int_type": "Das muss eine ganze Zahl sein.",
    "bool_type": "Das muss wahr oder falsch sein.",
    "string_too_long": "Höchstens {max_length} Zeichen.",
    "string_too_short": "Mindestens {min_length} Zeichen.",
    "string_pattern_mismatch": "Das passt nicht zum Muster {pattern}.",
    "greater_than_equal": "Mindestens {ge}.",
    "less_than_equal": "Höchstens {le}.",
    "enum": "Erlaubt ist nur: {expected}.",
    "literal_error": "Erlaubt ist nur: {expected}.",
    "timezone_aware": "Die Zeit braucht eine Zeitzone.",
}
_PT: Mapping[str, str] = {
    "required": "{field} tem de dizer alguma coisa.",
    "needed_to_open": "{field} é necessário para abrir.",
    "needed_to_approve": "{field} é necessário para aprovar.",
    "needed_to_fulfil": "{field} é necessário para concluir.",
    "no_value": "{field} não tem valor para confirmar.",
    "reason_required": "É preciso um motivo.",
    "reason_for_change": "Alterar {field} exige um motivo.",
    "max_length": "{field} tem mais de {most} caracteres.",
    "card_number": "{field} contém um número de cartão; não foi guardado.",
    "text": "{field} tem de ser texto.",
    "integer": "{field} tem de ser um número inteiro.",
    "money": "{field} tem de ser um valor em unidades mínimas com moeda.",
    "money_whole": "{field} tem de ser um número inteiro de unidades mínimas.",
    "money_currency": "{field} tem de indicar uma moeda ISO 4217.",
    "date": "{field} tem de ser uma data como 2026-07-01.",
    "local_time": "{field} tem de ser uma hora local como 14:30.",
    "choice": "{field} tem de ser um de {choices}.",
    "boolean": "{field} tem de ser verdadeiro ou falso.",
    "unknown_field": "{kind} não tem o campo {field!r}.",
    "currency": "{field} tem de ser em {currency}.",
    "positive": "{field} tem de ser mais do que nada.",
    "deposit_only": "{field} é só para um depósito.",
    "at_least": "{field} tem de ser pelo menos {bound}.",
    "at_most": "{field} tem de ser no máximo {bound}.",
    "window": "{field} tem de estar entre {windows}.",
    "notice": "{field} tem de ser pelo menos {minutes} minutos mais tarde.",
    "notice_stay": "{field} é possível até {minutes} minutos antes de {moment}.",
    "not_in_the_future": "{field} fica no futuro.",
    "too_old": "{field} fica há mais de {days} dias.",
    "entered_late_only": "{field} é para o que foi registado mais tarde a partir do papel.",
    "before_it_began": "{field} fica antes do início do registo.",
    "unknown_kind": "Este tipo de registo não existe; GET /v1/kinds lista-os.",
    "known_stay": "Esta estadia não é conhecida nesta unidade.",
    "one_addressee": "{field}: dirige-se a um só departamento ou a uma só pessoa.",
    "one_text": "{field}: uma mensagem tem um modelo ou um rascunho.",
    "one_of": "{field}: é preciso dar exatamente uma das indicações.",
    "in_future": "{field} tem de estar no futuro.",
    "in_past": "{field} não pode estar no futuro.",
    "cursor": "Este cursor não veio de uma página anterior.",
    "missing": "Falta esta indicação.",
    "extra_forbidden": "Esta indicação não existe aqui.",
    "string_type": "Tem de ser texto.",
    "int_type": "Tem de ser um número inteiro.",
    "bool_type": "Tem de ser verdadeiro ou falso.",
    "string_too_long": "No máximo {max_length} caracteres.",
    "string_too_short": "Pelo menos {min_length} caracteres.",
    "string_pattern_mismatch": "Não corresponde ao padrão {pattern}.",
    "greater_than_equal": "Pelo menos {ge}.",
    "less_than_equal": "No máximo {le}.",
    "enum": "Só é permitido: {expected}.",
    "literal_error": "Só é permitido: {expected}.",
    "timezone_aware": "A hora precisa de fuso horário.",
}
PHRASES: Mapping[str, Mapping[str, str]] = {"en": _EN, "de": _DE, "pt": _PT}
"""By language and template. What a request lacks in shape is said in English by its reader, under pydantic's names."""

ENGLISH = "en"
_TAG = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,32})?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")
_MOST_TAGS = 20


def breach(field: str, rule: str, template: str | None = None, **params: str | int) -> Breach:
    """A breach with its English message; `template` is the rule's own name unless another is given."""
    said = Phrase(template=template or rule, params={"field": field, **params})
    return Breach(field=field, rule=rule, message=_EN[said.template or ""].format(**said.params), said=said)


def in_language(said: Phrase | None, english: str, language: str) -> str:
    """What is said, in a language: the hotel's own words first, then the catalogue's, else the English ones."""
    if said is None:
        return english
    own = said.own.get(language)
    template = PHRASES.get(language, _EN).get(said.template or "")
    return own or (english if template is None or language == ENGLISH else _filled(template, said, english))


def _filled(template: str, said: Phrase, english: str) -> str:
    try:
        return template.format(**said.params)
    except (KeyError, ValueError):  # a template of another reader's own, under the same name
        return english


def spoken(broken: Breach, language: str) -> Breach:
    """A breach with its message in a language; a fault of rules without a phrase of its own by its rule's name."""
    fault = FAULTS.get(language, {}).get(broken.rule) if broken.said is None else None
    if fault is not None:
        return broken.model_copy(update={"message": fault.format(field=broken.field)})
    return broken.model_copy(update={"message": in_language(broken.said, broken.message, language)})


def told(refusal: AppError, language: str) -> tuple[str, list[Breach]]:
    """What a refusal and its breaches say in a language: somebody's own words first, then the catalogue's."""
    by_code = REFUSALS.get(language, {}).get(refusal.code)
    breaches = [
        each.model_copy(update={"message": by_code})
        if by_code is not None and each.said is None and each.rule == refusal.code
        else spoken(each, language)
        for each in refusal.breaches
    ]
    own = refusal.own.get(language)
    if own is None and breaches and refusal.message == joined(refusal.breaches):
        return joined(breaches), breaches
    return own or by_code or refusal.message, breaches


def joined(breaches: Iterable[Breach]) -> str:
    """The messages of breaches as one."""
    return "; ".join(each.message for each in breaches)


def preferred(accepted: str | None) -> str:
    """The language of the catalogue that an Accept-Language header likes best (RFC 9110, 12.5.4); English else."""
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate((accepted or "").split(",")[:_MOST_TAGS]):
        tag = _TAG.fullmatch(part)
        weight = float(tag[2] or 1) if tag else 0.0
        if tag and weight and tag[1].lower() in PHRASES:
            found.append((-weight, place, tag[1].lower()))
    return min(found)[2] if found else ENGLISH
