"""A dedicated channel, mobile side (TS 44.018 3.3, 3.4): how it begins, what RR does on it, how it ends.

Random access and the radio link are not emulated: the mobile draws a reference that names the channel for its life, and
its first message opens it. The channel stays in its cell, whatever the mobile does: handover is not emulated either.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.events import SECURED
from nodes.ms.suspension import resume, says_go_on, suspend
from protocol import cc, mm, rr
from protocol.causes import RrCause
from protocol.cc import CcMessage
from protocol.errors import DecodeError
from protocol.identities import MobileIdentity
from protocol.mm import MmMessage
from protocol.rr import (
    ChannelRelease,
    CipheringModeCommand,
    CipheringModeComplete,
    ClassmarkChange,
    ClassmarkEnquiry,
    RrStatus,
    SuspensionCause,
)
from protocol.timers import X_RADIO_LINK, Timer
from protocol.um import DedicatedChannel

if TYPE_CHECKING:
    from nodes.ms.mm import MobilityManagement


class S(State):
    """States of a dedicated channel."""

    START = "start"
    DEDICATED = "dedicated mode"
    RELEASED = "released"


class Channel(Procedure):
    """A channel, opened by its ``first`` message; ``reason`` is what it is for.

    ``sequence`` numbers what MM and CC send (TS 24.007 11.2.3.2). ``suspends``: packets wait for the end of it;
    ``resumed``: the network has said that they go on. ``refused``: it has no channel for the mobile.
    """

    __slots__ = (
        "cell",
        "first",
        "mobile",
        "over",
        "reason",
        "reference",
        "refused",
        "resumed",
        "sequence",
        "suspends",
        "user",
    )

    def __init__(self, user: "MobilityManagement", first: Any, reason: SuspensionCause) -> None:
        super().__init__(user.stage, user)
        self.user = user
        self.mobile = user.mobile
        self.cell = self.mobile.cell
        self.first = first
        self.reason = reason
        self.sequence = 0
        self.suspends = self.resumed = self.refused = self.over = False
        self.reference: int = self.stage.open_channel(self)

    def transmit(self, message: Any) -> None:
        """Send a message on the channel; those of MM and CC are numbered modulo 4, as in a network of R99."""
        if isinstance(message, MmMessage | CcMessage):
            message = message.replace(send_sequence_number=self.sequence)
            self.sequence = (self.sequence + 1) % 4
        channel = DedicatedChannel(cell=self.cell.identifier, reference=self.reference, message=message.encode())
        self.stage.send(self.cell.bss, "um", channel.encode(), self.mobile.meta)

    def ended(self) -> None:
        self.over = True
        self.stage.close_channel(self)
        resume(self)

    def receive(self, octets: bytes) -> None:
        """Take a message of the network: of RR, or for who uses the channel. It shows that there is a link."""
        self.hold_guard()
        self.release_guard()
        match octets[0] & 15 if octets else None:
            case rr.PROTOCOL_DISCRIMINATOR:
                self.take_rr(octets)
            case mm.PROTOCOL_DISCRIMINATOR:
                self.user.take(octets)
            case cc.PROTOCOL_DISCRIMINATOR:
                self.user.take_call_control(octets)
            case _:
                raise DecodeError(f"{octets[:1].hex() or 'nothing'} is of no protocol of a dedicated channel")

    def take_rr(self, octets: bytes) -> None:
        """A message of RR, all of which are taken; one that cannot be read is answered by RR STATUS (44.018 8)."""
        try:
            message = rr.decode(octets, up=False)
        except DecodeError as error:
            if error.cause is not None and octets[1] != RrStatus.code:
                self.tell(RrStatus(rr_cause=RrCause(error.cause)))
            raise
        self.hear(message)


def opened(channel: Channel, event: Begin) -> S:
    """The first message goes with the access; where packets must wait, that is the next thing to say (3.4.25.1)."""
    channel.tell(channel.first)
    suspend(channel)
    return S.DEDICATED


def released(channel: Channel, event: ChannelRelease) -> S:
    """The network ends it, and may have a word about packets (3.4.13.1)."""
    channel.resumed = says_go_on(event)
    channel.refused = event.rr_cause is RrCause.ABNORMAL_RELEASE_UNSPECIFIED
    return S.RELEASED


def silent(channel: Channel, event: Timer) -> S:
    """Nothing was heard for so long that the link must be lost (3.4.13.1), as when the BSS has died."""
    return S.RELEASED


def ciphered(channel: Channel, event: CipheringModeCommand) -> S:
    """Ciphering itself is not emulated. That it begins, or not, is as good as a service accepted (24.008 4.5.1.1)."""
    identity = MobileIdentity(channel.mobile.config.imeisv) if event.cipher_response.imeisv else None
    channel.tell(CipheringModeComplete(mobile_equipment_identity=identity))
    channel.user.deliver(SECURED)
    return S.DEDICATED


def asked_for_classmark(channel: Channel, event: ClassmarkEnquiry) -> S:
    """Tell what the mobile can do (3.4.11)."""
    channel.tell(ClassmarkChange(mobile_station_classmark=channel.stage.config.classmark))
    return S.DEDICATED


def noted(channel: Channel, event: RrStatus) -> S:
    """A STATUS is told, never answered (8)."""
    channel.stage.warn("rr status", f"RR STATUS to {channel.subject}: {event.rr_cause.words}")
    return S.DEDICATED


CHANNEL = Machine(
    "dedicated channel, mobile side",
    clause="44.018 3.4",
    of=Channel,
    initial=S.START,
    final=(S.RELEASED,),
    guards={S.DEDICATED: X_RADIO_LINK},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, opened, (S.DEDICATED,)),
        (S.DEDICATED, ChannelRelease, released, (S.RELEASED,)),
        (S.DEDICATED, X_RADIO_LINK, silent, (S.RELEASED,)),
        (S.DEDICATED, CipheringModeCommand, ciphered, (S.DEDICATED,)),
        (S.DEDICATED, ClassmarkEnquiry, asked_for_classmark, (S.DEDICATED,)),
        (S.DEDICATED, RrStatus, noted, (S.DEDICATED,)),
    ],
)
