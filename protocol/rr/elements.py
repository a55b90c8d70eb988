"""Information elements of radio resource management (TS 44.018 10.5.2) that are made of fields of fixed width."""

from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class CellIdentity(int):
    """Cell identity (TS 24.008 10.5.1.1): two octets, unique in a location area."""

    __slots__ = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read two octets."""
        if len(octets) != 2:
            raise DecodeError(f"{len(octets)} octets are no cell identity")
        return cls(int.from_bytes(octets, "big"))

    def to_octets(self) -> bytes:
        """Write two octets."""
        if not 0 <= self < 1 << 16:
            raise ValueError(f"cell identity {int(self)} does not fit into two octets")
        return self.to_bytes(2, "big")


class PagingMode(OpenEnum):
    """What a page mode says (10.5.2.26)."""

    NORMAL_PAGING = 0
    EXTENDED_PAGING = 1
    PAGING_REORGANIZATION = 2
    SAME_AS_BEFORE = 3


class PageMode(Struct):
    """Page mode (10.5.2.26)."""

    spare: Annotated[int, BITS(2)] = 0
    pm: Annotated[PagingMode, BITS(2)]


class ChannelNeeded(OpenEnum):
    """The channel that a paged mobile is asked to request (10.5.2.8)."""

    ANY_CHANNEL = 0
    SDCCH = 1
    TCH_F = 2
    TCH_H_OR_TCH_F = 3


class ChannelsNeeded(Struct):
    """Channels needed for mobiles 1 and 2 (10.5.2.8)."""

    second: Annotated[ChannelNeeded, BITS(2)] = ChannelNeeded.ANY_CHANNEL
    first: Annotated[ChannelNeeded, BITS(2)]


class SuspensionCause(OpenEnum):
    """Suspension cause (10.5.2.47)."""

    EMERGENCY_CALL_MO_CALL_OR_CALL_RE_ESTABLISHMENT = 0
    LOCATION_AREA_UPDATE = 1
    MO_SHORT_MESSAGE_SERVICE = 2
    OTHER_PROCEDURE_WITH_AN_SDCCH = 3
    MO_VOICE_BROADCAST_OR_GROUP_CALL = 4
    MT_CS_CONNECTION = 5
    DTM_NOT_SUPPORTED_IN_THE_CELL = 6


class ServiceSupport(Struct):
    """Service support (10.5.2.57, Rel-6): of which MBMS services the mobile wants notification."""

    spare: Annotated[int, BITS(6)] = 0
    mbms_multicast: Annotated[bool, BITS(1)]
    mbms_broadcast: Annotated[bool, BITS(1)]


class GprsResumption(Struct):
    """GPRS resumption (10.5.2.14c): whether the SGSN acknowledged that GPRS services go on."""

    spare: Annotated[int, BITS(3)] = 0
    ack: Annotated[bool, BITS(1)]


class CipheringAlgorithm(OpenEnum):
    """Algorithm identifier of a cipher mode setting (10.5.2.9)."""

    A5_1 = 0
    A5_2 = 1
    A5_3 = 2
    A5_4 = 3
    A5_5 = 4
    A5_6 = 5
    A5_7 = 6


class CipherModeSetting(Struct):
    """Cipher mode setting (10.5.2.9)."""

    algorithm_identifier: Annotated[CipheringAlgorithm, BITS(3)]
    start_ciphering: Annotated[bool, BITS(1)]


class CipherResponse(Struct):
    """Cipher response (10.5.2.10): whether the mobile is to send its IMEISV."""

    spare: Annotated[int, BITS(3)] = 0
    imeisv: Annotated[bool, BITS(1)]


class ClassmarkEnquiryMask(Struct):
    """Classmark enquiry mask (10.5.2.7c). Zeros ask: the bits say which classmark is *not* wanted."""

    no_classmark_change: Annotated[bool, BITS(1)]
    no_utran_classmark_change: Annotated[int, BITS(3)]
    no_cdma2000_classmark_change: Annotated[bool, BITS(1)]
    no_geran_iu_mode_classmark_change: Annotated[bool, BITS(1)]
    spare: Annotated[int, BITS(2)] = 0


class AdditionalUpdateParameters(Struct):
    """Additional update parameters (TS 24.008 10.5.3.14, Rel-8): of a mobile that falls back from LTE for a call."""

    spare: Annotated[int, BITS(2)] = 0
    csmo: Annotated[bool, BITS(1)]
    csmt: Annotated[bool, BITS(1)]


class CcchConfiguration(OpenEnum):
    """CCCH_CONF (10.5.2.11): how many timeslots carry CCCHs, and whether SDCCHs are among them."""

    ONE_NOT_COMBINED = 0
    ONE_COMBINED = 1
    TWO_NOT_COMBINED = 2
    THREE_NOT_COMBINED = 4
    FOUR_NOT_COMBINED = 6


class ControlChannelDescription(Struct):
    """Control channel description (10.5.2.11). T3212 counts decihours; 0: no periodic updating."""

    mscr: Annotated[bool, BITS(1)]
    att: Annotated[bool, BITS(1)]
    bs_ag_blks_res: Annotated[int, BITS(3)]
    ccch_conf: Annotated[CcchConfiguration, BITS(3)]
    si22ind: Annotated[bool, BITS(1)] = False
    cbq3: Annotated[int, BITS(2)] = 0
    spare: Annotated[int, BITS(2)] = 0
    bs_pa_mfrms: Annotated[int, BITS(3)]
    t3212: Annotated[int, BITS(8)]


class UplinkDtx(OpenEnum):
    """Discontinuous transmission of the mobile (10.5.2.3)."""

    MAY = 0
    SHALL = 1
    SHALL_NOT = 2


class CellOptions(Struct):
    """Cell options on the BCCH (10.5.2.3). The radio link timeout counts 4 SACCH blocks, the first being 0."""

    dn_ind: Annotated[bool, BITS(1)] = False
    pwrc: Annotated[bool, BITS(1)]
    dtx: Annotated[UplinkDtx, BITS(2)]
    radio_link_timeout: Annotated[int, BITS(4)]


class CellOptionsOnSacch(Struct):
    """Cell options on the SACCH (10.5.2.3a): ``dtx_half_rate`` is a third bit of DTX, for half rate channels."""

    dtx_half_rate: Annotated[bool, BITS(1)]
    pwrc: Annotated[bool, BITS(1)]
    dtx: Annotated[UplinkDtx, BITS(2)]
    radio_link_timeout: Annotated[int, BITS(4)]


class CellSelectionParameters(Struct):
    """Cell selection parameters (10.5.2.4). Hysteresis in steps of 2 dB, least level in dB above -110 dBm."""

    cell_reselect_hysteresis: Annotated[int, BITS(3)]
    ms_txpwr_max_cch: Annotated[int, BITS(5)]
    acs: Annotated[bool, BITS(1)]
    neci: Annotated[bool, BITS(1)]
    rxlev_access_min: Annotated[int, BITS(6)]


class MaxRetrans(OpenEnum):
    """How often a mobile may repeat its request (10.5.2.29)."""

    RETRANSMISSION_1 = 0
    RETRANSMISSIONS_2 = 1
    RETRANSMISSIONS_4 = 2
    RETRANSMISSIONS_7 = 3


class RachControlParameters(Struct):
    """RACH control parameters (10.5.2.29).

    ``re``: call re-establishment is not allowed. ``ac_n``: access class n is barred; ``ec``: emergency calls are for
    classes 11 to 15 alone.
    """

    max_retrans: Annotated[MaxRetrans, BITS(2)]
    tx_integer: Annotated[int, BITS(4)]
    cell_bar_access: Annotated[bool, BITS(1)]
    re: Annotated[bool, BITS(1)]
    ac_15: Annotated[bool, BITS(1)] = False
    ac_14: Annotated[bool, BITS(1)] = False
    ac_13: Annotated[bool, BITS(1)] = False
    ac_12: Annotated[bool, BITS(1)] = False
    ac_11: Annotated[bool, BITS(1)] = False
    ec: Annotated[bool, BITS(1)] = False
    ac_9: Annotated[bool, BITS(1)] = False
    ac_8: Annotated[bool, BITS(1)] = False
    ac_7: Annotated[bool, BITS(1)] = False
    ac_6: Annotated[bool, BITS(1)] = False
    ac_5: Annotated[bool, BITS(1)] = False
    ac_4: Annotated[bool, BITS(1)] = False
    ac_3: Annotated[bool, BITS(1)] = False
    ac_2: Annotated[bool, BITS(1)] = False
    ac_1: Annotated[bool, BITS(1)] = False
    ac_0: Annotated[bool, BITS(1)] = False
