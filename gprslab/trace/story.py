"""From records to what people read: who said what to whom, in each protocol, between the ends of its layer.

A GMM message crosses two interfaces and is told once, where it is said; the other record is its relay. A MAP message in
several SCCP segments is told for each segment and then as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Self

from gprslab.trace.layers import SS7, Layer, layers
from gprslab.trace.records import PduRecord
from nodes.core.outputs import Interface, Name
from nodes.core.sccp import Reassembly
from protocol.bits import Struct
from protocol.declare import printable
from protocol.identities import Imsi, MobileIdentity, Tlli, Tmsi
from protocol.map.operations import ErrorCode, OperationCode

BELOW: Final = frozenset({"um", "ns", "llc"})
"""Protocols told only where nothing above them can be read."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message: ``source`` and ``target`` are the ends of its protocol's layer.

    ``time`` is in microseconds, ``fields`` are plain JSON types, ``said`` is the typed message (``None`` where it
    could not be read), ``mobile`` is whom it is about (a name, or what is known instead, or nothing). A ``relay`` is a
    message on its way, told before where it was said.
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
    """Tells records in their order; learns meanwhile which TLLI and which TCAP transaction is whose.

    ``roles`` maps nodes to roles, ``mobiles`` IMSIs to names, ``sgsns`` each BSS to its SGSN.
    """

    def __init__(self, roles: Mapping[Name, str], mobiles: Mapping[str, str], sgsns: Mapping[Name, Name]) -> None:
        self._roles = roles
        self._mobiles = mobiles
        self._sgsns = sgsns
        self._by_tlli: dict[int, str] = {}
        self._by_transaction: dict[tuple[Name, bytes], str] = {}
        self._segments = Reassembly()

    @classmethod
    def of(cls, lab: Any) -> Self:
        """The story of a laboratory."""
        sgsns = {name: lab.node_config(name).sgsn for name, role in lab.roles.items() if role == "bss"}
        return cls(lab.roles, {str(mobile.imsi): mobile.name for mobile in lab.mobiles}, sgsns)

    def name_of(self, subject: str) -> str:
        """The name of the mobile with this IMSI or TLLI, or the subject itself."""
        if subject in self._mobiles:
            return self._mobiles[subject]
        if subject.startswith("0x"):
            return self._by_tlli.get(int(subject, 16), subject)
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
        uplink = self._roles.get(record.sender) == ("ms" if record.interface == "um" else "bss")
        found = layers(record.interface, record.pdu, uplink, self._segments, record.time)
        mobile = self._whose(record, found)
        told = []
        for number, layer in enumerate(found):
            last = number == len(found) - 1
            if layer.protocol in BELOW and not (last and layer.message is None):
                continue
            if layer.protocol == "sccp" and not (last or found[number + 1].message is None or segmented(layer.message)):
                continue
            if layer.protocol == "tcap" and (layer.message is None) is segmented(found[0].message):
                continue  # what is to be said of a segment, SCCP has said
            if layer.protocol == "tcap" and "Component" in told_of(layer.message):
                continue
            told.append(self._told(record, found, layer, mobile, uplink))
        return told

    def _told(self, record: PduRecord, found: list[Layer], layer: Layer, mobile: str, uplink: bool) -> Told:
        source, target = record.sender, record.receiver
        relay = False
        if layer.protocol == "gmm":
            bss = target if record.interface == "um" and uplink else source
            sgsn = self._sgsns.get(bss, bss) if record.interface == "um" else target if uplink else source
            source, target = (mobile, sgsn) if uplink else (sgsn, mobile)
            relay = uplink is (record.interface == "gb")
        return Told(
            time=record.time,
            source=source,
            target=target,
            interface=record.interface,
            protocol=layer.protocol,
            message=title_of(layer),
            fields=fields_of(layer.message),
            hex=octets_of(layer, found, record.pdu).hex(),
            mobile=mobile,
            relay=relay,
            said=layer.message,
        )

    def _whose(self, record: PduRecord, found: list[Layer]) -> str:
        """Whom a PDU is about: its sender told it, or the PDU does, or what was said before."""
        meta = record.meta or {}
        imsi = meta.get("imsi", "")
        mobile = meta.get("mobile", "") or self._mobiles.get(imsi, "")
        tllis: list[int] = []
        transaction: Any = None
        for layer in found:
            message = layer.message
            tlli = getattr(message, "tlli", None)
            if isinstance(tlli, Tlli):
                tllis.append(tlli)
                mobile = mobile or self._by_tlli.get(tlli, "")
            allocated = getattr(message, "allocated_ptmsi", None)
            if isinstance(allocated, MobileIdentity) and isinstance(allocated.value, Tmsi):
                tllis.append(Tlli.local(allocated.value))
            identity = getattr(getattr(message, "mobile_identity", None), "value", getattr(message, "imsi", None))
            if isinstance(identity, Imsi):
                imsi = imsi or str(identity)
                mobile = mobile or self._mobiles.get(imsi, "")
            if layer.protocol == "tcap" and transaction is None:
                transaction = message
        dtid, otid = getattr(transaction, "dtid", None), getattr(transaction, "otid", None)
        if dtid is not None:
            mobile = mobile or self._by_transaction.get((record.receiver, dtid), "")
        mobile = mobile or imsi or (str(Tlli(tllis[0])) if tllis else "")
        for number in tllis:
            self._by_tlli[number] = mobile
        if otid is not None and mobile:
            self._by_transaction[record.sender, otid] = mobile
        return mobile


COMPONENTS: Final = frozenset(
    {"Invoke", "ReturnResultLast", "ReturnResultNotLast", "ReturnError", "Reject", "Unreadable"}
)
"""Names of the parts of a TCAP message; what they carry is told by MAP."""


def told_of(message: Any) -> str:
    """``Component`` for a part of a TCAP message that MAP tells, else the name of its class."""
    name = type(message).__name__
    return "Component" if name in COMPONENTS - {"Reject", "Unreadable"} else name


def segmented(message: Any) -> bool:
    """Whether an SCCP message is one of several segments."""
    part = getattr(message, "segmentation", None)
    return part is not None and not (part.first and part.remaining == 0)


def title_of(layer: Layer) -> str:
    """The message's name; a MAP error without parameter by its code."""
    if isinstance(layer.message, ErrorCode | OperationCode):
        return "".join(word.capitalize() for word in layer.message.name.split("_"))
    return layer.name


def fields_of(message: Any) -> dict[str, Any]:
    """The message's elements as plain JSON types, without what another row tells."""
    shown = printable(message)
    if not isinstance(shown, dict):
        return {}
    return {name: value for name, value in shown.items() if name not in ("llc_pdu", "llc_frame", "components", "sdu")}


def told_by(value: Any) -> Any:
    """What people tell an element by: of a record of bits with one enumeration among them, that one."""
    if isinstance(value, Struct):
        kinds = [item for _, item in value.present() if isinstance(item, Enum)]
        return kinds[0] if len(kinds) == 1 else value
    return value


def octets_of(layer: Layer, found: list[Layer], pdu: bytes) -> bytes:
    """The octets of one layer; those of the whole PDU where it cannot be told which they are."""
    below: Any = found[found.index(layer) - 1].message if layer is not found[0] else None
    match layer.protocol:
        case "gmm":
            return bytes(below.information)
        case "bssgp":
            return bytes(below.sdu)
        case "map" if hasattr(layer.message, "encode"):
            return bytes(layer.message.encode())
        case "tcap" if hasattr(layer.message, "encode"):
            return bytes(layer.message.encode())
        case _:
            return pdu


__all__ = ["SS7", "Story", "Told", "told_by"]
