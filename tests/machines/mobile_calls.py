"""Mobiles in calls: what the network says on their dedicated channels."""

from typing import Any

from protocol.causes import CcCause
from protocol.cc import (
    Cause,
    CcMessage,
    ConnectAcknowledge,
    ConnectMt,
    DisconnectMt,
    ReleaseCompleteMt,
    ReleaseMt,
    SetupMo,
    SetupMt,
    TransactionIdentifier,
)
from protocol.identities import MobileIdentity
from protocol.mm import CmServiceAccept, CmServiceRequest, MmMessage
from protocol.rr import ChannelNeeded, ChannelsNeeded, PagingRequestType1, PagingResponse
from protocol.rr.elements import PageMode, PagingMode
from tests.machines.mobiles import TMSI, Around, Said, attached_for_both, release

OURS = TransactionIdentifier(0, flag=True)
"""The transaction of a call that the mobile made, as the network names it."""
THEIRS = TransactionIdentifier(3)
"""The transaction of a call that the network offers, as it names it."""
CLEARING = Cause(CcCause.NORMAL_CALL_CLEARING)
ACTIVE = "U10, active"


def call_page(identity: Any = TMSI) -> PagingRequestType1:
    """A page for a call."""
    return PagingRequestType1(
        page_mode=PageMode(pm=PagingMode.NORMAL_PAGING),
        channels_needed=ChannelsNeeded(first=ChannelNeeded.TCH_F),
        mobile_identity_1=MobileIdentity(identity),
    )


def kinds(said: list[Said]) -> list[type]:
    """The classes of what was said."""
    return [type(message) for message in said]


def plain(said: list[Said]) -> list[Said]:
    """What was said on a channel, without its numbers (TS 24.007 11.2.3.2)."""
    return [m.replace(send_sequence_number=0) if isinstance(m, MmMessage | CcMessage) else m for m in said]


def calling(around: Around | None = None) -> Around:
    """A mobile that has made a call, which is through."""
    around = attached_for_both() if around is None else around
    assert isinstance(around.order("call")[0], CmServiceRequest)
    assert kinds(around.tells(CmServiceAccept())) == [SetupMo]
    assert kinds(around.tells(ConnectMt(transaction_identifier=OURS))) == [ConnectAcknowledge]
    assert replies(around) == [("done", {"call": "active"})]
    return around


def called(around: Around | None = None) -> Around:
    """A mobile that has taken a call."""
    around = attached_for_both() if around is None else around
    assert isinstance(around.pages(call_page())[0], PagingResponse)
    around.tells(SetupMt(transaction_identifier=THEIRS))
    assert around.tells(ConnectAcknowledge(transaction_identifier=THEIRS)) == []
    assert around.m1["call"] == ACTIVE
    return around


def over(around: Around, resumed: bool | None = True) -> list[Said]:
    """The network ends the call and the channel; what the mobile says after that."""
    call = around.mobile.mm.call
    message: CcMessage = ReleaseMt(transaction_identifier=call.identifier.answer)
    assert len(around.tells(message)) == 1
    return around.tells(release(resumed))


def replies(around: Around) -> list[tuple[str, Any]]:
    """The final answers since the last time."""
    found, around.replies = around.replies, []
    return [(reply.status, reply.body) for reply in found if reply.status != "accepted"]


def disconnect(identifier: TransactionIdentifier = OURS) -> DisconnectMt:
    """The network ends a call."""
    return DisconnectMt(transaction_identifier=identifier, cause=CLEARING)


def release_complete(identifier: TransactionIdentifier = OURS, cause: Cause | None = None) -> ReleaseCompleteMt:
    """The network lets the transaction go."""
    return ReleaseCompleteMt(transaction_identifier=identifier, cause=cause)
