"""What a cause of the network does to a mobile beyond the procedure that it ends (TS 24.008 4.7.3.1.4, 4.7.5.1.4)."""

from typing import Literal

from protocol.causes import GmmCause

Service = Literal["GPRS", "non-GPRS"]
BOTH: frozenset[Service] = frozenset(("GPRS", "non-GPRS"))

SIM_INVALID: dict[GmmCause, frozenset[Service]] = {
    GmmCause.ILLEGAL_MS: BOTH,
    GmmCause.ILLEGAL_ME: BOTH,
    GmmCause.GPRS_SERVICES_NOT_ALLOWED: frozenset(("GPRS",)),
    GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED: BOTH,
}
"""Causes after which the card counts as invalid until the mobile is switched off, and for what."""

PLMN_FORBIDDEN = (GmmCause.PLMN_NOT_ALLOWED, GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN)
"""Causes that close the network."""

AREA_FORBIDDEN = (
    GmmCause.LOCATION_AREA_NOT_ALLOWED,
    GmmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA,
    GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA,
)
"""Causes that close the location area."""

AREA_FORBIDDEN_FOR_A_WHILE = (
    GmmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA,
    GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA,
)
"""Those of them that leave a mobile registered whose update they refuse (4.7.5.1.4)."""

FOR_CALLS_TOO = (GmmCause.PLMN_NOT_ALLOWED, *AREA_FORBIDDEN)
"""Causes that close network or area for calls as well, where both were asked for (4.7.3.2.4, 4.7.5.2.4)."""

HOPELESS = (
    GmmCause.SEMANTICALLY_INCORRECT_MESSAGE,
    GmmCause.INVALID_MANDATORY_INFORMATION,
    GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
    GmmCause.INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED,
    GmmCause.PROTOCOL_ERROR_UNSPECIFIED,
)
"""Causes after which the same request again is of no use: the counter goes to its end at once (4.7.3.1.5 d)."""
