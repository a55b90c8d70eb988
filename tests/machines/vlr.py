"""The world around a VLR: SGSNs on Gs, BSSs with mobiles on the A interface, an HLR on D; all speak real octets."""

from collections import deque
from itertools import count
from random import Random
from typing import Any

from nodes.core.connections import BSSAP
from nodes.core.outputs import Command, Record, Reply, Send
from nodes.vlr import Vlr, VlrConfig
from protocol import bssap_plus, bssmap, cc, mm, sccp, tcap
from protocol.bssap_plus import BssapPlusMessage, LocationUpdateAccept, LocationUpdateRequest, TmsiReallocationComplete
from protocol.bssap_plus.elements import GprsLocationUpdateType
from protocol.bssgp.elements import ImsiIdentity
from protocol.bssmap import BssmapMessage, CellIdentifierList, ClearCommand, ClearComplete, CompleteLayer3Information
from protocol.classmarks import MobileStationClassmark1, MobileStationClassmark2
from protocol.gmm.elements import Cksn
from protocol.identities import CellIdentifier, Gt, Imsi, IsdnAddress, Lai, MobileIdentity, Tmsi
from protocol.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.contexts import RESET_V2
from protocol.map.location import UpdateLocationArg, UpdateLocationRes
from protocol.map.restart import ResetArg
from protocol.map.subscriber import InsertSubscriberDataArg
from protocol.mm import LocationUpdatingRequest, LocationUpdatingType, TypeOfLocationUpdating
from protocol.sccp import Address, LocalReference, ReleaseCause, Ssn
from tests.machines.conftest import Around, Ss7Peer

IMSI = Imsi("262019876543210")
OTHER = Imsi("262019876543211")
IDENTITY = ImsiIdentity(IMSI)
MSISDN = IsdnAddress("491721234567")
VLR, HLR, EIR = Gt("491720000007"), Gt("491720000001"), Gt("491720000008")
SGSN1, SGSN2 = Gt("491720000005"), Gt("491720000006")
AREA, OTHER_AREA, FOREIGN_AREA = Lai.parse("262-01-1"), Lai.parse("262-01-2"), Lai.parse("262-01-9")
CELL = CellIdentifier.parse("262-01-1-7-42")
CLASSMARK_1 = MobileStationClassmark1.from_octets(bytes((0x33,)))
CLASSMARK_2 = MobileStationClassmark2.from_octets(bytes((0x33, 0x19, 0xA2)))
TRIPLET = AuthenticationTriplet(rand=bytes(range(16)), sres=b"\x01\x02\x03\x04", kc=bytes(8))
QUINTUPLET = AuthenticationQuintuplet(
    rand=bytes(range(1, 17)), xres=b"\x05\x06\x07\x08\x09", ck=bytes(16), ik=bytes(16), autn=bytes(range(2, 18))
)


class SgsnPeer:
    """An SGSN, as far as BSSAP+ goes."""

    def __init__(self, around: Around, name: str, number: Gt) -> None:
        self.around = around
        self.name = name
        self.number = number
        self.inbox: deque[BssapPlusMessage] = deque()

    def take(self, pdu: bytes) -> None:
        """A PDU of the VLR has come."""
        message = sccp.decode(pdu)
        assert isinstance(message, sccp.Udt)
        assert message.called == Address(ssn=Ssn.BSSAP_PLUS, gt=self.number)
        self.inbox.append(bssap_plus.decode(message.payload, up=False))

    def say_octets(self, payload: bytes) -> None:
        """Send octets."""
        calling = Address(ssn=Ssn.BSSAP_PLUS, gt=self.number)
        called = Address(ssn=Ssn.BSSAP_PLUS, gt=VLR)
        for pdu in sccp.segments(called, calling, payload, 1):
            self.around.receive(self.name, "gs", pdu)

    def say(self, message: BssapPlusMessage) -> None:
        """Send a message."""
        self.say_octets(message.encode())

    def heard(self, kind: Any) -> Any:
        """The next message, which must be of this kind."""
        assert self.inbox, f"{self.name} has heard nothing"
        message = self.inbox.popleft()
        assert isinstance(message, kind), message
        return message

    def update(self, imsi: Imsi = IMSI, *, called: Gt | None = None) -> None:
        """LOCATION-UPDATE-REQUEST; the SGSN may be ``called`` otherwise in it."""
        self.say(
            LocationUpdateRequest(
                imsi=ImsiIdentity(imsi),
                sgsn_number=IsdnAddress(called or self.number),
                update_type=GprsLocationUpdateType.IMSI_ATTACH,
                new_cell_global_identity=CELL,
                mobile_station_classmark=CLASSMARK_1,
            )
        )


class Phone:
    """A mobile on a dedicated channel: its end of one SCCP connection."""

    def __init__(self, bss: "BssPeer", local: int) -> None:
        self.bss = bss
        self.local = LocalReference(local)
        self.remote: LocalReference | None = None
        self.refused = False
        self.released = False
        self.inbox: deque[Any] = deque()

    def say(self, message: Any) -> None:
        """The mobile says something."""
        self.say_octets(message.encode())

    def say_octets(self, octets: bytes) -> None:
        """The mobile says octets."""
        self.send(bssmap.Dtap(message=octets).encode())

    def tell(self, message: BssmapMessage) -> None:
        """The BSS says something about the channel."""
        self.send(message.encode())

    def send(self, octets: bytes) -> None:
        """Send octets on the connection."""
        assert self.remote is not None
        self.bss.send(sccp.Dt1(destination=self.remote, payload=octets))

    def heard(self, kind: Any) -> Any:
        """The next message to the mobile or about it, which must be of this kind."""
        assert self.inbox, "the mobile has heard nothing"
        message = self.inbox.popleft()
        assert isinstance(message, kind), message
        return message

    def cleared(self) -> bool:
        """CLEAR COMMAND has come, and nothing else: it is obeyed, and the connection released."""
        self.heard(ClearCommand)
        self.tell(ClearComplete())
        return self.released and not self.inbox

    def prove(self) -> None:
        """AUTHENTICATION REQUEST has come: the proof is right."""
        request = self.heard(mm.AuthenticationRequest)
        assert request.rand == TRIPLET.rand
        self.say(mm.AuthenticationResponse(authentication_response_parameter=TRIPLET.sres))

    def lose(self) -> None:
        """The connection breaks."""
        assert self.remote is not None
        cause = ReleaseCause.SCCP_FAILURE
        self.bss.send(sccp.Rlsd(destination=self.remote, source=self.local, cause=cause))


class BssPeer:
    """A BSS, as far as SCCP and BSSMAP go."""

    def __init__(self, around: Around, name: str) -> None:
        self.around = around
        self.name = name
        self.inbox: deque[BssmapMessage] = deque()
        self.phones: dict[int, Phone] = {}
        self._references = count(1)

    def send(self, message: sccp.SccpMessage) -> None:
        """Send a message of SCCP."""
        self.around.receive(self.name, "a", message.encode())

    def tell(self, message: BssmapMessage) -> None:
        """Say something outside of connections."""
        self.send(sccp.Udt(called=BSSAP, calling=BSSAP, payload=message.encode()))

    def heard(self, kind: Any) -> Any:
        """The next message outside of connections, which must be of this kind."""
        assert self.inbox, f"{self.name} has heard nothing"
        message = self.inbox.popleft()
        assert isinstance(message, kind), message
        return message

    def open(self, message: Any, area: Lai = AREA) -> Phone:
        """A mobile in that area opens a channel with this message."""
        return self.open_with(
            CompleteLayer3Information(
                cell_identifier=CellIdentifierList.of_cell(area, 42), layer_3_information=message.encode()
            ).encode()
        )

    def open_with(self, octets: bytes) -> Phone:
        """Open a connection with these octets."""
        phone = Phone(self, next(self._references))
        self.phones[phone.local] = phone
        self.send(sccp.Cr(source=phone.local, called=BSSAP, payload=octets))
        return phone

    def take(self, pdu: bytes) -> None:
        """A PDU of the VLR has come."""
        match sccp.decode(pdu):
            case sccp.Udt(payload=octets):
                self.inbox.append(bssmap.decode(octets, up=False))
            case sccp.Cc(destination=local, source=remote):
                self.phones[local].remote = remote
            case sccp.Cref(destination=local):
                self.phones[local].refused = True
            case sccp.Dt1(destination=local, payload=octets):
                self.phones[local].inbox.append(read(octets))
            case sccp.Rlsd(destination=local, source=remote):
                self.phones[local].released = True
                self.send(sccp.Rlc(destination=remote, source=local))
            case sccp.Rlc():
                pass
            case other:
                raise AssertionError(other)


def read(octets: bytes) -> Any:
    """What a connection carries down."""
    if octets[0] == bssmap.BSSMAP:
        return bssmap.decode(octets, up=False)
    message = bssmap.decode_dtap(octets).message
    return (cc.decode if message[0] & 15 == 3 else mm.decode)(message, up=False)


class World(Around):
    """A VLR with two SGSNs, two BSSs in two location areas, and an HLR."""

    def __init__(self, records: list[Record] | None = None, **changes: Any) -> None:
        routes = {HLR: ("hlr1", "d"), SGSN1: ("sgsn1", "gs"), SGSN2: ("sgsn2", "gs"), EIR: ("eir1", "f")}
        told: dict[str, Any] = {
            "name": "vlr1",
            "number": VLR,
            "routes": routes,
            "hlrs": {"26201": HLR},
            "bsss": {AREA: ("bss1",), OTHER_AREA: ("bss2",)},
            "sgsns": {AREA: (SGSN1, SGSN2), OTHER_AREA: (SGSN2,)},
        }
        node = Vlr(VlrConfig(**(told | changes)), Random(1), records or [])
        self.hlr = Ss7Peer(self, "hlr1", "d", Address(ssn=Ssn.HLR, gt=HLR))
        self.eir = Ss7Peer(self, "eir1", "f", Address(ssn=Ssn.EIR, gt=EIR))
        self.sgsn1, self.sgsn2 = SgsnPeer(self, "sgsn1", SGSN1), SgsnPeer(self, "sgsn2", SGSN2)
        self.bss1, self.bss2 = BssPeer(self, "bss1"), BssPeer(self, "bss2")
        super().__init__(node, Address(ssn=Ssn.VLR, gt=VLR))
        self.peers |= {peer.name: peer for peer in (self.hlr, self.eir, self.sgsn1, self.sgsn2, self.bss1, self.bss2)}  # type: ignore[misc]
        for output in self.outputs:  # what was said at the start
            if isinstance(output, Send):
                self.peers[output.to].take(output.pdu)

    def inspect(self, imsi: Imsi) -> Reply:
        """What inspect answers about a subscriber; it is not among the answers to orders."""
        self.node.command(Command("look", "inspect", {"subject": imsi}), self.now)
        (reply,) = self.node.outputs()
        assert isinstance(reply, Reply)
        return reply

    def seen(self, imsi: Imsi = IMSI) -> dict[str, Any]:
        """What inspect shows of a subscriber."""
        reply = self.inspect(imsi)
        assert reply.status == "done", reply
        body: dict[str, Any] = reply.body
        return body

    def knows(self, imsi: Imsi = IMSI) -> bool:
        """Whether there is a record of a subscriber."""
        return self.inspect(imsi).status == "done"

    @property
    def last_reply(self) -> Reply:
        """The last answer to a command."""
        return self.replies[-1]

    # --- prefixes of tests ----------------------------------------------------------------------------------------

    def register_at_hlr(self) -> None:
        """The HLR is told where the mobile is, and tells its subscription."""
        message, argument = self.hlr.asked(UpdateLocationArg)
        assert (argument.vlr_number.digits, argument.location_info.msc_number.digits) == (VLR, VLR)
        self.hlr.reply(message, tcap.invoke(1, InsertSubscriberDataArg(msisdn=MSISDN)), own=b"\0\0\0\x09")
        answer = self.hlr.heard(tcap.Continue)
        assert isinstance(answer.components[0], tcap.ReturnResultLast)
        result = tcap.result(message.components[0].invoke_id, UpdateLocationRes(hlr_number=IsdnAddress(HLR)))
        self.hlr.say(tcap.End(dtid=message.otid, dialogue=None, components=(result,)))

    def forget_at_hlr(self) -> None:
        """The HLR has lost data, and says so (23.007 5.1)."""
        self.hlr.begin(RESET_V2, ResetArg(hlr_number=IsdnAddress(HLR)))
        self.hlr.heard(tcap.End)

    def associate(self, sgsn: SgsnPeer | None = None, *, complete: bool = True) -> Tmsi:
        """The mobile is registered through an SGSN; returns its TMSI."""
        peer = sgsn or self.sgsn1
        confirmed = self.knows() and self.seen()["confirmed_in_hlr"]
        peer.update()
        if not confirmed:
            self.register_at_hlr()
        accept = peer.heard(LocationUpdateAccept)
        tmsi: Tmsi = accept.new_tmsi_or_imsi.value
        if complete:
            peer.say(TmsiReallocationComplete(imsi=IDENTITY))
        return tmsi

    def give_vectors(self, vectors: Any = None) -> None:
        """The HLR is asked for vectors, and gives them."""
        message, _ = self.hlr.asked(SendAuthenticationInfoArg)
        found = AuthenticationSetList(triplet_list=(TRIPLET,)) if vectors is None else vectors
        self.hlr.result(message, SendAuthenticationInfoRes(authentication_set_list=found))

    def attach(self) -> Tmsi:
        """The mobile is registered on the A interface; returns its TMSI."""
        phone = self.bss1.open(updating_request(IMSI))
        self.give_vectors()
        phone.prove()
        if not self.seen()["confirmed_in_hlr"]:
            self.register_at_hlr()
        accept = phone.heard(mm.LocationUpdatingAccept)
        phone.say(mm.TmsiReallocationComplete())
        assert phone.cleared()
        tmsi: Tmsi = accept.mobile_identity.value
        return tmsi


def updating_request(
    identity: Imsi | Tmsi,
    *,
    old: Lai = AREA,
    cksn: Cksn = Cksn.NO_KEY,
    kind: TypeOfLocationUpdating = TypeOfLocationUpdating.IMSI_ATTACH,
) -> LocationUpdatingRequest:
    """LOCATION UPDATING REQUEST."""
    return LocationUpdatingRequest(
        location_updating_type=LocationUpdatingType(type_of_location_updating=kind),
        cksn=cksn,
        location_area_identification=old,
        mobile_station_classmark=CLASSMARK_1,
        mobile_identity=MobileIdentity(identity),
    )
