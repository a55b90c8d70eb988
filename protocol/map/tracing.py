"""Tracing of subscribers, and sendIMSI (TS 29.002 17.7.2)."""

from typing import Annotated

from protocol.ber import INTEGER, OCTETS, SEQUENCE, Choice, Sequence
from protocol.identities import Imsi, IsdnAddress
from protocol.map.extension import ExtensionContainer


class ActivateTraceModeArg(Sequence):
    """HLR → SGSN or VLR: trace this subscriber; the type of trace is one of TS 32.008."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    trace_reference: Annotated[bytes, OCTETS(1, least=1, most=2)]
    trace_type: Annotated[int, INTEGER(2, most=255)]
    omc_id: Annotated[IsdnAddress | None, OCTETS(3, least=1, most=20)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class ActivateTraceModeRes(Sequence):
    """SGSN or VLR → HLR: I shall."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class DeactivateTraceModeArg(Sequence):
    """HLR → SGSN or VLR: trace it no more."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    trace_reference: Annotated[bytes, OCTETS(1, least=1, most=2)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class DeactivateTraceModeRes(Sequence):
    """SGSN or VLR → HLR: I do not."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class SendImsiArg(Choice):
    """VLR → HLR: tell me which IMSI has this number."""

    msisdn: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None


class SendImsiRes(Choice):
    """HLR → VLR: this one."""

    imsi: Annotated[Imsi | None, OCTETS()] = None
