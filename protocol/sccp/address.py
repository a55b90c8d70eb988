"""Called and calling party addresses (Q.713 3.4, 3.5)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Gt, digits_of, octets_of

_GT = b"\x00"
"""Translation type 0: the global title serves routing by its numbering plan alone."""

_INTERNATIONAL = 4
"""Nature of address: international number."""

_E164 = 1
"""Numbering plan: ISDN/telephony."""


class Ssn(OpenEnum):
    """Subsystem numbers (TS 23.003 8.2): who in a node a message is for."""

    SCCP_MANAGEMENT = 1
    HLR = 6
    VLR = 7
    MSC = 8
    EIR = 9
    AUC = 10
    BSSAP_PLUS = 98
    GGSN = 150
    SGSN = 149
    CAP = 146
    GMLC = 145


@dataclass(frozen=True, slots=True)
class Address:
    """A subsystem, by global title (an E.164 number), by point code, or here.

    Ours have a global title of indicator 4, translation type 0, international, and are routed on it; or none, and are
    routed on the subsystem number. One received in another form keeps its ``octets`` and is sent back as it came.
    """

    ssn: int | None = None
    gt: Gt | None = None
    point_code: int | None = None
    octets: bytes | None = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read address indicator, point code, subsystem number and global title."""
        known = _addresses.get(octets)
        if known is None:
            known = read_address(octets)
            if len(_addresses) < 4096:
                _addresses[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write it. ValueError where the subsystem number or the point code does not fit."""
        return octets_of_address(self)

    def __str__(self) -> str:
        if self.gt is not None:
            where: str = self.gt
        elif self.point_code is not None:
            where = f"point code {self.point_code}"
        else:
            where = "here" if self.octets is None else self.octets.hex()
        return f"{'?' if self.ssn is None else self.ssn}@{where}"


_addresses: dict[bytes, Address] = {}
"""Addresses already read."""


@lru_cache(4096)
def octets_of_address(address: Address) -> bytes:
    """The octets of an address."""
    if address.octets is not None:
        return address.octets
    indicator = 0x10 if address.gt is not None else 0x40
    octets = b""
    if address.point_code is not None:
        indicator |= 0x01
        octets += address.point_code.to_bytes(2, "little")
    if address.ssn is not None:
        indicator |= 0x02
        octets += bytes([address.ssn])
    if address.gt is not None:
        # The filler of a global title is 0, not 15 as in TBCD.
        digits = octets_of(address.gt + "0" * (len(address.gt) % 2))
        octets += _GT + bytes((_E164 << 4 | (1 if len(address.gt) % 2 else 2), _INTERNATIONAL)) + digits
    return bytes([indicator]) + octets


def read_address(octets: bytes) -> Address:
    """Read an address of any form; what is not ours to make keeps its octets."""
    try:
        indicator = octets[0]
        p = 1
        point_code = ssn = None
        if indicator & 0x01:
            point_code = octets[p] | octets[p + 1] << 8
            p += 2
        if indicator & 0x02:
            ssn = octets[p]
            p += 1
        gt = read_title(indicator >> 2 & 15, octets[p:])
    except IndexError:
        raise DecodeError(f"address {octets.hex()} is too short") from None
    address = Address(ssn, gt, point_code)
    return address if address.to_octets() == octets else Address(ssn, gt, point_code, octets)


def read_title(form: int, octets: bytes) -> Gt | None:
    """The international E.164 number of a global title, if it is one (Q.713 3.4.2.3)."""
    plan, nature = _E164, _INTERNATIONAL
    if form == 1:  # nature of address, its top bit for an odd number of digits
        nature, odd, digits = octets[0] & 0x7F, octets[0] >> 7 == 1, octets[1:]
    elif form == 3:  # translation type, numbering plan, encoding scheme
        plan, odd, digits = octets[1] >> 4, octets[1] & 15 == 1, octets[2:]
    elif form == 4:  # the same, and nature of address
        plan, nature, odd, digits = octets[1] >> 4, octets[2] & 0x7F, octets[1] & 15 == 1, octets[3:]
    else:
        return None
    if plan != _E164 or nature != _INTERNATIONAL or not digits:
        return None
    try:
        number = digits_of(digits[:-1]) + digits_of(bytes([digits[-1] | 0xF0]) if odd else digits[-1:])
        return Gt(number)
    except (DecodeError, ValueError):
        return None
