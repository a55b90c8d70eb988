"""Dedicated channels of mobiles, each an SCCP connection of the A interface (44.018 3.3, 3.4; 48.008 3.1.9, 3.1.16).

The first message of a mobile opens the connection, in COMPLETE LAYER 3 INFORMATION; what mobile and MSC say to each
other is carried as DTAP, but for RR, which is for the BSS. CLEAR COMMAND ends it: GPRS services are resumed if they
were suspended, the mobile is released, then the MSC is told. Random access and the radio link are not emulated: the
mobile names its channel itself, and one that is silent for long is taken for lost.
"""

from typing import Any

from nodes.bss import ciphering
from nodes.bss.ciphering import Ciphering
from nodes.bss.config import Cell
from nodes.bss.suspension import Resumption, ResumptionState, Suspension, SuspensionState
from nodes.core.connections import Connection
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Name
from protocol import bssmap, rr
from protocol.bssmap import (
    BssmapCause,
    CellIdentifierList,
    CipherModeCommand,
    ClassmarkRequest,
    ClassmarkUpdate,
    ClearCommand,
    ClearComplete,
    ClearRequest,
    CompleteLayer3Information,
    Dtap,
)
from protocol.errors import DecodeError
from protocol.rr import (
    ChannelRelease,
    ClassmarkChange,
    ClassmarkEnquiry,
    GprsSuspensionRequest,
    PagingResponse,
    RrCause,
    RrStatus,
)
from protocol.rr.elements import GprsResumption
from protocol.timers import X_CLEAR, X_CLEARED, X_SILENCE, Timer

RR, MM = 6, 5
"""Protocol discriminators of what may open a channel: PAGING RESPONSE, and the requests of MM."""

LONGEST_FIRST = 110
"""How many octets the first message may have, so that it has room in an SCCP CR."""

LONGEST = 251
"""How many octets a message may have (TS 44.006 N201, with segments)."""

MOST = 10_000
"""How many channels there are at a time; as mobiles name them, they could be any number."""

Key = tuple[Name, int]
"""What names a channel: the node of its mobile, and the reference that the mobile has drawn."""


class S(State):
    """States of a dedicated channel."""

    START = "start"
    DEDICATED = "dedicated mode"
    WAIT_CLEAR = "wait for CLEAR COMMAND"
    RESUMING = "resuming GPRS services"
    CLEARED = "cleared"
    RELEASED = "released"


class RadioLost:
    """The radio link has failed."""


class Disconnected:
    """The SCCP connection is no more."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


class Channel(Procedure):
    """The dedicated channel of a mobile. ``cleared``: the MSC waits for CLEAR COMPLETE."""

    __slots__ = ("cell", "cleared", "connection", "first", "key")

    def __init__(self, stage: Any, key: Key, cell: Cell, first: bytes) -> None:
        super().__init__(stage)
        self.key = key
        self.cell = cell
        self.first = first
        self.connection: Connection | None = None
        self.cleared = False
        stage.channels[key] = self

    @property
    def subject(self) -> str:
        return f"channel {self.key[1]:#010x}"

    def transmit(self, message: Any) -> None:
        """Send a BSSMAP message to the MSC."""
        assert self.connection is not None
        self.connection.send(message.encode())

    def tell_mobile(self, octets: bytes) -> None:
        """Send a message to the mobile."""
        self.stage.tell_channel(self.key, self.cell, octets)

    def ended(self) -> None:
        del self.stage.channels[self.key]
        if self.connection is not None:
            self.connection.release()

    # --- from the mobile ------------------------------------------------------------------------------------------

    def hear_mobile(self, octets: bytes) -> None:
        """A message of the mobile: RR is for the BSS, all else for the MSC."""
        if not 0 < len(octets) <= LONGEST:
            raise DecodeError(f"a message of {len(octets)} octets on a dedicated channel")
        if self.state is S.DEDICATED:
            self.hold_guard()
            self.release_guard()
        if octets[0] & 15 == RR:
            self._hear_rr(octets)
        elif self.state is S.DEDICATED and self.connection is not None:
            self.connection.send(Dtap(message=octets).encode())
        else:
            self.stage.warn("channel state", f"message on {self.subject}, which is {self.state.value}")

    def _hear_rr(self, octets: bytes) -> None:
        """What cannot be read, or makes no sense here, is answered by RR STATUS, but for an RR STATUS (44.018 8)."""
        try:
            message = rr.decode(octets, up=True)
        except DecodeError as error:
            if error.cause is not None and octets[1] != RrStatus.code:
                self.tell_mobile(RrStatus(rr_cause=RrCause(error.cause)).encode())
            raise
        if isinstance(message, RrStatus):
            self.stage.warn("rr status", f"RR STATUS on {self.subject}: {message.rr_cause.words}")
        elif not self.deliver(message):
            cause = RrCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE
            self.tell_mobile(RrStatus(rr_cause=cause).encode())
            self.stage.warn("channel state", f"{message.title} on {self.subject}, which is {self.state.value}")

    # --- from the MSC ---------------------------------------------------------------------------------------------

    def received(self, octets: bytes) -> None:
        """The MSC says something on the connection."""
        if octets[:1] == bytes((bssmap.DTAP,)):
            message = bssmap.decode_dtap(octets).message
            if self.state is S.DEDICATED:
                self.tell_mobile(message)
                return
            raise DecodeError(f"DTAP on {self.subject}, which is {self.state.value}")
        command = bssmap.decode(octets, up=False)
        if not self.hear(command):
            raise DecodeError(f"{command.title} on {self.subject}, which is {self.state.value}")

    def released(self, why: str) -> None:
        """The connection is no more."""
        self.connection = None
        self.hear(Disconnected(why))

    # --- for actions ----------------------------------------------------------------------------------------------

    def let_go(self, *, resumed: bool | None) -> S:
        """Release the mobile, and tell it whether GPRS services go on where they were suspended; then tell the MSC."""
        self.end_children()
        resumption = None if resumed is None else GprsResumption(ack=resumed)
        self.tell_mobile(ChannelRelease(rr_cause=RrCause.NORMAL_EVENT, gprs_resumption=resumption).encode())
        if not self.cleared or self.connection is None:
            return S.RELEASED
        self.tell(ClearComplete())
        return S.CLEARED

    def resume_or_let_go(self) -> S:
        """Resume GPRS services first, if the SGSN has suspended them."""
        for suspension in [child for child in self.children if isinstance(child, Suspension)]:
            if suspension.state is not SuspensionState.SUSPENDED:
                return self.let_go(resumed=False)
            self.end_children()
            self.start(Resumption(self, suspension))
            return S.RESUMING
        return self.let_go(resumed=None)

    def lose_mobile(self) -> S:
        """The mobile is not there any more: nothing is resumed, and the MSC is asked to clear (48.008 3.1.9.2)."""
        self.end_children()
        self.ask(ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE))
        return S.WAIT_CLEAR


def open_channel(node: Any, key: Key, cell: Cell, octets: bytes) -> None:
    """A message on a channel that is not known opens it, if it is of those that do; else the mobile is released.

    So is one for which there is no room.
    """
    discriminator = octets[0] & 15 if len(octets) > 1 else None
    opens = discriminator == MM or (discriminator == RR and octets[1] == PagingResponse.code)
    full = len(node.channels) >= MOST
    if opens and not full and node.config.vlr is not None and len(octets) <= LONGEST_FIRST:
        Channel(node, key, cell, octets).hear(Begin())
        return
    release = ChannelRelease(rr_cause=RrCause.ABNORMAL_RELEASE_UNSPECIFIED)
    node.tell_channel(key, cell, release.encode())
    if full:
        node.warn("channels full", f"no channel is left for a mobile in {cell.name}")
    else:
        node.warn("channel unknown", f"message {octets[:2].hex()} in {cell.name} opens no channel")


def opened(channel: Channel, event: Begin) -> S:
    """Ask the MSC for a connection (48.008 3.1.16)."""
    cell = CellIdentifierList.of_cell(channel.cell.identifier.rai.lai, channel.cell.identifier.ci)
    complete = CompleteLayer3Information(cell_identifier=cell, layer_3_information=channel.first)
    channel.connection = channel.stage.connections.open(channel.stage.config.vlr, complete.encode(), channel)
    return S.DEDICATED


def suspension_asked(channel: Channel, event: GprsSuspensionRequest) -> S:
    """The mobile cannot do both (44.018 3.4.25.2)."""
    channel.start(Suspension(channel, event.tlli, event.routeing_area_identification))
    return S.DEDICATED


def cipher_commanded(channel: Channel, event: CipherModeCommand) -> S:
    """The MSC wants it ciphered (48.008 3.1.14); one command at a time."""
    if any(isinstance(child, Ciphering) for child in channel.children):
        channel.stage.warn("bssmap state", f"{event.title} on {channel.subject}, which is being ciphered")
    else:
        channel.start(Ciphering(channel, event))
    return S.DEDICATED


def ciphering_over(channel: Channel, event: Ciphering) -> S:
    """The MSC knows what came of it."""
    return S.DEDICATED


def classmark_wanted(channel: Channel, event: ClassmarkRequest) -> S:
    """The MSC wants to know what the mobile can do: it is asked (48.008 3.1.13, 44.018 3.4.11)."""
    channel.tell_mobile(ClassmarkEnquiry().encode())
    return S.DEDICATED


def classmark_told(channel: Channel, event: ClassmarkChange) -> S:
    """The mobile tells, asked or not; the MSC learns it."""
    channel.tell(
        ClassmarkUpdate(
            classmark_information_type_2=event.mobile_station_classmark,
            classmark_information_type_3=event.additional_mobile_station_classmark_information,
        )
    )
    return S.DEDICATED


def silent(channel: Channel, event: Timer) -> S:
    """The mobile has said nothing for long."""
    return channel.lose_mobile()


def radio_lost(channel: Channel, event: RadioLost) -> S:
    """The radio link has failed (44.018 3.4.13.1)."""
    return channel.lose_mobile()


def cleared(channel: Channel, event: ClearCommand) -> S:
    """The MSC ends it (48.008 3.1.9.1)."""
    channel.cleared = True
    return channel.resume_or_let_go()


def disconnected(channel: Channel, event: Disconnected) -> S:
    """The MSC has gone, or does not want it."""
    channel.stage.warn("connection lost", f"{channel.subject}: {event.why}")
    return channel.resume_or_let_go()


def resumed(channel: Channel, event: Resumption) -> S:
    """GPRS services go on."""
    return channel.let_go(resumed=True)


def not_resumed(channel: Channel, event: Resumption) -> S:
    """The mobile must update its routing area."""
    return channel.let_go(resumed=False)


def disconnected_meanwhile(channel: Channel, event: Disconnected) -> S:
    """The mobile is still to be resumed; nobody waits for CLEAR COMPLETE."""
    return S.RESUMING


def lost_and_cleared(channel: Channel, event: ClearCommand) -> S:
    """Should the mobile be there after all, it learns that it is released, and nothing resumed."""
    channel.cleared = True
    return channel.let_go(resumed=None)


def lost_and_disconnected(channel: Channel, event: Disconnected) -> S:
    """The MSC has gone, too."""
    return channel.let_go(resumed=None)


def never_cleared(channel: Channel, event: Timer) -> S:
    """The MSC does not answer: the connection is released."""
    channel.stage.warn("channel state", f"{channel.subject}: CLEAR REQUEST is not answered")
    return channel.let_go(resumed=None)


def ended_by_msc(channel: Channel, event: Disconnected) -> S:
    """The connection goes, and with it the reference."""
    return S.RELEASED


def never_released(channel: Channel, event: Timer) -> S:
    """The MSC should have released the connection (48.006 9.2)."""
    return S.RELEASED


CHANNEL = Machine(
    "dedicated channel, BSS side",
    clause="44.018 3.4, 48.008 3.1.9",
    of=Channel,
    initial=S.START,
    final=(S.RELEASED,),
    guards={S.DEDICATED: X_SILENCE, S.WAIT_CLEAR: X_CLEAR, S.CLEARED: X_CLEARED},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, opened, (S.DEDICATED,)),
        (S.DEDICATED, GprsSuspensionRequest, suspension_asked, (S.DEDICATED,)),
        (S.DEDICATED, CipherModeCommand, cipher_commanded, (S.DEDICATED,)),
        (S.DEDICATED, ciphering.S.OVER, ciphering_over, (S.DEDICATED,)),
        (S.DEDICATED, ClassmarkRequest, classmark_wanted, (S.DEDICATED,)),
        (S.DEDICATED, ClassmarkChange, classmark_told, (S.DEDICATED,)),
        (S.DEDICATED, X_SILENCE, silent, (S.WAIT_CLEAR,)),
        (S.DEDICATED, RadioLost, radio_lost, (S.WAIT_CLEAR,)),
        (S.DEDICATED, ClearCommand, cleared, (S.RESUMING, S.CLEARED)),
        (S.DEDICATED, Disconnected, disconnected, (S.RESUMING, S.RELEASED)),
        (S.RESUMING, ResumptionState.RESUMED, resumed, (S.CLEARED, S.RELEASED)),
        (S.RESUMING, ResumptionState.NOT_RESUMED, not_resumed, (S.CLEARED, S.RELEASED)),
        (S.RESUMING, Disconnected, disconnected_meanwhile, (S.RESUMING,)),
        (S.WAIT_CLEAR, ClearCommand, lost_and_cleared, (S.CLEARED,)),
        (S.WAIT_CLEAR, Disconnected, lost_and_disconnected, (S.RELEASED,)),
        (S.WAIT_CLEAR, X_CLEAR, never_cleared, (S.RELEASED,)),
        (S.CLEARED, Disconnected, ended_by_msc, (S.RELEASED,)),
        (S.CLEARED, X_CLEARED, never_released, (S.RELEASED,)),
    ],
)
