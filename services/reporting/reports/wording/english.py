"""Reports in English."""

from services.reporting.reports.wording.said import Book, Said

REPORTS = {
    "accuracy": Said(
        "Accuracy by spot checks",
        "On busy days some closed records are drawn by chance and somebody writes down what is really there, without "
        "being shown the record; this is how often the two agree. The range beside a share is the one in which the "
        "true share lies 95 times of 100; fewer than 30 values are marked as a small sample.",
    ),
    "alert_effect": Said(
        "What alerts achieve",
        "Of the work that fell due on the days asked about: how much was done before its deadline, before the guest "
        "had to ask, and before the day was over, and what the alerts rung on these days did for it.",
    ),
    "alert_noise": Said(
        "Alert noise",
        "How often each alert rule rang on the days asked about, how often it rang for nothing, and how soon somebody "
        "took it. An alert that ended untaken within two minutes told nobody anything.",
    ),
    "bottlenecks": Said(
        "Where the hours went",
        "How long work stood with each department, by status and by shift, on the days asked about, and how often and "
        "how soon it changed hands. Work that is still open counts until now; a stretch longer than 60 days counts "
        "the rest on its last one.",
    ),
    "comparison": Said(
        "Properties compared",
        "The same figures of every hotel side by side, each on its own local days. With a currency and rates, posted "
        "money is told in that one currency: each sum is turned once at the rate shown and rounded once, half to even; "
        "without a rate there is no sum.",
    ),
    "completion_time": Said(
        "Completion time",
        "How long fulfilled work took from its trigger to its close, with pauses and without them, for what closed on "
        "the days asked about. Nights when clocks change are counted by the hours that really passed; a percentile is "
        "off by 2 of 100 at most. A record that was reopened counts again, from its reopening.",
    ),
    "corrections": Said(
        "Confirmed values corrected later",
        "How many values were confirmed against a hotel rule on the days asked about, and how many confirmed values "
        "had to be set right on them. Over few days a correction may be of a value that was confirmed before them.",
    ),
    "day": Said(
        "The day's figures",
        "What is open, late and at risk right now, and what came, was closed, earned and went wrong on the days asked "
        "about.",
    ),
    "exceptions": Said(
        "Exceptions and repeat causes",
        "What left its usual path on the days asked about, by the department that noted it and by cause, the most "
        "frequent cause first. A cause seen three times or more at one hotel is a repeat cause.",
    ),
    "financial_effect": Said(
        "Financial effect",
        "What the records asked to be charged, refunded or paid on the days asked about, held against what folio and "
        "payment provider say of it. One line may count under several headings, so they are not to be added up.",
    ),
    "guest_service": Said(
        "Guest service effect",
        "How guests fared on the days asked about, beside the four times as many days right before them. Where the "
        "range of a change holds nothing at all, the change may be chance; nothing here says what caused it.",
    ),
    "money": Said(
        "Money asked for and posted",
        "What the records asked to be charged, refunded, deposited or paid on the days asked about, and what became of "
        "it. Each currency stands by itself; none is ever added to another.",
    ),
    "service_pressure": Said(
        "Service pressure against results",
        "How much work stood open for each hour that people were on duty by the rota, beside how long work took and "
        "what guests said. Fewer than ten days say nothing, and two things that go together need not cause each other.",
    ),
    "staff_load": Said(
        "Staff load",
        "How much each person has now, closed, and held on the days asked about. Shown to those who may read about "
        "staff.",
    ),
    "upsell": Said(
        "Upsell",
        "What was offered on the days asked about and how much of it was sold, by offer, segment, campaign, arm and "
        "way; what it brought; and why guests said no. Two arms whose ranges overlap are not known to differ.",
    ),
}
FIGURES = {
    "accuracy": Said("Agrees", "The share of the compared values on which the record is right."),
    "accept_p": Said("Accepted, {n} of 100", "Within this time from the trigger {n} of 100 records were accepted."),
    "acknowledge_p": Said("Taken, {n} of 100", "Within this time from the bell {n} of 100 alerts were taken."),
    "acknowledged_share": Said(
        "Taken by somebody",
        "The share of the alerts, without those taken back, that a person took.",
    ),
    "alerts": Said("Alerts", "How many alerts rang, without those that were taken back."),
    "at_risk": Said("At risk now", "Open work whose deadline is near."),
    "cause": Said("Cause", "How many exceptions had this cause."),
    "changed_hands": Said("Changed hands", "How often work went from one owner to another within the department."),
    "checked": Said("Compared", "How many values were compared with what is really there."),
    "closed": Said("Closed", "How often work was closed."),
    "closed_in_time": Said("Closed in time", "The share of what was closed that was closed by its deadline."),
    "closed_late": Said("Closed late", "How much of it was closed after its deadline."),
    "confirmed": Said("Confirmed", "How many values were confirmed against a rule of the hotel."),
    "contradictions": Said("Contradictions", "How often a guest was told another value than the one confirmed before."),
    "conversion": Said("Conversion", "The share of the answered upsell work that was fulfilled."),
    "upsell.conversion": Said("Conversion", "The share of what was offered that was sold and not cancelled."),
    "corrected": Said("Corrected", "How many confirmed values had to be changed."),
    "corrected_share": Said("Corrected share", "Corrected values for each confirmed one."),
    "cost_leak": Said("Cost without result", "Costs of work that came to nothing."),
    "cumulative_share": Said(
        "This and more frequent causes",
        "The share of all exceptions that this cause and the more frequent ones make up.",
    ),
    "declined": Said("Declined", "How often guests said no for this reason."),
    "ended_untaken_share": Said(
        "Over before anybody came",
        "The share of the alerts that ended within two minutes, taken by nobody.",
    ),
    "exceptions": Said("Exceptions", "How often work left its usual path."),
    "failed": Said("Failed", "Money that folio or provider refused."),
    "fell_due": Said("Fell due", "Records whose deadline lay on these days and that are closed or late."),
    "handed_off": Said("Handed off", "How often work went from one department to another."),
    "held": Said("Time held", "How long work stood there, pauses included."),
    "staff_load.held": Said("Time held", "How long work was with the person, pauses left out, counted when it left."),
    "held_paused": Said("Of it paused", "How much of that time the work was paused."),
    "held_share": Said("Share of all time", "This time as a share of all the time that work stood anywhere."),
    "held_total": Said("Time held", "How long the department held the work that was closed, whoever closed it."),
    "late": Said("Late now", "Open work whose deadline has passed."),
    "late_with_alert": Said(
        "Late with a bell",
        "The share of the late work whose deadline rang; it must be all of it.",
    ),
    "load_with_score": Said(
        "Load and score",
        "How the load of a day goes together with its mean score: 1 always alike, −1 always opposite, 0 not at all.",
    ),
    "load_with_time": Said(
        "Load and time",
        "How the load of a day goes together with how long work took: 1 always alike, −1 always opposite, 0 not "
        "at all.",
    ),
    "mean_review": Said("Public reviews", "The mean of imported public reviews, brought to a scale from 0 to 10."),
    "mean_review_change": Said("Change of public reviews", "The mean of now less the mean of before."),
    "mean_review_count": Said("Number of public reviews", "How many public reviews the mean is of."),
    "mean_score": Said("Score", "The mean of the scores that guests left with us, from 0 to 10."),
    "mean_score_change": Said("Change of the score", "The mean of now less the mean of before."),
    "mean_score_count": Said("Number of scores", "How many scores the mean is of."),
    "missed": Said("Not made", "Planned checks that nobody made; they do not count as right."),
    "missed_charge": Said(
        "Missed charges",
        "Charges of closed work whose posting failed, or of fulfilled work that were never posted.",
    ),
    "offered": Said("Offered", "How many sales were first offered on these days."),
    "open": Said("Open now", "Work that is open, whenever it was opened."),
    "open_now": Said("Open now", "What the person has now."),
    "open_per_staff_hour": Said(
        "Open work per staff hour",
        "Records standing with the department in the shift for each person on duty by the rota, absences left out.",
    ),
    "opened": Said("Opened", "Work that was triggered on these days."),
    "planned": Said("Planned", "Checks that were drawn."),
    "posted": Said("Posted", "Money that stands on the folio or was paid."),
    "posted_differs": Said("Posted otherwise", "Money posted with another amount than the record asks for."),
    "rate": Said("Rate", "What one unit of the currency is worth in the other, as whoever asked stated it."),
    "raw_p": Said("Time, {n} of 100", "Within this time from trigger to close {n} of 100 were done, pauses included."),
    "records_with_exceptions": Said("Records with exceptions", "Records that had any, each counted on its first."),
    "recovery": Said("Cost of recovery", "Refunds and costs of making good to a guest."),
    "refunds_not_of_records": Said(
        "Refunds without a record",
        "What the cash desk refunded beyond what records had posted.",
    ),
    "reopen_share": Said("Reopened", "The share of the closes that did not hold."),
    "reopen_share_change": Said("Change of reopened", "The share of now less the share of before."),
    "repeat_cause": Said("Repeat cause", "How often this cause came up at one hotel: three times or more."),
    "repeats": Said("Asked again", "How often a guest asked for the same thing again."),
    "repeats_per_stay": Said("Asked again per stay", "Repeated questions for each stay that departed on these days."),
    "requested": Said(
        "Asked for",
        "All that was asked for and not taken back: posted, waiting, failed and unclear together.",
    ),
    "resolved_before_day_closed": Said(
        "Done the same day",
        "The share of what was fulfilled that was closed by the end of the local day it was due.",
    ),
    "resolved_before_deadline": Said(
        "Done before the deadline",
        "The share of what fell due that was closed by its due moment.",
    ),
    "resolved_before_guest_asked": Said(
        "Done before the guest asked",
        "The share of what was fulfilled, without a guest's own requests, that was closed before a guest asked for it.",
    ),
    "resolved_in_time_after_warning": Said(
        "Done in time after a warning",
        "The share of what an alert warned of beforehand that was still done in time.",
    ),
    "retracted_share": Said("Taken back", "The share of the alerts whose cause had ended before they rang."),
    "revenue": Said("Revenue", "The price of what was sold on these days, as quoted or bid, tax included."),
    "revenue_per_available_room": Said(
        "Revenue per available room",
        "That revenue for each room and day, whether let or not.",
    ),
    "rung": Said("Alerts", "How many alerts the rule opened, those taken back included."),
    "seen_charge": Said("Charges at the desk", "What the cash desk and the payment provider charged."),
    "seen_deposit": Said("Deposits at the desk", "What the cash desk and the payment provider took as deposits."),
    "seen_dispute": Said("Disputes", "What card holders disputed at the payment provider."),
    "seen_refund": Said(
        "Refunds at the desk",
        "What the cash desk and the payment provider refunded, by themselves or for us.",
    ),
    "settlement_pressure": Said("Not settled", "Money asked for that is neither posted nor failed."),
    "staff_hours": Said("Hours on duty", "Hours that people of the department were on duty in the shift, by the rota."),
    "unknown": Said("Unclear", "Money of which nobody knows whether it was posted."),
    "upsell_answered": Said("Upsell answered", "Upsell work that guests said yes or no to."),
    "upsell_won": Said("Upsell sold", "Upsell work that was fulfilled."),
    "void": Said("Taken back", "Money that was taken back before anything was posted."),
    "waiting": Said("Waiting", "Money that waits to be posted."),
    "waiting_p": Said(
        "Waiting, {n} of 100",
        "Within this time from trigger to close {n} of 100 were done, pauses left out.",
    ),
    "worked_p": Said(
        "Time without pauses, {n} of 100",
        "Within this time from trigger to close {n} of 100 were done, pauses left out.",
    ),
    "wrong_refund": Said(
        "Wrong refunds",
        "Refunds posted for work that was not fulfilled, or of more than the line they take back.",
    ),
}
UNITS = {
    "seconds": "a length of time, counted in seconds",
    "hours": "hours",
    "share": "a share, 0 to 1",
    "records": "records",
    "closes": "closes",
    "values": "values",
    "checks": "checks",
    "alerts": "alerts",
    "exceptions": "exceptions",
    "hand-offs": "hand-offs",
    "times": "times",
    "scores": "scores",
    "score": "points, 0 to 10",
    "repeats a stay": "repeats for each stay",
    "rank correlation": "Spearman's rank correlation, −1 to 1",
    "rate": "units of the other currency for one",
    "minor units": "the smallest units of {currency}, whole numbers",
    "minor units / 100": "hundredths of the smallest unit of {currency}, whole numbers",
}
PARAMETERS = {
    "property": "The hotel; all that you may see where none is named.",
    "from": "The first day, in each hotel's own local time; today where none is named.",
    "to": "The last day, inclusive; at most 400 days in all.",
    "currency": "The one currency in which all hotels' money is told.",
    "rates": "What one unit of each other currency is worth in it.",
}
BOOK = Book(REPORTS, FIGURES, UNITS, PARAMETERS)
