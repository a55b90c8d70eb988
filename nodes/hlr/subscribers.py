"""The register: every subscriber, what changes about it, and how that is kept for the next life.

The records of a subscriber, each saved only when it changes: ``subscriber/<imsi>`` with what is provisioned (see
:mod:`nodes.hlr.config`; absent where the configuration file is right), ``sqn/<imsi>`` with SQN in 6 octets,
``gprs/<imsi>`` with the serving SGSN and ``vlr/<imsi>`` with the serving VLR, absent where none serves;
``mnrg/<imsi>`` where the mobile was not reached (:mod:`nodes.hlr.absence`).

What an earlier life knew of locations is unconfirmed until the node tells it anew, and "MS purged" is not known any
more (TS 23.007 5.1).

A million subscribers are kept as the octets of their records. One that is asked for, or has other records, gets an
entry, and is decoded when it is used.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Self

from nodes.core.outputs import Record
from nodes.hlr.absence import Absence
from nodes.hlr.config import ALGORITHMS, RECORD_VERSION, Subscriber, subscriber_of
from protocol.auth import Algorithm
from protocol.identities import GsnAddress, Gt, IsdnAddress
from protocol.sccp import Ssn

KINDS = ("subscriber", "sqn", "gprs", "vlr", "mnrg")
"""What the keys of a subscriber's records begin with."""


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


# As many subscribers are at one node, equal locations are one object.
gprs_location = lru_cache(maxsize=1024)(GprsLocation.from_octets)
vlr_location = lru_cache(maxsize=1024)(VlrLocation.from_octets)


class Entry:
    """A subscriber in the register: what is provisioned, and what changes. Only the register changes it.

    ``profile`` is the record of what is provisioned; it is empty once the subscriber is removed. ``unconfirmed`` and
    ``vlr_unconfirmed``: the location was known before the HLR restarted, and was not told since. ``absence`` is there
    while the mobile was not reached, or GGSNs are to be told that it is back.
    """

    __slots__ = ("absence", "imsi", "location", "profile", "sqn", "unconfirmed", "vlr", "vlr_unconfirmed")

    def __init__(self, imsi: str, profile: bytes) -> None:
        self.imsi = imsi
        self.profile = profile
        self.sqn = 0
        """The last sequence number used in a vector (TS 33.102 6.3)."""
        self.location: GprsLocation | None = None
        self.vlr: VlrLocation | None = None
        self.unconfirmed = False
        self.vlr_unconfirmed = False
        self.absence: Absence | None = None

    @property
    def subscriber(self) -> Subscriber:
        """What is provisioned, decoded."""
        return subscriber_of(self.imsi, self.profile)


class Register:
    """All entries by IMSI. What it is told to change it saves at once, so before any answer that is sent later.

    ``configured`` are the subscribers of the configuration file.
    """

    def __init__(self, configured: Iterable[Subscriber], save: Callable[[str, bytes | None], None]) -> None:
        self._entries: dict[str, bytes | Entry] = {one.imsi: one.to_octets() for one in configured}
        self._configured = frozenset(self._entries)
        self._in_order: list[str] | None = None
        """The IMSIs in their order, once that was asked for, until one comes or goes."""
        self._save = save
        self.located = 0
        """How many subscribers have a serving SGSN."""
        self.purged = 0
        """How many of these are purged there."""
        self.to_note: list[str] = []
        """Who was heard again in an earlier life, with GGSNs that were not told."""

    def __len__(self) -> int:
        """How many subscribers there are."""
        return len(self._entries)

    def find(self, imsi: str) -> Entry | None:
        """The entry of a subscriber, None where there is no such."""
        found = self._entries.get(imsi)
        if isinstance(found, bytes):
            found = self._entries[imsi] = Entry(imsi, found)
        return found

    def profile(self, imsi: str) -> bytes:
        """The record of a subscriber, who needs no entry for that; empty where there is no such."""
        found = self._entries.get(imsi, b"")
        return found if isinstance(found, bytes) else found.profile

    def profiles(self, first: str, most: int, octets: int) -> tuple[dict[str, bytes], str | None]:
        """So many records by IMSI, from ``first`` upwards; and the IMSI behind them, if there is one.

        They end with the one that makes them as long as ``octets``.
        """
        if self._in_order is None:
            self._in_order = sorted(self._entries)
        found: dict[str, bytes] = {}
        at = bisect_left(self._in_order, first)
        for imsi in self._in_order[at : at + most]:
            found[imsi] = self.profile(imsi)
            octets -= len(found[imsi])
            if octets <= 0:
                break
        behind = self._in_order[at + len(found) : at + len(found) + 1]
        return found, behind[0] if behind else None

    def served(self, imsi: str) -> Entry | None:
        """The entry of a subscriber whom some node serves; None for all others."""
        found = self._entries.get(imsi)
        if isinstance(found, Entry) and (found.location is not None or found.vlr is not None):
            return found
        return None

    # --- an earlier life ------------------------------------------------------------------------------------------

    def restore(self, record: Record) -> None:
        """Take back a record. They come in no special order: :meth:`restored` is told when all are there."""
        kind, _, imsi = record.key.partition("/")
        octets = record.octets
        if kind == "subscriber":
            if octets and octets[0] != RECORD_VERSION:
                raise ValueError(f"{record.key} is of version {octets[0]}, this gprslab knows {RECORD_VERSION}")
            entry = self._entries.get(imsi)
            if isinstance(entry, Entry):
                entry.profile = octets
            else:
                self._entries[imsi] = octets
        elif kind == "sqn":
            self._entry(imsi).sqn = int.from_bytes(octets, "big")
        elif kind == "gprs":
            self._locate(self._entry(imsi), gprs_location(octets))
        elif kind == "vlr":
            self._entry(imsi).vlr = vlr_location(octets)
        elif kind == "mnrg":
            entry = self._entry(imsi)
            entry.absence = Absence.from_octets(octets)
            if entry.absence.reason is None:
                self.to_note.append(imsi)

    def restored(self) -> None:
        """All records are there; those of subscribers who are not provisioned now are left where they are."""
        gone = [
            imsi for imsi, entry in self._entries.items() if not (entry if isinstance(entry, bytes) else entry.profile)
        ]
        for imsi in gone:
            entry = self._entries.pop(imsi)
            if isinstance(entry, Entry):
                self._locate(entry, None)

    def doubt(self) -> None:
        """What is known of locations may be out of date, and "MS purged" is not known (TS 23.007 5.1)."""
        for entry in self._entries.values():
            if isinstance(entry, Entry):
                entry.unconfirmed = entry.location is not None
                if entry.location is not None and entry.location.purged:
                    self.locate(entry, replace(entry.location, purged=False))
                    entry.unconfirmed = True
                if entry.vlr is not None and entry.vlr.purged:
                    self.locate_vlr(entry, replace(entry.vlr, purged=False))
                entry.vlr_unconfirmed = entry.vlr is not None

    def serving(self) -> list[tuple[Gt, Ssn]]:
        """The numbers and subsystems of all nodes that serve somebody."""
        nodes: dict[tuple[Gt, Ssn], None] = {}
        for entry in self._entries.values():
            if isinstance(entry, Entry):
                for location in (entry.location, entry.vlr):
                    if location is not None:
                        nodes[Gt(location.number.digits), location.ssn] = None
        return list(nodes)

    def algorithms(self) -> set[Algorithm]:
        """The algorithms of all subscribers."""
        profiles = (entry if isinstance(entry, bytes) else entry.profile for entry in self._entries.values())
        return {ALGORITHMS[number] for number in {profile[1] for profile in profiles}}

    def _entry(self, imsi: str) -> Entry:
        """The entry for a record, whether or not the subscriber is provisioned."""
        entry = self._entries.get(imsi, b"")
        if isinstance(entry, bytes):
            entry = self._entries[imsi] = Entry(imsi, entry)
        return entry

    # --- changes --------------------------------------------------------------------------------------------------

    def provision(self, imsi: str, profile: bytes) -> None:
        """The subscriber is provisioned so from now on; ``profile`` is its record."""
        entry = self._entries.get(imsi)
        if isinstance(entry, Entry):
            entry.profile = profile
        else:
            if entry is None:
                self._in_order = None
            self._entries[imsi] = profile
        self._save(f"subscriber/{imsi}", profile)

    def remove(self, imsi: str) -> None:
        """There is no such subscriber any more; one of the configuration file must stay removed."""
        entry = self._entries.pop(imsi)
        self._in_order = None
        if isinstance(entry, Entry):
            entry.profile = b""
            self.locate(entry, None)
            self.locate_vlr(entry, None)
            self.set_absence(entry, None)
            self._save(f"sqn/{imsi}", None)
        self._save(f"subscriber/{imsi}", b"" if imsi in self._configured else None)

    def use(self, entry: Entry, sqn: int) -> None:
        """``sqn`` is the last one used."""
        entry.sqn = sqn
        self._save(f"sqn/{entry.imsi}", sqn.to_bytes(6, "big"))

    def locate(self, entry: Entry, location: GprsLocation | None) -> None:
        """The subscriber is served there; None: nowhere."""
        entry.unconfirmed = False
        if location != entry.location:
            octets = None if location is None else location.to_octets()
            self._locate(entry, None if octets is None else gprs_location(octets))
            self._save(f"gprs/{entry.imsi}", octets)

    def locate_vlr(self, entry: Entry, location: VlrLocation | None) -> None:
        """The subscriber is served by that VLR; None: by none."""
        entry.vlr_unconfirmed = False
        if location != entry.vlr:
            octets = None if location is None else location.to_octets()
            entry.vlr = None if octets is None else vlr_location(octets)
            self._save(f"vlr/{entry.imsi}", octets)

    def forget(self, imsi: str, number: IsdnAddress, ssn: Ssn) -> None:
        """The subscriber is not any more at the node of that number and subsystem, if it has not moved since."""
        entry = self.find(imsi)
        if entry is None:
            return
        if ssn is Ssn.VLR:
            if entry.vlr is not None and entry.vlr.serves(number):
                self.locate_vlr(entry, None)
        elif entry.location is not None and entry.location.serves(number):
            self.locate(entry, None)

    def purge(self, entry: Entry) -> None:
        """The serving SGSN has purged the mobile."""
        assert entry.location is not None, "only a serving SGSN purges"
        self.locate(entry, replace(entry.location, purged=True))

    def purge_vlr(self, entry: Entry) -> None:
        """The serving VLR has purged the mobile."""
        assert entry.vlr is not None, "only a serving VLR purges"
        self.locate_vlr(entry, replace(entry.vlr, purged=True))

    def set_absence(self, entry: Entry, absence: Absence | None) -> None:
        """The mobile was not reached, or is there again; once it is, and every GGSN was told, nothing is left of it."""
        if absence is not None and absence.reason is None and not absence.ggsns:
            absence = None
        if absence != entry.absence:
            entry.absence = absence
            self._save(f"mnrg/{entry.imsi}", None if absence is None else absence.to_octets())

    def subjects(self) -> Iterable[str]:
        """The IMSIs of all subscribers."""
        return self._entries

    def _locate(self, entry: Entry, location: GprsLocation | None) -> None:
        before, entry.location = entry.location, location
        self.located += (location is not None) - (before is not None)
        self.purged += (location is not None and location.purged) - (before is not None and before.purged)

    def look(self, imsi: str) -> dict[str, object]:
        """What is known of a subscriber, for inspect; keys are not told. KeyError where there is no such."""
        entry = self.find(imsi)
        if entry is None:
            raise KeyError(imsi)
        known, location, absence = entry.subscriber, entry.location, entry.absence
        return {
            "imsi": imsi,
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
            "unconfirmed": entry.unconfirmed or entry.vlr_unconfirmed,
            "mnrg": absence is not None and absence.reason is not None,
            "mnrr": None if absence is None or absence.reason is None else absence.reason.name,
            "ggsns": [] if absence is None else [ggsn.number.digits for ggsn in absence.ggsns],
        }
