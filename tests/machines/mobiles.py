"""What is around the mobiles: the user's finger, cells that tell of themselves, and a network that speaks."""

from collections.abc import Iterable
from random import Random
from typing import Any, Final, Literal

from nodes.bss.config import Cell
from nodes.bss.system_information import make_system_information_3, make_system_information_13
from nodes.core.outputs import Command, Note, Output, Record, Reply, Save, Send
from nodes.ms import Ms, MsConfig
from nodes.ms.config import MobileConfig, RadioCell
from protocol import cc, gmm, llc, mm, rr, sm, sndcp, um
from protocol.auth import Algorithm, Milenage
from protocol.causes import GmmCause, RrCause
from protocol.cc import CcMessage
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AuthenticationAndCipheringRequest,
    DetachAcceptMt,
    DetachRequestMt,
    GmmMessage,
    GmmStatus,
    IdentityRequest,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateReject,
)
from protocol.gmm.elements import (
    AttachResult,
    CipheringAlgorithm,
    Cksn,
    DetachTypeMt,
    DrxParameter,
    ForceToStandby,
    GprsTimer,
    IdentityType,
    ImeisvRequest,
    MsNetworkCapability,
    MsRadioAccessCapability,
    MtDetach,
    RadioPriority,
    ResultOfAttach,
    UpdateResult,
    UpdateResultValue,
)
from protocol.identities import CellIdentifier, Imeisv, Imsi, MobileIdentity, Rai, Tlli, Tmsi
from protocol.llc.frame import LlcFrame, Sapi, UiFrame
from protocol.mm import AuthenticationRequest, LocationUpdatingAccept, LocationUpdatingRequest, MmMessage
from protocol.rr import ChannelRelease
from protocol.rr.blocks import BlockMessage, RrMessage
from protocol.rr.elements import GprsResumption
from protocol.sm import SmMessage
from protocol.sndcp import SndcpMessage
from protocol.timers import SECOND
from protocol.um import BroadcastChannel, DedicatedChannel, PacketChannel, PagingChannel

Mode = Literal["I", "II", "III"]
CELL = CellIdentifier(Rai.parse("001-01-1-7"), 1)
ELSEWHERE = CellIdentifier(Rai.parse("001-01-1-7"), 2)
CELLS: Final[dict[str, tuple[str, CellIdentifier, Mode]]] = {
    "c1": ("bss1", CELL, "I"),
    "c2": ("bss1", ELSEWHERE, "I"),
    "c3": ("bss1", CellIdentifier(Rai.parse("001-01-1-8"), 3), "I"),
    "c4": ("bss2", CellIdentifier(Rai.parse("001-01-2-7"), 4), "I"),
    "c5": ("bss2", CellIdentifier(Rai.parse("001-01-1-9"), 5), "II"),
    "silent": ("bss3", CellIdentifier(Rai.parse("001-01-3-1"), 6), "I"),
}
"""Cells by name: whose they are, what they call themselves, and the network mode of operation."""

IMSI, OTHER = Imsi("001010000000001"), Imsi("001010000000002")
IMEISV = Imeisv("4901542032375101")
KEY, OPC = bytes(range(16)), bytes(range(16, 32))
NETWORK = Milenage(KEY, OPC)
PTMSI, SIGNATURE = Tmsi(0xC1234567), 0x00ABCD
PTMSI_2, TMSI = Tmsi(0xC7654321), Tmsi(0x12345678)
NORMAL, ATTACHED, OFF = "GMM-DEREGISTERED.NORMAL-SERVICE", "GMM-REGISTERED.NORMAL-SERVICE", "GMM-NULL"
ATTEMPTING = "GMM-DEREGISTERED.ATTEMPTING-TO-ATTACH"
NO_IMSI, LIMITED = "GMM-DEREGISTERED.NO-IMSI", "GMM-DEREGISTERED.LIMITED-SERVICE"
NO_CELL = "GMM-DEREGISTERED.NO-CELL-AVAILABLE"
ATTACHED_NO_CELL = "GMM-REGISTERED.NO-CELL-AVAILABLE"
ATTACHED_LIMITED = "GMM-REGISTERED.LIMITED-SERVICE"
UPDATING = "GMM-ROUTING-AREA-UPDATING-INITIATED"
UPDATE_FAILED = "GMM-REGISTERED.ATTEMPTING-TO-UPDATE"
UPDATE_FAILED_MM = "GMM-REGISTERED.ATTEMPTING-TO-UPDATE-MM"
DETACH_ACCEPT = DetachAcceptMt(force_to_standby=ForceToStandby.NOT_INDICATED)
EMPTY, NULL = "an empty UI frame", "a NULL frame"
Said = GmmMessage | SmMessage | SndcpMessage | MmMessage | RrMessage | CcMessage | str
"""What a mobile says: a message, or a frame without one."""
DECODERS: Any = {3: cc.decode, 5: mm.decode, 6: rr.decode}
"""What is said on a dedicated channel, by protocol discriminator."""


def accept(**changes: Any) -> AttachAccept:
    """An ATTACH ACCEPT with a new P-TMSI."""
    return AttachAccept(
        attach_result=AttachResult(result_of_attach=ResultOfAttach.GPRS_ONLY_ATTACHED),
        force_to_standby=ForceToStandby.NOT_INDICATED,
        periodic_ra_update_timer=GprsTimer.lasting(3240 * SECOND),
        radio_priority_for_sms=RadioPriority.PRIORITY_4,
        routing_area=CELL.rai,
        ptmsi_signature=SIGNATURE,
        allocated_ptmsi=MobileIdentity(PTMSI),
    ).replace(**changes)


def accept_both(**changes: Any) -> AttachAccept:
    """The same for calls too, with a TMSI."""
    result = AttachResult(result_of_attach=ResultOfAttach.COMBINED_GPRS_IMSI_ATTACHED)
    return accept(attach_result=result, ms_identity=MobileIdentity(TMSI)).replace(**changes)


def accept_update(cell: str, *, combined: bool = False, **changes: Any) -> RoutingAreaUpdateAccept:
    """A ROUTING AREA UPDATE ACCEPT for the area of a cell."""
    result = UpdateResultValue.COMBINED_RA_LA_UPDATED if combined else UpdateResultValue.RA_UPDATED
    return RoutingAreaUpdateAccept(
        force_to_standby=ForceToStandby.NOT_INDICATED,
        update_result=UpdateResult(update_result_value=result),
        periodic_ra_update_timer=GprsTimer.lasting(3240 * SECOND),
        routing_area=CELLS[cell][1].rai,
    ).replace(**changes)


def reject_update(cause: GmmCause, **changes: Any) -> RoutingAreaUpdateReject:
    """A ROUTING AREA UPDATE REJECT."""
    reject = RoutingAreaUpdateReject(gmm_cause=cause, force_to_standby=ForceToStandby.NOT_INDICATED)
    return reject.replace(**changes)


def challenge(sqn: int | None = 32, number: int = 1, **changes: Any) -> AuthenticationAndCipheringRequest:
    """A challenge with this SQN, or without AUTN, whose RAND is made of ``number``."""
    rand = bytes([number]) * 16
    return AuthenticationAndCipheringRequest(
        ciphering_algorithm=CipheringAlgorithm.NOT_USED,
        imeisv_request=ImeisvRequest.NOT_REQUESTED,
        force_to_standby=ForceToStandby.NOT_INDICATED,
        ac_reference_number=number & 15,
        rand=rand,
        cksn=Cksn(2),
        autn=None if sqn is None else NETWORK.quintuplets([rand], [sqn], bytes(2))[0].autn,
    ).replace(**changes)


def challenge_on_channel(sqn: int | None = 32, number: int = 1, **changes: Any) -> AuthenticationRequest:
    """The same on a dedicated channel."""
    rand = bytes([number]) * 16
    autn = None if sqn is None else NETWORK.quintuplets([rand], [sqn], bytes(2))[0].autn
    return AuthenticationRequest(cksn=Cksn(3), rand=rand, autn=autn).replace(**changes)


def forged(number: int = 1) -> AuthenticationAndCipheringRequest:
    """A challenge by somebody who does not know K."""
    return challenge(None, number, autn=bytes(16))


def detach_request(kind: DetachTypeMt, cause: GmmCause | None = None) -> DetachRequestMt:
    """A DETACH REQUEST of the network."""
    return DetachRequestMt(
        detach_type=MtDetach(type=kind), force_to_standby=ForceToStandby.NOT_INDICATED, gmm_cause=cause
    )


def identity_request(kind: IdentityType) -> IdentityRequest:
    """An IDENTITY REQUEST."""
    return IdentityRequest(identity_type=kind, force_to_standby=ForceToStandby.NOT_INDICATED)


def location_accept(cell: str = "c5", **changes: Any) -> LocationUpdatingAccept:
    """A LOCATION UPDATING ACCEPT for the area of a cell."""
    return LocationUpdatingAccept(location_area_identification=CELLS[cell][1].rai.lai).replace(**changes)


def release(resumed: bool | None = None) -> ChannelRelease:
    """A CHANNEL RELEASE that says whether packets go on, or nothing."""
    resumption = None if resumed is None else GprsResumption(ack=resumed)
    return ChannelRelease(rr_cause=RrCause.NORMAL_EVENT, gprs_resumption=resumption)


def broadcast(cell: str, mode: Mode | None = None, *, t3212: int = 0, att: bool = True, **access: bool) -> bytes:
    """What a cell tells of itself; ``access`` changes its RACH control parameters."""
    _, identifier, nmo = CELLS[cell]
    config = Cell(name=cell, bvci=2, identifier=identifier, nmo=mode or nmo, t3212=t3212)
    three = make_system_information_3(config)
    three = three.replace(control_channel_description=three.control_channel_description.replace(att=att))
    three = three.replace(rach_control_parameters=three.rach_control_parameters.replace(**access))
    thirteen = make_system_information_13(config)
    return BroadcastChannel(
        cell=identifier, system_information_3=three.encode(), system_information_13=thirteen.encode()
    ).encode()


class Around:
    """Two mobiles, ``m1`` and ``m2``, in cell ``c1``. All cells but ``silent`` have told of themselves."""

    def __init__(
        self,
        algorithm: Algorithm = Algorithm.MILENAGE,
        records: Iterable[Record] = (),
        *,
        announced: bool = True,
        **settings: Any,
    ) -> None:
        mobiles = tuple(
            MobileConfig(
                name=name,
                imsi=imsi,
                imeisv=IMEISV,
                algorithm=algorithm,
                key=KEY,
                opc=OPC,
                cell="c1",
                highest_sqn=31,
                **settings,
            )
            for name, imsi in (("m1", IMSI), ("m2", OTHER))
        )
        config = MsConfig(
            name="ms1",
            note_level="all",
            cells=tuple(RadioCell(name=name, bss=bss, identifier=cell) for name, (bss, cell, _) in CELLS.items()),
            mobiles=mobiles,
            ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0"),
            ms_radio_access_capability=MsRadioAccessCapability.from_octets(
                bytes.fromhex("18b3432b2596620060809ac2c662006080bac8c66200608000")
            ),
            drx_parameter=DrxParameter(split_pg_cycle_code=10),
        )
        self.ms = Ms(config, Random(1), records)
        self.now = 0
        self.tlli = Tlli(0)
        """The TLLI of the last frame heard."""
        self.cell = "c1"
        """The cell of the last frame heard, and of the next one sent."""
        self.reference = 0
        """The dedicated channel of the last message heard on one."""
        self.channel_cell = "c1"
        """Its cell."""
        self.frames: list[LlcFrame] = []
        """What came that is no signalling: frames of user data, and answers to parameters."""
        self.saved: dict[str, bytes] = {}
        self.replies: list[Reply] = []
        self.warnings: list[str] = []
        self._kept: list[Output] = []
        self._said = 0
        self._ordered = 0
        self.ms.start(0)
        for cell in CELLS:
            if announced and cell != "silent":
                self.announce(cell)
        self.drain()

    def drain(self) -> list[Said]:
        """Take what came out; what the mobiles said is the answer."""
        heard = []
        kept, self._kept = self._kept, []
        for output in (*kept, *self.ms.outputs()):
            message = self._read(output)
            if message is not None:
                heard.append(message)
        return heard

    def _read(self, output: Output) -> Said | None:
        match output:
            case Send():
                return self._read_frame(output)
            case Save(key, octets):
                assert octets is not None
                self.saved[key] = octets
            case Reply():
                self.replies.append(output)
            case Note("warning"):
                self.warnings.append(output.text)
        return None

    def _read_frame(self, output: Send) -> Said | None:
        assert output.interface == "um"
        assert output.meta is not None
        assert output.meta["imsi"] in (IMSI, OTHER)
        channel = um.decode(output.pdu)
        if isinstance(channel, DedicatedChannel):
            self.reference = channel.reference
            self.channel_cell = next(name for name, (_, cell, _) in CELLS.items() if cell == channel.cell)
            assert output.to == CELLS[self.channel_cell][0]
            message: Said = DECODERS[channel.message[0] & 15](channel.message, up=True)
            return message
        assert isinstance(channel, PacketChannel)
        self.cell = next(name for name, (_, cell, _) in CELLS.items() if cell == channel.cell)
        assert output.to == CELLS[self.cell][0]
        self.tlli = channel.tlli
        frame = llc.decode(channel.llc_frame)
        assert frame.command is not isinstance(frame, UiFrame | llc.Null), "C/R 1 is a response of the mobile"
        if isinstance(frame, llc.Null):
            return NULL
        if not isinstance(frame, UiFrame):
            self.frames.append(frame)
            return None
        if frame.sapi is not Sapi.LLGMM:
            self.frames.append(frame)
            return sndcp.decode(frame.information)
        if not frame.information:
            return EMPTY
        decode = sm.decode if frame.information[0] & 15 == sm.PROTOCOL_DISCRIMINATOR else gmm.decode
        return decode(frame.information, up=True)

    def pdu(self, message: GmmMessage | SmMessage | bytes, tlli: Tlli | None = None, **changes: Any) -> bytes:
        """What the BSS sends for a message of the SGSN."""
        information = message if isinstance(message, bytes) else message.encode()
        self._said += 1
        values: dict[str, Any] = {"sapi": Sapi.LLGMM, "command": True, "nu": self._said % 512} | changes
        frame = UiFrame(information=information, **values)
        return PacketChannel(cell=CELLS[self.cell][1], tlli=tlli or self.tlli, llc_frame=frame.encode()).encode()

    def says(self, message: GmmMessage | SmMessage | bytes, tlli: Tlli | None = None, **changes: Any) -> list[Said]:
        """The network says it on the TLLI heard last, or on another one; what the mobile answers."""
        return self.hears(self.pdu(message, tlli, **changes))

    def hears(self, pdu: bytes) -> list[Said]:
        """Octets come over the air."""
        self.ms.receive(CELLS[self.cell][0], "um", pdu, self.now)
        return self.drain()

    def announce(self, cell: str, mode: Mode | None = None, **more: Any) -> list[Said]:
        """A cell tells of itself."""
        return self.hears(broadcast(cell, mode, **more))

    def tells(self, message: Any, reference: int | None = None) -> list[Said]:
        """The network says it on the dedicated channel opened last, or on another one; what the mobile answers."""
        octets = message if isinstance(message, bytes) else message.encode()
        bss, cell, _ = CELLS[self.channel_cell]
        name = self.reference if reference is None else reference
        self.ms.receive(bss, "um", DedicatedChannel(cell=cell, reference=name, message=octets).encode(), self.now)
        return self.drain()

    def pages(self, message: BlockMessage | bytes, cell: str = "c1") -> list[Said]:
        """A PAGING REQUEST is sent in a cell."""
        octets = message if isinstance(message, bytes) else message.encode()
        return self.hears(PagingChannel(cell=CELLS[cell][1], message=octets).encode())

    def locates(self, said: list[Said], cell: str = "c5") -> list[Said]:
        """The network grants the location updating that the mobile has begun; what it says after that."""
        assert isinstance(said[0], LocationUpdatingRequest), said
        assert self.tells(location_accept(cell)) == []
        return self.tells(release(resumed=True))

    def order(self, verb: str, /, **arguments: Any) -> list[Said]:
        """Order mobile m1, or another; what it says then."""
        self._ordered += 1
        self.ms.command(Command(str(self._ordered), verb, {"mobile": "m1"} | arguments), self.now)
        return self.drain()

    def wait(self, seconds: float) -> list[Said]:
        """Let time go by."""
        heard = []
        end = self.now + round(seconds * SECOND)
        while (deadline := self.ms.next_timer()) is not None and deadline.when <= end:
            self.now = deadline.when
            self.ms.on_time(self.now)
            heard += self.drain()
        self.now = end
        return heard

    def answers(self) -> list[tuple[str, str | None, str | None]]:
        """The final answers since the last time: status, state, cause."""
        replies, self.replies = self.replies, []
        return [(r.status, r.body.get("state"), r.body.get("cause")) for r in replies if r.status != "accepted"]

    @property
    def m1(self) -> dict[str, Any]:
        """What inspect says of m1."""
        self.ms.command(Command("look", "inspect", {"subject": "m1"}), self.now)
        outputs = self.ms.outputs()
        (reply,) = (output for output in outputs if isinstance(output, Reply) and output.id == "look")
        self._kept += (output for output in outputs if output is not reply)
        body: dict[str, Any] = reply.body
        return body

    @property
    def mobile(self) -> Any:
        """The mobile m1 itself."""
        return self.ms.mobiles["m1"]

    def timers(self) -> set[str]:
        """The timers that run."""
        return {running.timer.name for running in self.ms.clock.running()}


def attached(algorithm: Algorithm = Algorithm.MILENAGE, answer: AttachAccept | None = None, **settings: Any) -> Around:
    """A mobile that has attached with a challenge; the network uses its new TLLI."""
    around = Around(algorithm, **settings)
    around.order("attach")
    around.says(challenge())
    assert around.says(answer or accept()) == [AttachComplete()]
    around.says(GmmStatus(gmm_cause=GmmCause.NETWORK_FAILURE))
    (answered,) = around.answers()
    assert answered[0] == "done"
    around.warnings.clear()
    return around


def attached_for_both(**changes: Any) -> Around:
    """A mobile that has attached for packets and calls."""
    around = attached(answer=accept_both(**changes), combined=True)
    assert around.m1["imsi_attached"]
    return around
