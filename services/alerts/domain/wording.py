"""What an alert says to people, in their language: rule, room, kind and department, never a name or a guest's words."""

import string
from collections.abc import Mapping

from services.alerts.domain.alert import LiveAlert

_EN: Mapping[str, str] = {
    "accept_near": "{kind}, {room}: nobody has accepted it yet; its time is nearly up.",
    "accept_overdue": "{kind}, {room}: nobody has accepted it in time.",
    "at_risk": "{kind}, {room}: it will soon be late.",
    "overdue": "{kind}, {room}: it is late.",
    "blocked_long": "{kind}, {room}: it has been blocked for long.",
    "question_overdue": "{kind}, {room}: a question waits for its answer.",
    "review_waiting": "{kind}, {room}: something waits for approval.",
    "report_unreviewed": "A report waits for its review.",
    "handover_unacknowledged": "{department}: nobody has taken the handover over.",
    "no_rule_owner": "{kind}, {room}: no rule found an owner.",
    "handed_around": "{kind}, {room}: it is handed around and nobody accepts it.",
    "vip_recovery": "{kind}, {room}: a VIP guest has a problem.",
    "late_yes": "{kind}, {room}: the guest said yes to what is sold out.",
    "message_failed": "{kind}, {room}: a message did not reach the guest.",
    "posting_failed": "{kind}, {room}: a posting failed.",
    "posting_mismatch": "{kind}, {room}: another amount was posted than was approved.",
    "feed_silent": "Nothing has come from the PMS ({field}) for long.",
    "connection_silent": "The PMS ({field}) has not answered for long.",
    "partner_deaf": "A partner ({field}) does not take its messages any more.",
    "stay_mismatch": "{kind}, {room}: the PMS has another {field} than when it was confirmed.",
    "balance_mismatch": "{kind}, {room}: the folio's balance is another than when it was confirmed.",
    "unrecorded_message": "A guest's message has no record.",
    "unrecorded_comment": "{room}: a comment in the PMS has no record.",
    "missing_on_shift": "Somebody is missing on a shift.",
    "command_dead": "The PMS did not take something that was decided here.",
    "glass_broken": "Somebody took emergency rights.",
    "erasure_unconfirmed": "A guest is not forgotten everywhere yet.",
    "audit_gap": "The audit log misses something.",
}
_DE: Mapping[str, str] = {
    "accept_near": "{kind}, {room}: noch von niemandem angenommen, die Zeit ist fast um.",
    "accept_overdue": "{kind}, {room}: nicht rechtzeitig angenommen.",
    "at_risk": "{kind}, {room}: wird bald zu spät.",
    "overdue": "{kind}, {room}: ist zu spät.",
    "blocked_long": "{kind}, {room}: seit Langem angehalten.",
    "question_overdue": "{kind}, {room}: eine Frage wartet auf Antwort.",
    "review_waiting": "{kind}, {room}: etwas wartet auf Freigabe.",
    "report_unreviewed": "Ein Bericht wartet auf seine Durchsicht.",
    "handover_unacknowledged": "{department}: die Übergabe hat niemand übernommen.",
    "no_rule_owner": "{kind}, {room}: keine Regel fand jemanden dafür.",
    "handed_around": "{kind}, {room}: wird weitergereicht, und niemand nimmt es an.",
    "vip_recovery": "{kind}, {room}: ein VIP-Gast hat ein Problem.",
    "late_yes": "{kind}, {room}: der Gast sagt Ja zu etwas, das ausverkauft ist.",
    "message_failed": "{kind}, {room}: eine Nachricht erreichte den Gast nicht.",
    "posting_failed": "{kind}, {room}: eine Buchung schlug fehl.",
    "posting_mismatch": "{kind}, {room}: gebucht ist ein anderer Betrag als freigegeben.",
    "feed_silent": "Vom PMS ({field}) kam seit Langem nichts.",
    "connection_silent": "Das PMS ({field}) antwortet seit Langem nicht.",
    "partner_deaf": "Ein Partner ({field}) nimmt seine Nachrichten nicht mehr an.",
    "stay_mismatch": "{kind}, {room}: im PMS steht etwas anderes als bei der Bestätigung ({field}).",
    "balance_mismatch": "{kind}, {room}: der Saldo der Rechnung ist ein anderer als bei der Bestätigung.",
    "unrecorded_message": "Zu einer Nachricht eines Gastes gibt es keinen Vorgang.",
    "unrecorded_comment": "{room}: zu einem Kommentar im PMS gibt es keinen Vorgang.",
    "missing_on_shift": "Auf einer Schicht fehlt jemand.",
    "command_dead": "Das PMS hat etwas nicht übernommen, das hier entschieden ist.",
    "glass_broken": "Jemand hat sich Notfallrechte genommen.",
    "erasure_unconfirmed": "Ein Gast ist noch nicht überall vergessen.",
    "audit_gap": "Im Prüfprotokoll fehlt etwas.",
}
_PT: Mapping[str, str] = {
    "accept_near": "{kind}, {room}: ainda ninguém aceitou; o tempo está a acabar.",
    "accept_overdue": "{kind}, {room}: ninguém aceitou a tempo.",
    "at_risk": "{kind}, {room}: em breve estará atrasado.",
    "overdue": "{kind}, {room}: está atrasado.",
    "blocked_long": "{kind}, {room}: está parado há muito.",
    "question_overdue": "{kind}, {room}: uma pergunta espera resposta.",
    "review_waiting": "{kind}, {room}: algo espera aprovação.",
    "report_unreviewed": "Um relatório espera revisão.",
    "handover_unacknowledged": "{department}: ninguém recebeu a passagem de turno.",
    "no_rule_owner": "{kind}, {room}: nenhuma regra encontrou responsável.",
    "handed_around": "{kind}, {room}: anda de mão em mão e ninguém aceita.",
    "vip_recovery": "{kind}, {room}: um hóspede VIP tem um problema.",
    "late_yes": "{kind}, {room}: o hóspede aceitou o que está esgotado.",
    "message_failed": "{kind}, {room}: uma mensagem não chegou ao hóspede.",
    "posting_failed": "{kind}, {room}: um lançamento falhou.",
    "posting_mismatch": "{kind}, {room}: foi lançado outro valor que não o aprovado.",
    "feed_silent": "Há muito que nada chega do PMS ({field}).",
    "connection_silent": "O PMS ({field}) não responde há muito.",
    "partner_deaf": "Um parceiro ({field}) já não recebe as suas mensagens.",
    "stay_mismatch": "{kind}, {room}: o PMS tem outro valor do que quando foi confirmado ({field}).",
    "balance_mismatch": "{kind}, {room}: o saldo da conta é outro do que quando foi confirmado.",
    "unrecorded_message": "Uma mensagem de um hóspede não tem registo.",
    "unrecorded_comment": "{room}: um comentário no PMS não tem registo.",
    "missing_on_shift": "Falta alguém num turno.",
    "command_dead": "O PMS não aceitou algo que aqui está decidido.",
    "glass_broken": "Alguém tomou direitos de emergência.",
    "erasure_unconfirmed": "Um hóspede ainda não foi esquecido em todo o lado.",
    "audit_gap": "Falta algo no registo de auditoria.",
}
TEXTS: Mapping[str, Mapping[str, str]] = {"en": _EN, "de": _DE, "pt": _PT}
_OTHER = {
    "en": "{kind}, {room}: it rings.",
    "de": "{kind}, {room}: es klingelt.",
    "pt": "{kind}, {room}: está a tocar.",
}
_ROOM = {"en": "room {}", "de": "Zimmer {}", "pt": "quarto {}"}
_NO_ROOM = {"en": "no room", "de": "kein Zimmer", "pt": "sem quarto"}
_HOUSE = {"en": "The house", "de": "Das Haus", "pt": "A casa"}
SEVERITY: Mapping[str, Mapping[str, str]] = {
    "en": {"notice": "Notice", "warning": "Warning", "critical": "Critical"},
    "de": {"notice": "Hinweis", "warning": "Warnung", "critical": "Dringend"},
    "pt": {"notice": "Nota", "warning": "Aviso", "critical": "Urgente"},
}


def worded(live: LiveAlert, language: str, field: str | None = None) -> str:
    """One alert in one sentence; a hotel's own words where it has any in this language."""
    alert, tongue = live.alert, language if language in TEXTS else "en"
    own = live.rule.text.get(tongue) or live.rule.text.get("en")
    template = own or TEXTS[tongue].get(alert.rule, _OTHER[tongue])
    said = {
        "room": _ROOM[tongue].format(alert.room) if alert.room else _NO_ROOM[tongue],
        "kind": _about(alert.kind, alert.topic) or _HOUSE[tongue],
        "department": _plain(alert.department.value if alert.department else None) or _HOUSE[tongue],
        "minutes": str(alert.late_ms // 60_000),
        "field": field or live.field or "…",
    }
    return " ".join(_filled(template, said).split())


def _filled(template: str, said: Mapping[str, str]) -> str:
    """The template with what is known; whatever a hotel wrote, this is words and never fails."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return template
    return "".join(before + (said.get(name, "…") if name is not None else "") for before, name, _, _ in parts)


def _about(kind: str | None, topic: str | None) -> str:
    return f"{_plain(kind)} ({_plain(topic).lower()})" if kind and topic else _plain(kind)


def _plain(code: str | None) -> str:
    return code.replace("_", " ").capitalize() if code else ""
