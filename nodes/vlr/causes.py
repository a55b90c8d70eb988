"""What a refusal of the HLR means to the mobile (TS 29.010; a knob, since operators differ)."""

from collections.abc import Mapping

from nodes.core.tcap import Refused
from protocol.causes import MmCause
from protocol.map.errors import RoamingNotAllowedCause, RoamingNotAllowedParam
from protocol.map.operations import ErrorCode


def reason(refused: Refused) -> str:
    """The row of the table of causes that an error falls into."""
    if refused.error is ErrorCode.UNKNOWN_SUBSCRIBER:
        return "unknown subscriber"
    if refused.error is ErrorCode.ROAMING_NOT_ALLOWED:
        barring = RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING
        parameter = refused.parameter
        if isinstance(parameter, RoamingNotAllowedParam) and parameter.roaming_not_allowed_cause is barring:
            return "operator determined barring"
        return "plmn roaming not allowed"
    return "system failure"


def mm_cause(table: Mapping[str, MmCause], refused: Refused) -> MmCause:
    """The reject cause that an error becomes."""
    return table[reason(refused)]


def is_final(refused: Refused) -> bool:
    """True where the HLR will not change its mind: the VLR deletes the subscriber (TS 29.002 19.1.1)."""
    return refused.error in (ErrorCode.UNKNOWN_SUBSCRIBER, ErrorCode.ROAMING_NOT_ALLOWED)
