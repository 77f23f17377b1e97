"""What a record can be asked to do: one frozen command each, in the files that the steps have, too."""

from services.records.domain.commands.approval import (
    ApproveRecord,
    CheckValue,
    DecideProposal,
    EditFields,
    ProposeChange,
    ResumeRecord,
)
from services.records.domain.commands.around import (
    AddChild,
    AddItems,
    Attach,
    CountRepeat,
    Detach,
    LetGo,
    LinkStay,
    MergeRecord,
    NewItem,
    NoteOverdueAnswer,
    TakeOver,
    TickItem,
    UntickItem,
    Unwatch,
    Watch,
)
from services.records.domain.commands.closing import CompleteRecord, ExpireRecord, ReopenRecord
from services.records.domain.commands.command import Command
from services.records.domain.commands.doing import Doer, Ownership
from services.records.domain.commands.exceptions import RaiseException, ReviewException
from services.records.domain.commands.money import AddLine, SettleLine
from services.records.domain.commands.people import DeclineRecord, ReassignRecord, ReplaceAbsent
from services.records.domain.commands.talk import AddNote, AnswerQuestion, AskQuestion, RequestMessage, SettleMessage
from services.records.domain.commands.work import (
    AcceptRecord,
    BlockRecord,
    HandOff,
    OpenRecord,
    UnblockRecord,
    UpdateStay,
)

__all__ = [
    "AcceptRecord",
    "AddChild",
    "AddItems",
    "AddLine",
    "AddNote",
    "AnswerQuestion",
    "ApproveRecord",
    "AskQuestion",
    "Attach",
    "BlockRecord",
    "CheckValue",
    "Command",
    "CompleteRecord",
    "CountRepeat",
    "DecideProposal",
    "DeclineRecord",
    "Detach",
    "Doer",
    "EditFields",
    "ExpireRecord",
    "HandOff",
    "LetGo",
    "LinkStay",
    "MergeRecord",
    "NewItem",
    "NoteOverdueAnswer",
    "OpenRecord",
    "Ownership",
    "ProposeChange",
    "RaiseException",
    "ReassignRecord",
    "ReopenRecord",
    "ReplaceAbsent",
    "RequestMessage",
    "ResumeRecord",
    "ReviewException",
    "SettleLine",
    "SettleMessage",
    "TakeOver",
    "TickItem",
    "UnblockRecord",
    "UntickItem",
    "Unwatch",
    "UpdateStay",
    "Watch",
]
