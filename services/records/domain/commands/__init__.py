"""What a record can be asked to do: one frozen command each, in the files that the steps have, too."""

from services.records.domain.commands.approval import (
    ApproveRecord,
    CheckValue,
    DecideProposal,
    EditFields,
    ExpireProposal,
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
from services.records.domain.commands.doing import Doer, Ownership, StandIn
from services.records.domain.commands.exceptions import CorrectException, RaiseException, ReviewException
from services.records.domain.commands.money import AddLine, SettleLine
from services.records.domain.commands.people import DeclineRecord, ReassignRecord, ReplaceAbsent
from services.records.domain.commands.selling import CancelSale, ConfirmSale, MoveSale, TakePrice
from services.records.domain.commands.standby import GrantSale, LetSaleGo, PlaceBid, RefuseBid
from services.records.domain.commands.talk import AddNote, AnswerQuestion, AskQuestion, RequestMessage, SettleMessage
from services.records.domain.commands.work import (
    AcceptRecord,
    BlockRecord,
    EndWait,
    HandOff,
    OpenRecord,
    UnblockRecord,
    UpdateStay,
)
from services.records.domain.commands.writebacks import ProposeWriteback, SettleWriteback

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
    "CancelSale",
    "CheckValue",
    "Command",
    "CompleteRecord",
    "ConfirmSale",
    "CorrectException",
    "CountRepeat",
    "DecideProposal",
    "DeclineRecord",
    "Detach",
    "Doer",
    "EditFields",
    "EndWait",
    "ExpireProposal",
    "ExpireRecord",
    "GrantSale",
    "HandOff",
    "LetGo",
    "LetSaleGo",
    "LinkStay",
    "MergeRecord",
    "MoveSale",
    "NewItem",
    "NoteOverdueAnswer",
    "OpenRecord",
    "Ownership",
    "PlaceBid",
    "ProposeChange",
    "ProposeWriteback",
    "RaiseException",
    "ReassignRecord",
    "RefuseBid",
    "ReopenRecord",
    "ReplaceAbsent",
    "RequestMessage",
    "ResumeRecord",
    "ReviewException",
    "SettleLine",
    "SettleMessage",
    "SettleWriteback",
    "StandIn",
    "TakeOver",
    "TakePrice",
    "TickItem",
    "UnblockRecord",
    "UntickItem",
    "Unwatch",
    "UpdateStay",
    "Watch",
]
