"""What may follow on an answer about a record, as OpenAPI links: each command at the version that was just seen."""

from services.records.api.commands import PLAIN
from shared.chassis.describing import Link

ACTIONS = tuple(f"records_{path.replace('-', '_')}_record" for path in PLAIN)
SHOWING = {"records_open_record": ["201"], "records_record": ["200"]}
DONE = {name: ["200"] for name in (*ACTIONS, "records_review", "records_decide")}
THIS = {"path.record_id": "$response.body#/id"}
AT_VERSION = THIS | {"header.If-Match": "$response.header.ETag"}


def _action(name: str) -> Link:
    if name == "records_answers_record":
        return Link("answer", SHOWING, name, AT_VERSION, {"question_id": "$response.body#/questions/0/id"})
    return Link(name.removeprefix("records_").removesuffix("_record"), SHOWING, name, AT_VERSION)


RULES = ("records_rules", "records_change_rules", "records_decide_rules", "records_withdraw_rules")

LINKS = (
    *(_action(name) for name in ACTIONS),
    Link("look", {**DONE, "records_open_record": ["201"]}, "records_record", THIS),
    Link("history", SHOWING, "records_history", THIS),
    Link(
        "review",
        {"records_exceptions_record": ["200"]},
        "records_review",
        AT_VERSION | {"path.exception_id": "$response.body#/exception_notes/0/id"},
    ),
    Link(
        "decide",
        {"records_edit_record": ["200"], "records_lines_record": ["200"]},
        "records_decide",
        AT_VERSION | {"path.proposal_id": "$response.body#/proposals/0/id"},
    ),
    Link(
        "change_rules",
        {name: ["200"] for name in RULES},
        "records_change_rules",
        {"path.property_id": "$response.body#/property_id", "header.If-Match": "$response.header.ETag"},
    ),
)
