"""What a cause of the network does to a mobile beyond the procedure that it ends (TS 24.008 4.7.3.1.4, 4.7.3.1.5)."""

from protocol.causes import GmmCause

SIM_INVALID = {
    GmmCause.ILLEGAL_MS: "for GPRS and non-GPRS",
    GmmCause.ILLEGAL_ME: "for GPRS and non-GPRS",
    GmmCause.GPRS_SERVICES_NOT_ALLOWED: "for GPRS",
    GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED: "for GPRS and non-GPRS",
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

HOPELESS = (
    GmmCause.SEMANTICALLY_INCORRECT_MESSAGE,
    GmmCause.INVALID_MANDATORY_INFORMATION,
    GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
    GmmCause.INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED,
    GmmCause.PROTOCOL_ERROR_UNSPECIFIED,
)
"""Causes after which the same request again is of no use: the counter goes to its end at once (4.7.3.1.5 d)."""
