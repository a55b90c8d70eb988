"""What a refusal of the HLR means to the mobile (TS 29.010; a knob, since operators differ)."""

from collections.abc import Mapping

from nodes.core.tcap import Refused
from protocol.causes import GmmCause
from protocol.map.errors import (
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.operations import ErrorCode


def reason(refused: Refused) -> str:
    """The row of the table of causes that an error falls into.

    An HLR that tells no diagnostic may mean packets alone, so a mobile does not lose its calls for it.
    """
    parameter = refused.parameter
    if refused.error is ErrorCode.UNKNOWN_SUBSCRIBER:
        unknown = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
        if isinstance(parameter, UnknownSubscriberParam) and parameter.unknown_subscriber_diagnostic is unknown:
            return "imsi unknown"
        return "gprs subscription unknown"
    if refused.error is ErrorCode.ROAMING_NOT_ALLOWED:
        barring = RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING
        if isinstance(parameter, RoamingNotAllowedParam) and parameter.roaming_not_allowed_cause is barring:
            return "operator determined barring"
        return "plmn roaming not allowed"
    return "system failure"


def gmm_cause(table: Mapping[str, GmmCause], refused: Refused) -> GmmCause:
    """The GMM cause that an error becomes."""
    return table[reason(refused)]
