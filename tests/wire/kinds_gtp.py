"""Strategies of GTP's values, where most of those made from the types alone would be invalid."""

from typing import Any

from hypothesis import strategies as st

from protocol.gmm.elements import CipheringAlgorithm, Cksn, DrxParameter, MsNetworkCapability
from protocol.gtp import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    Container,
    EndUserAddress,
    ExtensionHeader,
    ExtensionHeaderType,
    ExtensionHeaderTypeList,
    GsnAddress,
    Imsi,
    MmContext,
    PdpContext,
    PrivateExtension,
    QualityOfServiceProfile,
    RabSetupInformation,
    SecurityMode,
    TargetIdentification,
    TransactionIdentifier,
    UnusedFields,
)
from protocol.identities import Apn, Imeisv, MobileIdentity, Plmn, Rai, Teid
from protocol.sm.pdp_address import PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.quality_of_service import QualityOfService

HALF, OCTET, TWO = st.integers(0, 15), st.integers(0, 255), st.integers(0, 0xFFFF)


def octets(size: int) -> st.SearchStrategy[bytes]:
    """So many octets."""
    return st.binary(min_size=size, max_size=size)


TEID = st.integers(0, 0xFFFFFFFF).map(Teid)
ADDRESS = st.builds(GsnAddress, st.ip_addresses(v=4) | st.ip_addresses(v=6))
PLMN = st.builds(Plmn, st.text("0123456789", min_size=3, max_size=3), st.text("0123456789", min_size=2, max_size=3))
RAI = st.builds(Rai, PLMN, TWO, OCTET)
PROFILE = st.builds(
    QualityOfServiceProfile,
    OCTET,
    st.sampled_from((3, 11, 12, 14)).flatmap(lambda size: octets(size).map(QualityOfService.from_octets)),
)
IETF, ETSI = PdpTypeOrganisation.IETF, PdpTypeOrganisation.ETSI
END_USER = st.one_of(
    st.ip_addresses().map(EndUserAddress.static),
    st.just(EndUserAddress.dynamic()),
    st.builds(EndUserAddress, st.just(IETF), st.just(PdpTypeNumber.IPV6), spare=HALF),
    st.just(EndUserAddress(ETSI, PdpTypeNumber.PPP)),
)
TRIPLET = st.builds(AuthenticationTriplet, octets(16), octets(4), octets(8))
QUINTUPLET = st.builds(
    AuthenticationQuintuplet, octets(16), st.binary(min_size=4, max_size=16), octets(16), octets(16), octets(16)
)
IMEISV = st.text("0123456789", min_size=16, max_size=16).map(Imeisv)
CONTAINER = st.builds(Container, st.none() | st.builds(MobileIdentity, IMEISV))


@st.composite
def mm_contexts(draw: st.DrawFn) -> MmContext:
    """MM contexts of all security modes."""
    mode = draw(st.sampled_from(SecurityMode))
    return MmContext(
        mode,
        draw(st.sampled_from(Cksn)),
        draw(st.sampled_from(CipheringAlgorithm)),
        DrxParameter.from_octets(draw(octets(2))),
        kc=draw(octets(8)) if mode.has_kc else None,
        ck=None if mode.has_kc else draw(octets(16)),
        ik=None if mode.has_kc else draw(octets(16)),
        triplets=tuple(draw(st.lists(TRIPLET, max_size=5))) if mode.has_triplets else (),
        quintuplets=() if mode.has_triplets else tuple(draw(st.lists(QUINTUPLET, max_size=5))),
        ms_network_capability=draw(st.none() | st.binary(min_size=1, max_size=4).map(MsNetworkCapability.from_octets)),
        container=draw(CONTAINER),
        spare=draw(st.integers(0, 31)),
    )


PDP_CONTEXT = st.builds(
    PdpContext,
    HALF,
    HALF,
    PROFILE,
    PROFILE,
    PROFILE,
    TWO,
    TWO,
    TEID,
    TEID,
    OCTET,
    END_USER,
    st.none() | ADDRESS,
    st.none() | ADDRESS,
    st.none() | st.sampled_from((Apn("internet"), Apn("mms.example.mnc001.mcc001.gprs"))),
    st.builds(TransactionIdentifier, HALF, OCTET, HALF),
    OCTET,
    OCTET,
    st.booleans(),
    st.booleans(),
    st.just(value=False),
    st.booleans(),
    HALF,
)

OTHER_TYPES = [kind for kind in ExtensionHeaderType if kind not in (0, ExtensionHeaderType.PDCP_PDU_NUMBER)]
EXTENSION_HEADER = st.one_of(
    TWO.map(ExtensionHeader.of_pdcp_pdu),
    st.builds(ExtensionHeader, st.sampled_from(OTHER_TYPES), st.sampled_from((2, 6, 10)).flatmap(octets)),
)

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Imsi: st.text("0123456789", min_size=15, max_size=15).map(Imsi),  # tshark takes shorter ones for malformed
    GsnAddress: ADDRESS,
    EndUserAddress: END_USER,
    QualityOfServiceProfile: PROFILE,
    TargetIdentification: st.builds(TargetIdentification, RAI, TWO, st.none() | TWO) | st.just(TargetIdentification()),
    RabSetupInformation: st.builds(RabSetupInformation, HALF, spare=HALF)
    | st.builds(RabSetupInformation, HALF, TEID, ADDRESS, HALF),
    ExtensionHeaderTypeList: st.lists(st.sampled_from(ExtensionHeaderType), max_size=5).map(
        lambda types: ExtensionHeaderTypeList(tuple(types))
    ),
    PrivateExtension: st.builds(PrivateExtension, TWO, st.binary(max_size=9)),
    AuthenticationTriplet: TRIPLET,
    AuthenticationQuintuplet: QUINTUPLET,
    Container: CONTAINER,
    MmContext: mm_contexts(),
    PdpContext: PDP_CONTEXT,
    TransactionIdentifier: st.builds(TransactionIdentifier, HALF, OCTET, HALF),
    ExtensionHeader: EXTENSION_HEADER,
    # What is unused depends on the flags of the header: tests/wire/test_gtp.py makes such headers.
    UnusedFields: st.nothing(),
}
