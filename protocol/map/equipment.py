"""Equipment: checkIMEI (TS 29.002 17.7.1)."""

from typing import Annotated, Any

from protocol.ber import BIT_STRING, ENUMERATED, OCTETS, SEQUENCE, Bits, Choice, Sequence
from protocol.declare import OpenEnum, Source
from protocol.identities import Imei, Imeisv
from protocol.map.extension import ExtensionContainer


class IMEI(OCTETS):
    """Eight octets of TBCD: 14 digits, a spare one and a filler, or 14 digits and a software version (17.7.8)."""

    unions = True
    __slots__ = ()

    def __init__(self, number: int | None = None) -> None:
        super().__init__(number, size=8)

    def check(self, kind: Any) -> None:
        if kind != Imei | Imeisv:
            raise TypeError(f"{kind} is not Imei | Imeisv")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [*self.take_checks("q - p"), f"{target} = {source.bind(imei_of, 'imei_of')}(d[p:q])"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return self.put_contents(source, f"{source.bind(octets_of_imei, 'octets')}({value})", self.tag, [])


def imei_of(octets: bytes) -> Imei | Imeisv:
    """The IMEI in eight octets."""
    if octets[7] >> 4 == 15:
        return Imei.from_octets(octets)
    return Imeisv.from_octets(octets)


def octets_of_imei(imei: Imei | Imeisv) -> bytes:
    """Eight octets of an IMEI; without its check digit it gets the spare digit 0."""
    return (Imei(imei + "0") if len(imei) == 14 else imei).to_octets()


class RequestedEquipmentInfo(Bits):
    """What is asked about the equipment."""

    __slots__ = ()
    least = 2
    most = 8
    EQUIPMENT_STATUS = 0
    BMUEF = 1


class EquipmentStatus(OpenEnum):
    """The list that the equipment stands on."""

    WHITE_LISTED = 0
    BLACK_LISTED = 1
    GREY_LISTED = 2


class Uesbi(Bits):
    """UE-specific behaviour information: bits that TS 25.413 gives a meaning."""

    __slots__ = ()
    least = 1
    most = 128


class UesbiIu(Sequence):
    """UE-specific behaviour information of a type of equipment (TS 23.195)."""

    uesbi_iu_a: Annotated[Uesbi | None, BIT_STRING(0)] = None
    uesbi_iu_b: Annotated[Uesbi | None, BIT_STRING(1)] = None


class CheckImeiArg(Sequence):
    """SGSN or VLR → EIR: tell me the list that this equipment stands on."""

    imei: Annotated[Imei | Imeisv, IMEI()]
    requested_equipment_info: Annotated[RequestedEquipmentInfo, BIT_STRING()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class CheckImeiRes(Sequence):
    """EIR → SGSN or VLR: on this one."""

    equipment_status: Annotated[EquipmentStatus | None, ENUMERATED()] = None
    bmuef: Annotated[UesbiIu | None, SEQUENCE()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class CheckImeiArgV2(Choice):
    """SGSN or VLR → EIR: tell me the list that this equipment stands on (versions 1 and 2)."""

    imei: Annotated[Imei | Imeisv | None, IMEI()] = None


class CheckImeiResV2(Choice):
    """EIR → SGSN or VLR: on this one (versions 1 and 2)."""

    equipment_status: Annotated[EquipmentStatus | None, ENUMERATED()] = None
