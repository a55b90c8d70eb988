"""The register: every subscriber, what changes about it, and how that is kept for the next life.

Three records a subscriber, each saved only when it changes: ``sqn/<imsi>`` with SQN in 6 octets, ``gprs/<imsi>`` with
the serving SGSN and ``vlr/<imsi>`` with the serving VLR, absent where none serves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from nodes.core.outputs import Record
from nodes.hlr.config import Subscriber
from protocol.identities import GsnAddress, IsdnAddress
from protocol.sccp import Ssn


@dataclass(frozen=True, slots=True)
class GprsLocation:
    """The SGSN that serves a subscriber (TS 23.008 2.4); ``purged``: it has deleted the mobile, which was silent."""

    sgsn_number: IsdnAddress
    sgsn_address: GsnAddress
    purged: bool = False

    ssn: ClassVar[Ssn] = Ssn.SGSN

    @property
    def number(self) -> IsdnAddress:
        """The number by which the node is reached."""
        return self.sgsn_number

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the record that :meth:`to_octets` made."""
        end = 2 + octets[1]
        number, address = IsdnAddress.from_octets(octets[2:end]), GsnAddress.from_octets(octets[end:])
        return cls(number, address, bool(octets[0]))

    def to_octets(self) -> bytes:
        """The purged flag, the length of the number, the number and the address as MAP codes them."""
        number = self.sgsn_number.to_octets()
        return bytes((self.purged, len(number))) + number + self.sgsn_address.to_octets()

    def serves(self, number: IsdnAddress | None) -> bool:
        """Whether this is the SGSN of that number; its digits tell, as they do in the routing, not its nature."""
        return number is not None and number.digits == self.sgsn_number.digits

    def __str__(self) -> str:
        return f"{self.sgsn_number} ({self.sgsn_address})"


@dataclass(frozen=True, slots=True)
class VlrLocation:
    """The VLR and MSC that serve a subscriber (TS 23.008 2.4); ``purged``: it has deleted the mobile."""

    vlr_number: IsdnAddress
    msc_number: IsdnAddress
    purged: bool = False

    ssn: ClassVar[Ssn] = Ssn.VLR

    @property
    def number(self) -> IsdnAddress:
        """The number by which the node is reached."""
        return self.vlr_number

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the record that :meth:`to_octets` made."""
        end = 2 + octets[1]
        return cls(IsdnAddress.from_octets(octets[2:end]), IsdnAddress.from_octets(octets[end:]), bool(octets[0]))

    def to_octets(self) -> bytes:
        """The purged flag, the length of the VLR's number, and both numbers as MAP codes them."""
        number = self.vlr_number.to_octets()
        return bytes((self.purged, len(number))) + number + self.msc_number.to_octets()

    def serves(self, number: IsdnAddress | None) -> bool:
        """Whether this is the VLR of that number."""
        return number is not None and number.digits == self.vlr_number.digits

    def __str__(self) -> str:
        return str(self.vlr_number)


class Entry:
    """A subscriber in the register: what is provisioned, and what changes. Only the register changes it."""

    __slots__ = ("location", "sqn", "subscriber", "vlr")

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.sqn = 0
        """The last sequence number used in a vector (TS 33.102 6.3)."""
        self.location: GprsLocation | None = None
        self.vlr: VlrLocation | None = None


class Register:
    """All entries by IMSI. What it is told to change it saves at once, so before any answer that is sent later."""

    def __init__(self, subscribers: Iterable[Subscriber], save: Callable[[str, bytes | None], None]) -> None:
        self._entries: dict[str, Entry] = {subscriber.imsi: Entry(subscriber) for subscriber in subscribers}
        self._save = save
        self.located = 0
        """How many subscribers have a serving SGSN."""
        self.purged = 0
        """How many of these are purged there."""

    def __len__(self) -> int:
        """How many subscribers there are."""
        return len(self._entries)

    def find(self, imsi: str) -> Entry | None:
        """The entry of a subscriber, None where there is no such."""
        return self._entries.get(imsi)

    def restore(self, record: Record) -> None:
        """Take back a record; one of a subscriber who is not provisioned now is left where it is."""
        kind, _, imsi = record.key.partition("/")
        entry = self._entries.get(imsi)
        if entry is None:
            return
        if kind == "sqn":
            entry.sqn = int.from_bytes(record.octets, "big")
        elif kind == "gprs":
            self._locate(entry, GprsLocation.from_octets(record.octets))
        elif kind == "vlr":
            entry.vlr = VlrLocation.from_octets(record.octets)

    def use(self, entry: Entry, sqn: int) -> None:
        """``sqn`` is the last one used."""
        entry.sqn = sqn
        self._save(f"sqn/{entry.subscriber.imsi}", sqn.to_bytes(6, "big"))

    def locate(self, entry: Entry, location: GprsLocation | None) -> None:
        """The subscriber is served there; None: nowhere."""
        if location != entry.location:
            self._locate(entry, location)
            self._save(f"gprs/{entry.subscriber.imsi}", None if location is None else location.to_octets())

    def locate_vlr(self, entry: Entry, location: VlrLocation | None) -> None:
        """The subscriber is served by that VLR; None: by none."""
        if location != entry.vlr:
            entry.vlr = location
            self._save(f"vlr/{entry.subscriber.imsi}", None if location is None else location.to_octets())

    def forget(self, entry: Entry, location: GprsLocation | VlrLocation) -> None:
        """The subscriber is served there no more, if it has not moved since."""
        if isinstance(location, VlrLocation):
            if entry.vlr is not None and entry.vlr.serves(location.number):
                self.locate_vlr(entry, None)
        elif entry.location is not None and entry.location.serves(location.number):
            self.locate(entry, None)

    def purge(self, entry: Entry) -> None:
        """The serving SGSN has purged the mobile."""
        assert entry.location is not None, "only a serving SGSN purges"
        self.locate(entry, replace(entry.location, purged=True))

    def purge_vlr(self, entry: Entry) -> None:
        """The serving VLR has purged the mobile."""
        assert entry.vlr is not None, "only a serving VLR purges"
        self.locate_vlr(entry, replace(entry.vlr, purged=True))

    def subjects(self) -> Iterable[str]:
        """The IMSIs of all subscribers."""
        return self._entries

    def _locate(self, entry: Entry, location: GprsLocation | None) -> None:
        before, entry.location = entry.location, location
        self.located += (location is not None) - (before is not None)
        self.purged += (location is not None and location.purged) - (before is not None and before.purged)

    def look(self, imsi: str) -> dict[str, object]:
        """What is known of a subscriber, for inspect; keys are not told. KeyError where there is no such."""
        entry = self._entries[imsi]
        known, location = entry.subscriber, entry.location
        return {
            "imsi": str(known.imsi),
            "msisdn": str(known.msisdn),
            "algorithm": known.algorithm.value,
            "gprs": known.gprs,
            "roaming_allowed": known.roaming_allowed,
            "barred": known.barred,
            "apns": [str(context.apn) for context in known.contexts],
            "sqn": entry.sqn,
            "sgsn_number": None if location is None else str(location.sgsn_number),
            "sgsn_address": None if location is None else str(location.sgsn_address),
            "purged": location is not None and location.purged,
            "circuit": known.circuit,
            "vlr_number": None if entry.vlr is None else str(entry.vlr),
            "vlr_purged": entry.vlr is not None and entry.vlr.purged,
        }
