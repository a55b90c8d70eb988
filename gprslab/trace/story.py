"""From records to what people read: who said what to whom, in each protocol, between the ends of its layer.

A GMM message crosses two interfaces and is told once, where it is said; the other record is its relay. A MAP message in
several SCCP segments is told for each segment and then as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final, Self

from gprslab.trace.layers import SS7, Layer, layers, segmented
from gprslab.trace.records import PduRecord
from nodes.core.outputs import Interface, Name
from nodes.core.sccp import Reassembly
from protocol import gtp, ip, sccp, tcap, um
from protocol.bits import Struct
from protocol.declare import printable
from protocol.identities import Imsi, Tlli, Tmsi
from protocol.map.operations import ErrorCode, OperationCode

Address = IPv4Address | IPv6Address

BELOW: Final = frozenset({"um", "ns", "llc", "dtap"})
"""Protocols told only where nothing above them can be read."""

FAR_ENDS: Final = {
    "gmm": "sgsn",
    "sm": "sgsn",
    "sndcp": "sgsn",
    "ip": "pdn",
    "icmp": "pdn",
    "udp": "pdn",
    "mm": "vlr",
    "cc": "vlr",
    "rr": "bss",
}
"""With which element a mobile speaks each protocol."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message: ``source`` and ``target`` are the ends of its protocol's layer.

    ``time`` is in microseconds, ``fields`` are plain JSON types, ``said`` is the typed message (``None`` where it
    could not be read), ``mobile`` is whom it is about (a name, or what is known instead, or nothing). A ``relay`` is a
    message on its way, told before where it was said; a ``carrier`` has a message of which another one tells.
    """

    time: int
    source: Name
    target: Name
    interface: Interface
    protocol: str
    message: str
    fields: dict[str, Any]
    hex: str
    mobile: str = ""
    relay: bool = False
    carrier: bool = False
    said: Any = field(default=None, compare=False, repr=False)

    def row(self, since: int = 0) -> dict[str, Any]:
        """The row of a journal, its time counted from ``since``."""
        return {
            "time": self.time - since,
            "from": self.source,
            "to": self.target,
            "interface": self.interface,
            "protocol": self.protocol,
            "message": self.message,
            "fields": self.fields,
            "hex": self.hex,
            "mobile": self.mobile,
            "relay": self.relay,
        }


class Story:
    """Tells records in their order; learns meanwhile which identity, transaction and channel is whose.

    ``roles`` maps nodes to roles, ``mobiles`` IMSIs to names, ``sgsns`` and ``vlrs`` each BSS to its SGSN and its VLR,
    ``addresses`` static addresses to the mobiles that have them.
    """

    def __init__(
        self,
        roles: Mapping[Name, str],
        mobiles: Mapping[str, str],
        sgsns: Mapping[Name, Name],
        vlrs: Mapping[Name, Name] | None = None,
        addresses: Mapping[Address, str] | None = None,
    ) -> None:
        self._roles = roles
        self._mobiles = mobiles
        self._peers: dict[str, Mapping[Name, Name]] = {"sgsn": sgsns, "vlr": vlrs or {}}
        self._pdn = next((name for name, role in roles.items() if role == "pdn"), "")
        self._owners: dict[Any, str] = {address_key(address): name for address, name in (addresses or {}).items()}
        """Whose a TLLI, a TMSI, a transaction, a channel, a tunnel or an address is."""
        self._segments = Reassembly()

    @classmethod
    def of(cls, lab: Any) -> Self:
        """The story of a laboratory."""
        bsss = {name: lab.node_config(name) for name, role in lab.roles.items() if role == "bss"}
        return cls(
            lab.roles,
            {str(mobile.imsi): mobile.name for mobile in lab.mobiles},
            {name: config.sgsn for name, config in bsss.items()},
            {name: config.vlr for name, config in bsss.items() if config.vlr is not None},
            {
                ip_address(context.address): name
                for name, subscriber in lab.subscribers.items()
                for context in subscriber.contexts.values()
                if context.address is not None
            },
        )

    def name_of(self, subject: str) -> str:
        """The name of the mobile with this IMSI or TLLI, or the subject itself."""
        if subject in self._mobiles:
            return self._mobiles[subject]
        if subject.startswith("0x"):
            return self._owners.get(("identity", int(subject, 16)), subject)
        return subject

    def role_of(self, node: Name) -> str:
        """The role of a node; nothing for an unknown one."""
        return self._roles.get(node, "")

    def tell_all(self, records: Iterable[Any]) -> Iterator[Told]:
        """Tell all PDUs among the records."""
        for record in records:
            if isinstance(record, PduRecord):
                yield from self.tell(record)

    def tell(self, record: PduRecord) -> list[Told]:
        """What one PDU says, in each protocol that people look at."""
        uplink = self._roles.get(record.sender) == LOWER.get(record.interface, "bss")
        found = layers(record.interface, record.pdu, uplink, self._segments, record.time)
        mobile = self._whose(record, found, uplink=uplink)
        told = []
        for number, layer in enumerate(found):
            last = number == len(found) - 1
            if layer.protocol in BELOW and not (last and layer.message is None):
                continue
            if layer.protocol == "sccp" and not (last or found[number + 1].message is None or segmented(layer.message)):
                continue
            if isinstance(layer.message, gtp.TPdu) and not last:
                continue  # its packet is told
            if layer.protocol == "tcap" and (layer.message is None) is segmented(found[0].message):
                continue  # what is to be said of a segment, SCCP has said
            if layer.protocol == "tcap" and "Component" in told_of(layer.message):
                continue
            told.append(self._told(record, layer, mobile, uplink))
        return [replace(it, carrier=it is not told[-1] and it.protocol == "bssgp") for it in told]

    def _told(self, record: PduRecord, layer: Layer, mobile: str, uplink: bool) -> Told:
        source, target = record.sender, record.receiver
        relay = False
        far = FAR_ENDS.get(layer.protocol)
        if far == "pdn":
            outside = self._pdn or (target if uplink else source)
            source, target = (mobile or source, outside) if uplink else (outside, mobile or target)
            relay = record.interface != ("um" if uplink else "gi")
        elif far is not None and record.interface in ("um", "gb", "a"):
            network = self._far_end(record, far, uplink)
            whom = mobile or (target if record.interface == "um" and not uplink else source)
            source, target = (whom, network) if uplink else (network, whom)
            relay = far != "bss" and uplink is not (record.interface == "um")
            relay = relay or (far == "bss" and record.interface != "um")
        return Told(
            time=record.time,
            source=source,
            target=target,
            interface=record.interface,
            protocol=layer.protocol,
            message=title_of(layer),
            fields=fields_of(layer.message),
            hex=(layer.octets or record.pdu).hex(),
            mobile=mobile,
            relay=relay,
            said=layer.message,
        )

    def _far_end(self, record: PduRecord, role: str, uplink: bool) -> Name:
        """With whom a mobile speaks: the BSS of the air, or the element behind it."""
        bss = record.receiver if uplink is (record.interface == "um") else record.sender
        if role == "bss":
            return bss
        if record.interface == "um":
            return self._peers[role].get(bss, bss)
        return record.receiver if uplink else record.sender

    def _whose(self, record: PduRecord, found: list[Layer], *, uplink: bool) -> str:
        """Whom a PDU is about: its sender told it, or the PDU does, or what was said before."""
        meta = record.meta or {}
        imsi = meta.get("imsi", "")
        mobile = meta.get("mobile", "") or self._mobiles.get(imsi, "")
        keys: list[Any] = []
        for layer in found:
            for identity in identities_of(layer.message):
                if isinstance(identity, Imsi):
                    imsi = imsi or str(identity)
                    mobile = mobile or self._mobiles.get(imsi, "")
                else:
                    keys.append(("identity", int(identity)))
            keys += transactions_of(record, layer.message)
            if isinstance(layer.message, ip.Ipv4 | ip.Ipv6):
                keys.append(address_key(layer.message.source if uplink else layer.message.destination))
        for key in keys:
            mobile = mobile or self._owners.get(key, "")
        named = [f"{number:#010x}" for kind, number in keys if kind == "identity"]
        mobile = mobile or imsi or next(iter(named), "")
        for key in keys:
            self._owners[key] = mobile
        return mobile


LOWER: Final = {"um": "ms", "gb": "bss", "a": "bss", "gs": "sgsn", "gn": "sgsn", "gi": "ggsn"}
"""The role at the mobile's side of each interface where messages have a direction."""

IDENTITIES: Final = (
    *("tlli", "tlli_old", "imsi", "mobile_identity", "allocated_ptmsi", "ms_identity", "ptmsi", "tmsi", "new_tmsi"),
    *("mobile_identity_1", "mobile_identity_2", "mobile_tmsi_or_ptmsi"),
)
"""Elements that say whom a message is about."""


def identities_of(message: Any) -> Iterator[Imsi | Tmsi]:
    """The IMSI and the temporary identities in a message; a P-TMSI also as the TLLI that is made of it."""
    for name in IDENTITIES:
        value = getattr(message, name, None)
        value = getattr(value, "value", value)
        if isinstance(value, Imsi | Tmsi):
            yield value
            if isinstance(value, Tmsi) and not isinstance(value, Tlli) and value >> 30 == 3:
                yield Tlli.local(value)
                yield Tlli.foreign(value)


def transactions_of(record: PduRecord, message: Any) -> list[Any]:
    """The transactions and channels that a message belongs to, each with the node that it was named by."""
    sender, receiver = record.sender, record.receiver
    match message:
        case tcap.Begin(otid=otid):
            return [("tcap", (sender, otid))]
        case tcap.Continue(otid=otid, dtid=dtid):
            return [("tcap", (receiver, dtid)), ("tcap", (sender, otid))]
        case tcap.End(dtid=dtid) | tcap.Abort(dtid=dtid):
            return [("tcap", (receiver, dtid))]
        case um.DedicatedChannel(reference=reference):
            return [("channel", reference)]
        case sccp.Cr(source=source):
            return [("sccp", (sender, source))]
        case sccp.Cc(destination=destination, source=source) | sccp.Rlsd(destination=destination, source=source):
            return [("sccp", (receiver, destination)), ("sccp", (sender, source))]
        case sccp.Dt1(destination=destination) | sccp.Cref(destination=destination) | sccp.Rlc(destination=destination):
            return [("sccp", (receiver, destination))]
        case gtp.GtpMessage():
            return [*tunnels_of(sender, receiver, message)]
    return []


def tunnels_of(sender: Name, receiver: Name, message: gtp.GtpMessage) -> Iterator[Any]:
    """The transaction and the tunnels that a GTP message belongs to; those of its sender that it names; the address."""
    number = getattr(message, "sequence_number", None)
    if number is not None:
        yield "gtp", (*sorted((sender, receiver)), number)
    if message.teid:
        yield "teid", (receiver, message.teid)
    for name in ("tunnel_endpoint_identifier_control_plane", "tunnel_endpoint_identifier_data_i"):
        teid = getattr(message, name, None)
        if teid and not isinstance(message, gtp.ErrorIndication):
            yield "teid", (sender, teid)
    address = getattr(message, "end_user_address", None)
    for value in (address.ipv4, address.ipv6) if address is not None else ():
        if value is not None and int(value):
            yield address_key(value)


def address_key(address: Address) -> Any:
    """By what an address of a mobile is known: in IPv6 all of a prefix are one mobile's."""
    return ("address", address if address.version == 4 else int(address) >> 64)


COMPONENTS: Final = frozenset(
    {"Invoke", "ReturnResultLast", "ReturnResultNotLast", "ReturnError", "Reject", "Unreadable"}
)
"""Names of the parts of a TCAP message; what they carry is told by MAP."""


def told_of(message: Any) -> str:
    """``Component`` for a part of a TCAP message that MAP tells, else the name of its class."""
    name = type(message).__name__
    return "Component" if name in COMPONENTS - {"Reject", "Unreadable"} else name


def title_of(layer: Layer) -> str:
    """The message's name; a MAP error without parameter by its code."""
    if isinstance(layer.message, ErrorCode | OperationCode):
        return "".join(word.capitalize() for word in layer.message.name.split("_"))
    return layer.name


CARRIERS: Final = ("llc_pdu", "llc_frame", "components", "sdu", "layer_3_information", "payload")
"""Fields that another row tells."""


def fields_of(message: Any) -> dict[str, Any]:
    """The message's elements as plain JSON types, without what another row tells."""
    shown = printable(message)
    if not isinstance(shown, dict):
        return {}
    return {name: value for name, value in shown.items() if name not in CARRIERS}


def told_by(value: Any) -> Any:
    """What people tell an element by: of a record of bits with one enumeration among them, that one."""
    if isinstance(value, Struct):
        kinds = [item for _, item in value.present() if isinstance(item, Enum)]
        return kinds[0] if len(kinds) == 1 else value
    return value


__all__ = ["SS7", "Story", "Told", "told_by"]
