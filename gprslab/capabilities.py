"""What the mobiles of the lab can do: a GPRS phone of release 99 for GSM 900 and 1800, multislot class 10."""

from protocol.gmm.elements import (
    Access,
    AccessCapabilities,
    AccessTechnology,
    DrxParameter,
    GprsMultislot,
    MsNetworkCapability,
    MsRadioAccessCapability,
    MultislotCapability,
)

MS_NETWORK_CAPABILITY = MsNetworkCapability(
    gea1=True,
    sm_capabilities_via_dedicated_channels=True,
    sm_capabilities_via_gprs_channels=True,
    ucs2_support=False,
    ss_screening_indicator=1,  # ellipsis notation and phase 2 error handling
    solsa_capability=False,
    revision_level_indicator=True,  # release 99 or later
    pfc_feature_mode=False,
    gea2=True,
    gea3=True,
    gea4=False,
    gea5=False,
    gea6=False,
    gea7=False,
    lcs_va_capability=False,
)
"""MS network capability (TS 24.008 10.5.5.12), two octets."""

_RELEASE_99 = AccessCapabilities(
    rf_power_capability=4,  # GSM 900: class 4, 2 W
    a5_bits=0b1010000,  # A5/1 and A5/3
    es_ind=True,
    ps=True,
    multislot_capability=MultislotCapability(
        gprs=GprsMultislot(multislot_class=10, extended_dynamic_allocation=False),
    ),
    compact_interference_measurement_capability=False,
    revision_level_indicator=True,
    umts_fdd_radio_access_technology_capability=False,
    umts_3_84_mcps_tdd_radio_access_technology_capability=False,
    cdma_2000_radio_access_technology_capability=False,
)

MS_RADIO_ACCESS_CAPABILITY = MsRadioAccessCapability(
    (
        Access(AccessTechnology.GSM_E, _RELEASE_99),
        # GSM 1800: class 1, 1 W. What is left out is as in the technology before it (TS 24.008 10.5.5.12a).
        Access(
            AccessTechnology.GSM_1800,
            _RELEASE_99.replace(rf_power_capability=1, a5_bits=None, multislot_capability=None),
        ),
    )
)
"""MS radio access capability (TS 24.008 10.5.5.12a)."""

DRX_PARAMETER = DrxParameter(split_pg_cycle_code=10)
"""DRX parameter (TS 24.008 10.5.5.6): ten paging blocks a cycle, and back to sleep at once after a transfer."""
