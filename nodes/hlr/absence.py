"""Mobiles that were not reached: MNRG with its reason, and the GGSNs that wait for their return (TS 23.060 13.1).

The record ``mnrg/<imsi>`` holds the reason (MNRR, TS 23.040 3.3.2) in one octet, 255 where the mobile is there again
and GGSNs are still to be told; then for each GGSN the length and octets of its number, and the length and octets of its
address, where it told one.
"""

from dataclasses import dataclass
from typing import Self

from protocol.identities import GsnAddress, IsdnAddress
from protocol.map.packet import AbsentSubscriberDiagnosticSm

MOST_GGSNS = 8
"""GGSNs that are told of one mobile; where there would be more, the one that has waited longest is dropped."""

HEARD = 255


@dataclass(frozen=True, slots=True)
class Ggsn:
    """A GGSN as it has told itself; its ``address`` where it is reached through a GSN that converts protocols."""

    number: IsdnAddress
    address: GsnAddress | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """``reason`` is MNRR, and None once the mobile is there again: then MNRG is not set, but ``ggsns`` to be told."""

    reason: AbsentSubscriberDiagnosticSm | None
    ggsns: tuple[Ggsn, ...] = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the record that :meth:`to_octets` made."""
        ggsns = []
        p = 1
        while p < len(octets):
            address_at = p + 1 + octets[p]
            end = address_at + 1 + octets[address_at]
            address = octets[address_at + 1 : end]
            number = IsdnAddress.from_octets(octets[p + 1 : address_at])
            ggsns.append(Ggsn(number, GsnAddress.from_octets(address) if address else None))
            p = end
        return cls(None if octets[0] == HEARD else AbsentSubscriberDiagnosticSm(octets[0]), tuple(ggsns))

    def to_octets(self) -> bytes:
        """The record."""
        octets = bytes((HEARD if self.reason is None else self.reason,))
        for ggsn in self.ggsns:
            number = ggsn.number.to_octets()
            address = b"" if ggsn.address is None else ggsn.address.to_octets()
            octets += bytes((len(number),)) + number + bytes((len(address),)) + address
        return octets

    def with_ggsn(self, ggsn: Ggsn) -> "Absence":
        """The same with one more GGSN, by its number."""
        return Absence(self.reason, (*self.without(ggsn.number).ggsns, ggsn)[-MOST_GGSNS:])

    def without(self, number: IsdnAddress) -> "Absence":
        """The same without the GGSN of that number."""
        return Absence(self.reason, tuple([one for one in self.ggsns if one.number.digits != number.digits]))
