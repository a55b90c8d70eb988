"""Called and calling party addresses (Q.713 3.4, 3.5)."""

from dataclasses import dataclass, field, fields
from typing import Any, Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Gt


class Ssn(OpenEnum):
    """Subsystem numbers (3.4.2.2, TS 23.003 8.2, TS 29.018): who in a node a message is for."""

    NOT_KNOWN = 0
    SCCP_MANAGEMENT = 1
    ISUP = 3
    OMAP = 4
    MAP = 5
    HLR = 6
    VLR = 7
    MSC = 8
    EIR = 9
    AUC = 10
    ISDN_SUPPLEMENTARY_SERVICES = 11
    BROADBAND_ISDN = 13
    TC_TEST_RESPONDER = 14
    BSSAP_PLUS = 98
    RANAP = 142
    RNSAP = 143
    GMLC = 145
    CAP = 146
    GSM_SCF = 147
    SIWF = 148
    SGSN = 149
    GGSN = 150
    PCAP = 249
    BSC_BSSAP_LE = 250
    MSC_BSSAP_LE = 251
    SMLC_BSSAP_LE = 252
    BSS_O_AND_M = 253
    BSSAP = 254


class NatureOfAddress(OpenEnum):
    """What kind of number it is (3.4.2.3.1); seven bits."""

    UNKNOWN = 0
    SUBSCRIBER = 1
    RESERVED_FOR_NATIONAL_USE = 2
    NATIONAL = 3
    INTERNATIONAL = 4


class NumberingPlan(OpenEnum):
    """What plan the number is of (3.4.2.3.3); four bits."""

    UNKNOWN = 0
    E164 = 1
    GENERIC = 2
    X121 = 3
    F69 = 4
    E210 = 5
    E212 = 6
    E214 = 7
    PRIVATE = 14


class EncodingScheme(OpenEnum):
    """How the digits are coded (3.4.2.3.3); four bits."""

    UNKNOWN = 0
    BCD_ODD = 1
    BCD_EVEN = 2
    NATIONAL = 3


_FROM_HALVES = "0123456789abcdef"


def digits_of(octets: bytes) -> str:
    """The half octets, the lower of each octet first; those above 9 as ``a`` to ``f`` (3.4.2.3.1)."""
    halves = octets.hex()
    return "".join([halves[i + 1] + halves[i] for i in range(0, len(halves), 2)])


def octets_of(digits: str) -> bytes:
    """Octets of an even number of half octets."""
    if digits.strip(_FROM_HALVES):
        raise ValueError(f"{digits!r} is not made of the digits {_FROM_HALVES}")
    return bytes.fromhex("".join([digits[i + 1] + digits[i] for i in range(0, len(digits), 2)]))


@dataclass(frozen=True, slots=True)
class GlobalTitle:
    """A global title (3.4.2.3): a number that the network translates, by default an international one of E.164.

    Its ``indicator`` tells what of the rest is there: 1 the nature of address, 2 the translation type, 3 translation
    type, numbering plan and encoding scheme, 4 all. ``digits`` are coded as BCD, behind an odd number of them a
    ``filler``; a number coded in another ``scheme``, or in no known form, is in ``octets``. ``spare`` is the top bit of
    the octet with the nature of address where the indicator is 4.
    """

    digits: str = ""
    indicator: int = 4
    translation_type: int = 0
    numbering_plan: NumberingPlan = NumberingPlan.E164
    nature_of_address: NatureOfAddress = NatureOfAddress.INTERNATIONAL
    spare: int = 0
    filler: int = 0
    scheme: EncodingScheme | None = None
    octets: bytes = b""

    @classmethod
    def from_octets(cls, indicator: int, octets: bytes) -> Self:
        """Read the global title of an indicator that is not 0."""
        nature, plan, spare, translation = NatureOfAddress.INTERNATIONAL, NumberingPlan.E164, 0, 0
        scheme = EncodingScheme.UNKNOWN
        try:
            if indicator == 1:
                nature, address = NatureOfAddress(octets[0] & 0x7F), octets[1:]
                scheme = EncodingScheme.BCD_ODD if octets[0] & 0x80 else EncodingScheme.BCD_EVEN
            elif indicator == 2:
                translation, address = octets[0], octets[1:]
            elif indicator == 3:
                translation, plan, address = octets[0], NumberingPlan(octets[1] >> 4), octets[2:]
                scheme = EncodingScheme(octets[1] & 15)
            elif indicator == 4:
                translation, plan, address = octets[0], NumberingPlan(octets[1] >> 4), octets[3:]
                scheme = EncodingScheme(octets[1] & 15)
                nature, spare = NatureOfAddress(octets[2] & 0x7F), octets[2] >> 7
            else:
                address = octets
        except IndexError:
            raise DecodeError(f"global title {octets.hex()} is too short") from None
        odd = scheme == EncodingScheme.BCD_ODD
        told: EncodingScheme | None = scheme
        if indicator not in (1, 3, 4):
            told = None
        if indicator in (1, 3, 4) and (scheme == EncodingScheme.BCD_EVEN or (odd and address)):
            digits = digits_of(address)
            filler = int(digits[-1], 16) if odd else 0
            digits = digits[:-1] if odd else digits
            return cls(digits, indicator, translation, plan, nature, spare, filler)
        return cls("", indicator, translation, plan, nature, spare, 0, told, address)

    def to_octets(self) -> bytes:
        """Write it. ValueError where a part does not fit."""
        odd = len(self.digits) % 2
        address = octets_of(self.digits + _FROM_HALVES[self.filler] * odd) + self.octets
        scheme = self.scheme if self.scheme is not None else EncodingScheme.BCD_ODD if odd else EncodingScheme.BCD_EVEN
        nature = self.nature_of_address
        if self.indicator == 1:
            return bytes([nature | (scheme == EncodingScheme.BCD_ODD) << 7]) + address
        if self.indicator == 2:
            return bytes([self.translation_type]) + address
        plan = self.numbering_plan << 4 | scheme
        if self.indicator == 3:
            return bytes([self.translation_type, plan]) + address
        if self.indicator == 4:
            return bytes([self.translation_type, plan, self.spare << 7 | nature]) + address
        return address

    @property
    def absent(self) -> frozenset[str]:
        """The parts that its indicator says are not there."""
        return _ABSENT.get(self.indicator, _PARTS)

    @property
    def number(self) -> Gt | None:
        """The international E.164 number, if it is one, whatever the form."""
        if self.numbering_plan is not NumberingPlan.E164 or self.nature_of_address is not NatureOfAddress.INTERNATIONAL:
            return None
        try:
            return Gt(self.digits)
        except ValueError:
            return None

    def __str__(self) -> str:
        number = self.number
        if number is not None:
            return str(number)
        plan = "" if self.numbering_plan is NumberingPlan.E164 else f"{self.numbering_plan.name} "
        return f"{plan}{self.digits or self.octets.hex()}"


_PARTS = frozenset({"translation_type", "numbering_plan", "nature_of_address"})
_ABSENT = {
    1: frozenset({"translation_type", "numbering_plan"}),
    2: frozenset({"numbering_plan", "nature_of_address"}),
    3: frozenset({"nature_of_address"}),
    4: frozenset(),
}


@dataclass(frozen=True, slots=True, init=False)
class Address:
    """A subsystem, by global title (an E.164 number), by point code, or here.

    It is routed on its global title where it has one and else on the subsystem number, unless ``route_on_ssn`` says
    otherwise. ``point_code`` is one of 14 bits, with two spare ones above; ``national`` is the top bit of the address
    indicator; ``rest`` are octets behind an address without global title. ``gt`` is what ours are made of, and the
    E.164 number of others where they have one.
    """

    ssn: Ssn | None = None
    title: GlobalTitle | None = None
    point_code: int | None = None
    route_on_ssn: bool | None = None
    national: bool = False
    point_code_spare: int = 0
    rest: bytes = b""
    gt: Gt | None = field(init=False, compare=False, repr=False)
    _octets: bytes | None = field(init=False, compare=False, repr=False)

    def __init__(
        self,
        ssn: int | None = None,
        gt: Gt | None = None,
        point_code: int | None = None,
        *,
        title: GlobalTitle | None = None,
        route_on_ssn: bool | None = None,
        national: bool = False,
        point_code_spare: int = 0,
        rest: bytes = b"",
    ) -> None:
        """Make one from its parts; ``gt`` is short for an international E.164 number as ``title``."""
        if title is None and gt is not None:
            title = GlobalTitle(str(gt))
        if route_on_ssn is (title is None):
            route_on_ssn = None
        put = object.__setattr__
        put(self, "ssn", None if ssn is None else Ssn(ssn))
        put(self, "title", title)
        put(self, "point_code", point_code)
        put(self, "route_on_ssn", route_on_ssn)
        put(self, "national", national)
        put(self, "point_code_spare", point_code_spare)
        put(self, "rest", rest)
        put(self, "gt", None if title is None else title.number)
        put(self, "_octets", None)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read address indicator, point code, subsystem number and global title."""
        known = _addresses.get(octets)
        if known is None:
            known = read_address(octets)
            object.__setattr__(known, "_octets", octets)
            if len(_addresses) < 4096:
                _addresses[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write it. ValueError where a part does not fit."""
        if self._octets is None:
            object.__setattr__(self, "_octets", octets_of_address(self))
        octets = self._octets
        assert octets is not None
        return octets

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, ({part.name: getattr(self, part.name) for part in fields(self) if part.init},)

    def __str__(self) -> str:
        if self.title is not None:
            where = str(self.title)
        elif self.point_code is not None:
            where = f"point code {self.point_code}"
        else:
            where = "here"
        return f"{'?' if self.ssn is None else int(self.ssn)}@{where}"


def _rebuild(parts: dict[str, Any]) -> Address:
    return Address(**parts)


_addresses: dict[bytes, Address] = {}
"""Addresses already read."""


def octets_of_address(address: Address) -> bytes:
    """The octets of an address."""
    title, code = address.title, address.point_code
    on_ssn = title is None if address.route_on_ssn is None else address.route_on_ssn
    indicator = address.national << 7 | on_ssn << 6
    octets = b""
    if code is not None:
        if not 0 <= code < 1 << 14 or not 0 <= address.point_code_spare < 4:
            raise ValueError(f"point code {code} with spare bits {address.point_code_spare} does not fit into 16 bits")
        indicator |= 0x01
        octets += (address.point_code_spare << 14 | code).to_bytes(2, "little")
    if address.ssn is not None:
        indicator |= 0x02
        octets += bytes([address.ssn])
    if title is not None:
        if not 0 < title.indicator < 16:
            raise ValueError(f"{title.indicator} is no global title indicator from 1 to 15")
        indicator |= title.indicator << 2
        octets += title.to_octets()
    octets = bytes([indicator]) + octets + address.rest
    read = read_address(octets)
    if read != address:
        names = [part.name for part in fields(Address) if part.init]
        lost = [name for name in names if getattr(read, name) != getattr(address, name)]
        raise ValueError(f"its parts do not go together: {', '.join(lost)} would be another")
    return octets


def read_address(octets: bytes) -> Address:
    """Read an address of any form."""
    try:
        indicator = octets[0]
        p = 1
        point_code = ssn = title = None
        spare = 0
        if indicator & 0x01:
            point_code, spare = octets[p] | (octets[p + 1] & 0x3F) << 8, octets[p + 1] >> 6
            p += 2
        if indicator & 0x02:
            ssn = octets[p]
            p += 1
    except IndexError:
        raise DecodeError(f"address {octets.hex()} is too short") from None
    rest = octets[p:]
    if indicator >> 2 & 15:
        title, rest = GlobalTitle.from_octets(indicator >> 2 & 15, rest), b""
    return Address(
        ssn,
        None,
        point_code,
        title=title,
        route_on_ssn=indicator & 0x40 != 0,
        national=indicator & 0x80 != 0,
        point_code_spare=spare,
        rest=rest,
    )
