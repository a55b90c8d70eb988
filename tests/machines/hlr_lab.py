"""An HLR among two SGSNs, two VLRs and two GGSNs, all of which speak real octets."""

from collections.abc import Iterable
from random import Random
from typing import Any

from nodes.core.outputs import Record, Reply, Send
from nodes.hlr import Hlr, HlrConfig, Subscriber
from protocol.identities import GsnAddress, Gt, Imsi, IsdnAddress
from protocol.map.contexts import GPRS_LOCATION_UPDATE_V3, NETWORK_LOC_UP_V3
from protocol.map.location import (
    LocationInfo,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
    UpdateLocationArg,
    UpdateLocationRes,
)
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.sccp import Address, Ssn
from tests.machines.conftest import SUBSCRIBER, Around, Ss7Peer

HLR = Gt("491720000001")
IMSI = SUBSCRIBER.imsi
PEERS = {
    "sgsn1": (Gt("491720000005"), "gr", Ssn.SGSN),
    "sgsn2": (Gt("491720000006"), "gr", Ssn.SGSN),
    "vlr1": (Gt("491720000007"), "d", Ssn.VLR),
    "vlr2": (Gt("491720000008"), "d", Ssn.VLR),
    "ggsn1": (Gt("491720000011"), "gc", Ssn.GGSN),
    "ggsn2": (Gt("491720000012"), "gc", Ssn.GGSN),
}
ADDRESSES = {name: GsnAddress.parse(f"10.0.0.{number}") for number, name in enumerate(PEERS, start=1)}
"""GSN addresses; those of VLRs are not used."""


class HlrLab(Around):
    """The HLR and its peers, by name in ``peers``."""

    def __init__(
        self, *subscribers: Subscriber, records: Iterable[Record] = (), nobody: bool = False, **changes: Any
    ) -> None:
        routes = {number: (name, interface) for name, (number, interface, _) in PEERS.items()}
        known = () if nobody else subscribers or (SUBSCRIBER,)
        config = HlrConfig(name="hlr1", number=HLR, routes=routes, subscribers=known, **changes)
        super().__init__(Hlr(config, Random(1), records), Address(ssn=Ssn.HLR, gt=HLR))
        for name, (number, interface, ssn) in PEERS.items():
            self.peer(name, interface, Address(ssn=ssn, gt=number))
        for output in self.outputs:  # what was said at the start
            if isinstance(output, Send):
                self.peers[output.to].take(output.pdu)

    def reborn(self, *subscribers: Subscriber, **changes: Any) -> "HlrLab":
        """Its next life."""
        lab = HlrLab(*subscribers, records=sorted(self.records(), key=lambda record: record.key), **changes)
        lab.now = self.now
        return lab

    def attach(self, name: str, imsi: Imsi = IMSI) -> InsertSubscriberDataArg:
        """Let an SGSN or VLR serve the subscriber; returns the data inserted, of several parts the first."""
        peer = self.peers[name]
        otid = self.update(name, imsi)
        data = self.insert(peer, otid)
        while isinstance(peer.inbox[0], type(data[0])):
            self.insert(peer, otid)
        result = UpdateGprsLocationRes if name.startswith("sgsn") else UpdateLocationRes
        assert isinstance(peer.answered(otid).result, result)
        assert isinstance(data[1], InsertSubscriberDataArg)
        return data[1]

    def update(self, name: str, imsi: Imsi = IMSI) -> bytes:
        """Let an SGSN or VLR begin to serve the subscriber; returns its transaction."""
        peer = self.peers[name]
        number = IsdnAddress(str(peer.address.gt))
        if name.startswith("sgsn"):
            argument: Any = UpdateGprsLocationArg(imsi=imsi, sgsn_number=number, sgsn_address=ADDRESSES[name])
            return peer.begin(GPRS_LOCATION_UPDATE_V3, argument)
        argument = UpdateLocationArg(imsi=imsi, location_info=LocationInfo(msc_number=number), vlr_number=number)
        return peer.begin(NETWORK_LOC_UP_V3, argument)

    def insert(self, peer: Ss7Peer, own: bytes) -> tuple[Any, Any]:
        """Take a part of the data that are inserted."""
        message, argument = peer.asked(InsertSubscriberDataArg)
        peer.result(message, InsertSubscriberDataRes(), own=own)
        return message, argument

    def look(self, imsi: str = IMSI) -> dict[str, Any]:
        """What inspect tells of a subscriber."""
        reply = self.answer("inspect", subject=imsi)
        assert reply.status == "done", reply
        body: dict[str, Any] = reply.body
        return body

    def answer(self, verb: str, **arguments: Any) -> Reply:
        """Give a command; returns its last answer."""
        return self.command(verb, **arguments)[-1]

    def obey(self, verb: str, **arguments: Any) -> Any:
        """Give a command that is done at once; returns what it tells."""
        reply = self.answer(verb, **arguments)
        assert reply.status == "done", reply
        return reply.body

    def fails(self, verb: str, **arguments: Any) -> str:
        """Give a command that cannot be obeyed; returns why."""
        reply = self.answer(verb, **arguments)
        assert reply.status == "failed", reply
        return str(reply.body["error"])
