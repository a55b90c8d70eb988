"""Elements of BSSMAP (TS 48.008 3.2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Lai, Plmn


class BssmapCause(OpenEnum):
    """Cause (3.2.2.5), those of one octet."""

    RADIO_INTERFACE_MESSAGE_FAILURE = 0x00
    RADIO_INTERFACE_FAILURE = 0x01
    UPLINK_QUALITY = 0x02
    UPLINK_STRENGTH = 0x03
    DOWNLINK_QUALITY = 0x04
    DOWNLINK_STRENGTH = 0x05
    DISTANCE = 0x06
    OM_INTERVENTION = 0x07
    RESPONSE_TO_MSC_INVOCATION = 0x08
    CALL_CONTROL = 0x09
    RADIO_INTERFACE_FAILURE_REVERSION_TO_OLD_CHANNEL = 0x0A
    HANDOVER_SUCCESSFUL = 0x0B
    BETTER_CELL = 0x0C
    DIRECTED_RETRY = 0x0D
    JOINED_GROUP_CALL_CHANNEL = 0x0E
    TRAFFIC = 0x0F
    EQUIPMENT_FAILURE = 0x20
    NO_RADIO_RESOURCE_AVAILABLE = 0x21
    REQUESTED_TERRESTRIAL_RESOURCE_UNAVAILABLE = 0x22
    CCCH_OVERLOAD = 0x23
    PROCESSOR_OVERLOAD = 0x24
    BSS_NOT_EQUIPPED = 0x25
    MS_NOT_EQUIPPED = 0x26
    INVALID_CELL = 0x27
    TRAFFIC_LOAD = 0x28
    PREEMPTION = 0x29
    REQUESTED_TRANSCODING_UNAVAILABLE = 0x30
    CIRCUIT_POOL_MISMATCH = 0x31
    SWITCH_CIRCUIT_POOL = 0x32
    REQUESTED_SPEECH_VERSION_UNAVAILABLE = 0x33
    LSA_NOT_ALLOWED = 0x34
    CIPHERING_ALGORITHM_NOT_SUPPORTED = 0x40
    GERAN_IU_MODE_FAILURE = 0x41
    TERRESTRIAL_CIRCUIT_ALREADY_ALLOCATED = 0x50
    INVALID_MESSAGE_CONTENTS = 0x51
    INFORMATION_ELEMENT_OR_FIELD_MISSING = 0x52
    INCORRECT_VALUE = 0x53
    UNKNOWN_MESSAGE_TYPE = 0x54
    UNKNOWN_INFORMATION_ELEMENT = 0x55
    PROTOCOL_ERROR = 0x60
    VGCS_VBS_CALL_NON_EXISTENT = 0x61


class ChosenAlgorithm(OpenEnum):
    """Chosen encryption algorithm (3.2.2.44)."""

    NO_ENCRYPTION = 1
    A5_1 = 2
    A5_2 = 3
    A5_3 = 4
    A5_4 = 5
    A5_5 = 6
    A5_6 = 7
    A5_7 = 8

    @property
    def number(self) -> int:
        """The n of A5/n; 0 for none."""
        return int(self) - 1


class CipherResponseMode(OpenEnum):
    """Cipher response mode (3.2.2.34)."""

    IMEISV_MUST_NOT_BE_INCLUDED = 0
    IMEISV_MUST_BE_INCLUDED = 1


@dataclass(frozen=True, slots=True)
class EncryptionInformation:
    """Encryption information (3.2.2.10): a bit for each algorithm, the lowest for none, then A5/1 to A5/7; and the key.

    The key has eight octets, or none where no algorithm needs it.
    """

    permitted: int
    key: bytes = b""

    @classmethod
    def of(cls, algorithms: Iterable[int], key: bytes) -> Self:
        """These numbers n of A5/n are permitted."""
        return cls(sum(1 << number for number in algorithms), key)

    @property
    def algorithms(self) -> tuple[int, ...]:
        """The numbers n of A5/n that are permitted."""
        return tuple(number for number in range(8) if self.permitted >> number & 1)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the bits, and the key if there is one."""
        if len(octets) not in (1, 9):
            raise DecodeError(f"{len(octets)} octets are no encryption information")
        return cls(octets[0], octets[1:])

    def to_octets(self) -> bytes:
        """Write it. ValueError where a part does not fit."""
        if not 0 <= self.permitted <= 0xFF or len(self.key) not in (0, 8):
            raise ValueError("eight bits tell algorithms, and a key has eight octets")
        return bytes((self.permitted,)) + self.key


class CellForm(OpenEnum):
    """Cell identification discriminator (3.2.2.17, 3.2.2.27): what names a cell, or cells."""

    CELL_GLOBAL_IDENTIFICATION = 0
    LAC_AND_CI = 1
    CI = 2
    NO_CELL = 3
    LAI = 4
    LAC = 5
    ALL_CELLS = 6


WIDTHS = {
    CellForm.CELL_GLOBAL_IDENTIFICATION: 7,
    CellForm.LAC_AND_CI: 4,
    CellForm.CI: 2,
    CellForm.NO_CELL: 0,
    CellForm.LAI: 5,
    CellForm.LAC: 2,
    CellForm.ALL_CELLS: 0,
}
"""The octets of one cell or area in each form."""


@dataclass(frozen=True, slots=True)
class Area:
    """One cell or area: of PLMN, location area code and cell identity those that its form has."""

    plmn: Plmn | None = None
    lac: int | None = None
    ci: int | None = None

    @classmethod
    def from_octets(cls, form: CellForm, octets: bytes) -> Self:
        """Read one of this form."""
        plmn = lac = ci = None
        if form in (CellForm.CELL_GLOBAL_IDENTIFICATION, CellForm.LAI):
            plmn, octets = Plmn.from_octets(octets[:3]), octets[3:]
        if form is not CellForm.CI:
            lac, octets = int.from_bytes(octets[:2], "big"), octets[2:]
        if octets:
            ci = int.from_bytes(octets, "big")
        return cls(plmn, lac, ci)

    def to_octets(self) -> bytes:
        """Write what there is."""
        octets = b"" if self.plmn is None else self.plmn.to_octets()
        return octets + b"".join(number.to_bytes(2, "big") for number in (self.lac, self.ci) if number is not None)


@dataclass(frozen=True, slots=True)
class CellIdentifierList:
    """Cell identifier list (3.2.2.27); with one item also cell identifier (3.2.2.17). ``spare`` are its upper bits."""

    form: CellForm
    areas: tuple[Area, ...] = ()
    spare: int = 0

    @classmethod
    def of_cell(cls, area: Lai, ci: int) -> Self:
        """One cell by its global identification."""
        return cls(CellForm.CELL_GLOBAL_IDENTIFICATION, (Area(area.plmn, area.lac, ci),))

    @classmethod
    def of_area(cls, area: Lai) -> Self:
        """All cells of a location area."""
        return cls(CellForm.LAI, (Area(area.plmn, area.lac),))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the form, and cells or areas to the end."""
        form = CellForm(octets[0] & 15) if octets else None
        width = None if form is None else WIDTHS.get(form)
        if form is None or width is None:
            raise DecodeError(f"{octets[:1].hex() or 'nothing'} is no form of cells that is used here")
        rest = octets[1:]
        if len(rest) % width if width else rest:
            raise DecodeError(f"{len(rest)} octets are no list of {form.words}", at=1)
        areas = tuple(Area.from_octets(form, rest[p : p + width]) for p in range(0, len(rest), width or 1))
        return cls(form, areas, octets[0] >> 4)

    def to_octets(self) -> bytes:
        """Write it. ValueError where an area does not fit the form."""
        width = WIDTHS.get(self.form)
        if width is None:
            raise ValueError(f"{int(self.form)} is no form of cells that is used here")
        octets = [area.to_octets() for area in self.areas]
        if any(len(item) != width for item in octets):
            raise ValueError(f"an area has more or less than the form {self.form.name} says")
        return bytes([self.spare << 4 | self.form]) + b"".join(octets)
