"""Reports in German."""

from services.reporting.reports.wording.said import Book, Said

REPORTS = {
    "accuracy": Said(
        "Genauigkeit durch Stichproben",
        "An vollen Tagen werden erledigte Vorgänge zufällig gezogen, und jemand schreibt auf, was wirklich da ist, "
        "ohne den Vorgang zu sehen; dies ist, wie oft beides übereinstimmt. Der Bereich neben einem Anteil ist der, in "
        "dem der wahre Anteil in 95 von 100 Fällen liegt; weniger als 30 Werte sind als kleine "
        "Stichprobe gekennzeichnet.",
    ),
    "alert_effect": Said(
        "Was Alarme bewirken",
        "Von der Arbeit, die an den gefragten Tagen fällig wurde: wie viel vor der Frist fertig war, bevor der Gast "
        "nachfragen musste und bevor der Tag um war, und was die Alarme dieser Tage dazu taten.",
    ),
    "alert_noise": Said(
        "Lärm der Alarme",
        "Wie oft jede Alarmregel an den gefragten Tagen klingelte, wie oft umsonst, und wie bald jemand übernahm. Ein "
        "Alarm, der binnen zwei Minuten endete, ohne dass ihn jemand übernahm, hat niemandem etwas gesagt.",
    ),
    "bottlenecks": Said(
        "Wo die Stunden blieben",
        "Wie lange Arbeit an den gefragten Tagen bei jeder Abteilung lag, nach Stand und Schicht, und wie oft und wie "
        "bald sie den Besitzer wechselte. Offene Arbeit zählt bis jetzt; ein Abschnitt von mehr als 60 Tagen zählt den "
        "Rest am letzten.",
    ),
    "comparison": Said(
        "Hotels im Vergleich",
        "Dieselben Zahlen aller Hotels nebeneinander, jede nach den eigenen Ortstagen. Mit einer Währung und Kursen "
        "steht gebuchtes Geld in dieser einen Währung: jede Summe wird einmal zum gezeigten Kurs umgerechnet und "
        "einmal gerundet, die Hälfte zur geraden Ziffer; ohne Kurs gibt es keine Summe.",
    ),
    "completion_time": Said(
        "Bearbeitungszeit",
        "Wie lange erfüllte Arbeit vom Auslöser bis zum Abschluss brauchte, mit Pausen und ohne, für alles, was an den "
        "gefragten Tagen abgeschlossen wurde. Nächte der Zeitumstellung zählen nach wirklich vergangenen Stunden; ein "
        "Perzentil weicht höchstens 2 von 100 ab. Wieder Geöffnetes zählt noch einmal, ab der Öffnung.",
    ),
    "corrections": Said(
        "Später berichtigte Werte",
        "Wie viele Werte an den gefragten Tagen gegen eine Hotelregel bestätigt wurden und wie viele bestätigte Werte "
        "berichtigt werden mussten. Bei wenigen Tagen kann eine Berichtigung einen früher bestätigten Wert betreffen.",
    ),
    "day": Said(
        "Die Zahlen des Tages",
        "Was gerade offen, zu spät und gefährdet ist, und was an den gefragten Tagen kam, abgeschlossen wurde, "
        "einbrachte und schiefging.",
    ),
    "exceptions": Said(
        "Ausnahmen und wiederkehrende Ursachen",
        "Was an den gefragten Tagen vom üblichen Weg abwich, nach der Abteilung, die es festhielt, und nach Ursache, "
        "die häufigste zuerst. Eine Ursache, die in einem Hotel dreimal oder öfter vorkam, kehrt wieder.",
    ),
    "financial_effect": Said(
        "Wirkung auf das Geld",
        "Was Vorgänge an den gefragten Tagen zu berechnen, zu erstatten oder zu zahlen verlangten, verglichen mit dem, "
        "was Rechnung und Zahlungsdienst davon sagen. Eine Position kann mehrfach vorkommen; die Beträge sind nicht "
        "zusammenzuzählen.",
    ),
    "guest_service": Said(
        "Wirkung auf die Gäste",
        "Wie es Gästen an den gefragten Tagen erging, neben den viermal so vielen Tagen unmittelbar davor. Wo der "
        "Bereich einer Veränderung auch keine einschließt, kann sie Zufall sein; nichts hier nennt eine Ursache.",
    ),
    "money": Said(
        "Verlangtes und gebuchtes Geld",
        "Was Vorgänge an den gefragten Tagen zu berechnen, zu erstatten, anzuzahlen oder zu zahlen verlangten, und was "
        "daraus wurde. Jede Währung steht für sich; keine wird je zu einer anderen gezählt.",
    ),
    "service_pressure": Said(
        "Last und Ergebnis",
        "Wie viel Arbeit für jede Stunde offen lag, die jemand laut Dienstplan im Dienst war, neben der Dauer der "
        "Arbeit und dem, was Gäste sagten. Weniger als zehn Tage sagen nichts, und was zusammengeht, muss sich "
        "nicht bedingen.",
    ),
    "staff_load": Said(
        "Last je Person",
        "Wie viel jede Person jetzt hat und an den gefragten Tagen abschloss und hielt. Zu sehen für jene, die über "
        "Mitarbeitende lesen dürfen.",
    ),
    "upsell": Said(
        "Zusatzverkauf",
        "Was an den gefragten Tagen angeboten und wie viel davon verkauft wurde, nach Angebot, Segment, Kampagne, Arm "
        "und Weg; was es einbrachte; und warum Gäste ablehnten. Zwei Arme, deren Bereiche sich überschneiden, "
        "unterscheiden sich nicht nachweislich.",
    ),
}
FIGURES = {
    "accuracy": Said("Stimmt", "Der Anteil der verglichenen Werte, bei denen der Vorgang recht hat."),
    "accept_p": Said(
        "Angenommen, {n} von 100",
        "Binnen dieser Zeit ab dem Auslöser waren {n} von 100 Vorgängen angenommen.",
    ),
    "acknowledge_p": Said(
        "Übernommen, {n} von 100",
        "Binnen dieser Zeit ab dem Klingeln waren {n} von 100 Alarmen übernommen.",
    ),
    "acknowledged_share": Said(
        "Von jemandem übernommen",
        "Der Anteil der Alarme, ohne zurückgenommene, die eine Person übernahm.",
    ),
    "alerts": Said("Alarme", "Wie viele Alarme klingelten, ohne die zurückgenommenen."),
    "at_risk": Said("Jetzt gefährdet", "Offene Arbeit, deren Frist nahe ist."),
    "cause": Said("Ursache", "Wie viele Ausnahmen diese Ursache hatten."),
    "changed_hands": Said("Besitzerwechsel", "Wie oft Arbeit in der Abteilung von einer Person zur anderen ging."),
    "checked": Said("Verglichen", "Wie viele Werte mit dem verglichen wurden, was wirklich da ist."),
    "closed": Said("Abgeschlossen", "Wie oft Arbeit abgeschlossen wurde."),
    "closed_in_time": Said(
        "Rechtzeitig abgeschlossen",
        "Der Anteil des Abgeschlossenen, der bis zur Frist abgeschlossen war.",
    ),
    "closed_late": Said("Zu spät abgeschlossen", "Wie viel davon nach der Frist abgeschlossen wurde."),
    "confirmed": Said("Bestätigt", "Wie viele Werte gegen eine Regel des Hotels bestätigt wurden."),
    "contradictions": Said("Widersprüche", "Wie oft ein Gast einen anderen Wert hörte als den zuvor bestätigten."),
    "conversion": Said("Abschlussquote", "Der Anteil der beantworteten Zusatzverkäufe, die erfüllt wurden."),
    "upsell.conversion": Said("Abschlussquote", "Der Anteil des Angebotenen, der verkauft und nicht storniert wurde."),
    "corrected": Said("Berichtigt", "Wie viele bestätigte Werte geändert werden mussten."),
    "corrected_share": Said("Anteil berichtigt", "Berichtigte Werte je bestätigtem."),
    "cost_leak": Said("Kosten ohne Ergebnis", "Kosten von Arbeit, aus der nichts wurde."),
    "cumulative_share": Said(
        "Diese und häufigere Ursachen",
        "Der Anteil aller Ausnahmen, den diese Ursache und die häufigeren ausmachen.",
    ),
    "declined": Said("Abgelehnt", "Wie oft Gäste aus diesem Grund ablehnten."),
    "ended_untaken_share": Said(
        "Vorbei, ehe jemand kam",
        "Der Anteil der Alarme, die binnen zwei Minuten endeten, ohne übernommen zu sein.",
    ),
    "exceptions": Said("Ausnahmen", "Wie oft Arbeit vom üblichen Weg abwich."),
    "failed": Said("Gescheitert", "Geld, das Rechnung oder Zahlungsdienst ablehnten."),
    "fell_due": Said(
        "Fällig geworden",
        "Vorgänge, deren Frist auf diesen Tagen lag und die abgeschlossen oder zu spät sind.",
    ),
    "handed_off": Said("Übergeben", "Wie oft Arbeit von einer Abteilung zur anderen ging."),
    "held": Said("Liegezeit", "Wie lange Arbeit dort lag, Pausen eingerechnet."),
    "staff_load.held": Said("Liegezeit", "Wie lange Arbeit bei der Person lag, ohne Pausen, gezählt als sie wegging."),
    "held_paused": Said("Davon Pause", "Wie lange die Arbeit in dieser Zeit ruhte."),
    "held_share": Said("Anteil an aller Zeit", "Diese Zeit als Anteil an aller Zeit, die Arbeit irgendwo lag."),
    "held_total": Said("Liegezeit", "Wie lange die Abteilung die abgeschlossene Arbeit hielt, wer sie auch abschloss."),
    "late": Said("Jetzt zu spät", "Offene Arbeit, deren Frist vorbei ist."),
    "late_with_alert": Said(
        "Zu spät mit Alarm",
        "Der Anteil der verspäteten Arbeit, deren Frist klingelte; es muss alles sein.",
    ),
    "load_with_score": Said(
        "Last und Bewertung",
        "Wie die Last eines Tages mit seiner mittleren Bewertung zusammengeht: 1 immer gleich, −1 immer "
        "umgekehrt, 0 gar nicht.",
    ),
    "load_with_time": Said(
        "Last und Dauer",
        "Wie die Last eines Tages mit der Dauer der Arbeit zusammengeht: 1 immer gleich, −1 immer umgekehrt, 0 "
        "gar nicht.",
    ),
    "mean_review": Said(
        "Öffentliche Bewertungen",
        "Das Mittel eingelesener öffentlicher Bewertungen, auf 0 bis 10 gebracht.",
    ),
    "mean_review_change": Said(
        "Veränderung der öffentlichen Bewertungen",
        "Das Mittel von jetzt weniger das Mittel von davor.",
    ),
    "mean_review_count": Said(
        "Zahl öffentlicher Bewertungen",
        "Aus wie vielen öffentlichen Bewertungen das Mittel ist.",
    ),
    "mean_score": Said("Bewertung", "Das Mittel der Bewertungen, die Gäste bei uns abgaben, von 0 bis 10."),
    "mean_score_change": Said("Veränderung der Bewertung", "Das Mittel von jetzt weniger das Mittel von davor."),
    "mean_score_count": Said("Zahl der Bewertungen", "Aus wie vielen Bewertungen das Mittel ist."),
    "missed": Said("Nicht gemacht", "Geplante Stichproben, die niemand machte; sie gelten nicht als richtig."),
    "missed_charge": Said(
        "Entgangene Beträge",
        "Beträge abgeschlossener Arbeit, deren Buchung scheiterte, oder erfüllter Arbeit, die nie gebucht wurden.",
    ),
    "offered": Said("Angeboten", "Wie viele Verkäufe an diesen Tagen zuerst angeboten wurden."),
    "open": Said("Jetzt offen", "Arbeit, die offen ist, wann immer sie begann."),
    "open_now": Said("Jetzt offen", "Was die Person jetzt hat."),
    "open_per_staff_hour": Said(
        "Offene Arbeit je Dienststunde",
        "Vorgänge, die in der Schicht bei der Abteilung lagen, je Person im Dienst laut Dienstplan, ohne Abwesende.",
    ),
    "opened": Said("Eröffnet", "Arbeit, die an diesen Tagen ausgelöst wurde."),
    "planned": Said("Geplant", "Stichproben, die gezogen wurden."),
    "posted": Said("Gebucht", "Geld, das auf der Rechnung steht oder bezahlt wurde."),
    "posted_differs": Said(
        "Anders gebucht",
        "Geld, das mit einem anderen Betrag gebucht wurde, als der Vorgang verlangt.",
    ),
    "rate": Said("Kurs", "Was eine Einheit der Währung in der anderen wert ist, wie der Fragende es angab."),
    "raw_p": Said(
        "Dauer, {n} von 100",
        "Binnen dieser Zeit vom Auslöser bis zum Abschluss waren {n} von 100 fertig, Pausen eingerechnet.",
    ),
    "records_with_exceptions": Said(
        "Vorgänge mit Ausnahmen",
        "Vorgänge, die welche hatten, jeder bei seiner ersten gezählt.",
    ),
    "recovery": Said("Kosten der Wiedergutmachung", "Erstattungen und Kosten, um es einem Gast wiedergutzumachen."),
    "refunds_not_of_records": Said(
        "Erstattungen ohne Vorgang",
        "Was die Kasse über das hinaus erstattete, was Vorgänge gebucht hatten.",
    ),
    "reopen_share": Said("Wieder geöffnet", "Der Anteil der Abschlüsse, die nicht hielten."),
    "reopen_share_change": Said(
        "Veränderung der Wiederöffnungen",
        "Der Anteil von jetzt weniger der Anteil von davor.",
    ),
    "repeat_cause": Said("Wiederkehrende Ursache", "Wie oft diese Ursache in einem Hotel vorkam: dreimal oder öfter."),
    "repeats": Said("Noch einmal gefragt", "Wie oft ein Gast dasselbe noch einmal wollte."),
    "repeats_per_stay": Said(
        "Noch einmal gefragt je Aufenthalt",
        "Wiederholte Fragen je Aufenthalt, der an diesen Tagen endete.",
    ),
    "requested": Said(
        "Verlangt",
        "Alles, was verlangt und nicht zurückgenommen wurde: gebucht, wartend, gescheitert und unklar zusammen.",
    ),
    "resolved_before_day_closed": Said(
        "Am selben Tag fertig",
        "Der Anteil des Erfüllten, der bis zum Ende des fälligen Ortstages abgeschlossen war.",
    ),
    "resolved_before_deadline": Said(
        "Vor der Frist fertig",
        "Der Anteil des fällig Gewordenen, der bis zum fälligen Zeitpunkt abgeschlossen war.",
    ),
    "resolved_before_guest_asked": Said(
        "Fertig, ehe der Gast fragte",
        "Der Anteil des Erfüllten, ohne die eigenen Wünsche der Gäste, der abgeschlossen war, ehe ein Gast danach "
        "fragte.",
    ),
    "resolved_in_time_after_warning": Said(
        "Nach Warnung rechtzeitig",
        "Der Anteil dessen, wovor ein Alarm warnte, der noch rechtzeitig fertig wurde.",
    ),
    "retracted_share": Said("Zurückgenommen", "Der Anteil der Alarme, deren Ursache endete, ehe sie klingelten."),
    "revenue": Said("Umsatz", "Der Preis des an diesen Tagen Verkauften, wie angeboten oder geboten, mit Steuer."),
    "revenue_per_available_room": Said(
        "Umsatz je verfügbarem Zimmer",
        "Dieser Umsatz je Zimmer und Tag, ob vermietet oder nicht.",
    ),
    "rung": Said("Alarme", "Wie viele Alarme die Regel auslöste, zurückgenommene eingerechnet."),
    "seen_charge": Said("Beträge an der Kasse", "Was Kasse und Zahlungsdienst berechneten."),
    "seen_deposit": Said("Anzahlungen an der Kasse", "Was Kasse und Zahlungsdienst als Anzahlung nahmen."),
    "seen_dispute": Said("Rückbuchungen", "Was Karteninhaber beim Zahlungsdienst bestritten."),
    "seen_refund": Said(
        "Erstattungen an der Kasse",
        "Was Kasse und Zahlungsdienst erstatteten, von selbst oder für uns.",
    ),
    "settlement_pressure": Said("Nicht beglichen", "Verlangtes Geld, das weder gebucht noch gescheitert ist."),
    "staff_hours": Said(
        "Dienststunden",
        "Stunden, die Leute der Abteilung in der Schicht laut Dienstplan im Dienst waren.",
    ),
    "unknown": Said("Unklar", "Geld, von dem niemand weiß, ob es gebucht wurde."),
    "upsell_answered": Said("Zusatzverkauf beantwortet", "Zusatzverkäufe, zu denen Gäste ja oder nein sagten."),
    "upsell_won": Said("Zusatzverkauf gelungen", "Zusatzverkäufe, die erfüllt wurden."),
    "void": Said("Zurückgenommen", "Geld, das zurückgenommen wurde, ehe etwas gebucht war."),
    "waiting": Said("Wartet", "Geld, das auf die Buchung wartet."),
    "waiting_p": Said(
        "Wartezeit, {n} von 100",
        "Binnen dieser Zeit vom Auslöser bis zum Abschluss waren {n} von 100 fertig, ohne Pausen.",
    ),
    "worked_p": Said(
        "Dauer ohne Pausen, {n} von 100",
        "Binnen dieser Zeit vom Auslöser bis zum Abschluss waren {n} von 100 fertig, ohne Pausen.",
    ),
    "wrong_refund": Said(
        "Falsche Erstattungen",
        "Erstattungen für Arbeit, die nicht erfüllt wurde, oder über mehr als die Position, die sie zurücknehmen.",
    ),
}
UNITS = {
    "seconds": "eine Dauer, in Sekunden gezählt",
    "hours": "Stunden",
    "share": "ein Anteil, 0 bis 1",
    "records": "Vorgänge",
    "closes": "Abschlüsse",
    "values": "Werte",
    "checks": "Stichproben",
    "alerts": "Alarme",
    "exceptions": "Ausnahmen",
    "hand-offs": "Übergaben",
    "times": "Male",
    "scores": "Bewertungen",
    "score": "Punkte, 0 bis 10",
    "repeats a stay": "Wiederholungen je Aufenthalt",
    "rank correlation": "Rangkorrelation nach Spearman, −1 bis 1",
    "rate": "Einheiten der anderen Währung für eine",
    "minor units": "kleinste Einheiten von {currency}, ganze Zahlen",
    "minor units / 100": "Hundertstel der kleinsten Einheit von {currency}, ganze Zahlen",
}
PARAMETERS = {
    "property": "Das Hotel; alle, die Sie sehen dürfen, wo keines genannt ist.",
    "from": "Der erste Tag, in der Ortszeit jedes Hotels; heute, wo keiner genannt ist.",
    "to": "Der letzte Tag, eingeschlossen; höchstens 400 Tage zusammen.",
    "currency": "Die eine Währung, in der das Geld aller Hotels steht.",
    "rates": "Was eine Einheit jeder anderen Währung in ihr wert ist.",
}
BOOK = Book(REPORTS, FIGURES, UNITS, PARAMETERS)
