"""Strategies of GMM elements of which most values would be invalid, or would be read as others."""

from typing import Any

from hypothesis import strategies as st

from protocol.gmm.capability import (
    Access,
    AccessCapabilities,
    AccessTechnology,
    AdditionalAccess,
    AdditionalAccesses,
    MsNetworkCapability,
    MsRadioAccessCapability,
)
from protocol.gmm.lists import (
    EmergencyNumber,
    EmergencyNumberList,
    EmergencyServiceCategory,
    PdpContextStatus,
    PlmnList,
    ReceiveNPduNumber,
    ReceiveNPduNumbers,
)
from protocol.gmm.names import ALPHABET, EXTENSION, CodingScheme, LsaIdentifier, NetworkName, TimeZone, UniversalTime
from protocol.identities import Plmn
from tests.wire.strategies import PLMN, structs

SEPTETS = st.text(st.sampled_from([*(c for c in ALPHABET if c != "\x1b"), *EXTENSION]), max_size=24)
TECHNOLOGIES = [kind for kind in AccessTechnology if kind is not AccessTechnology.ADDITIONAL]

ONE = st.builds(Access, st.sampled_from(TECHNOLOGIES), st.deferred(lambda: structs(AccessCapabilities)))
FURTHER = st.builds(
    Access,
    st.just(AccessTechnology.ADDITIONAL),
    st.lists(
        st.builds(
            AdditionalAccess,
            technology=st.sampled_from(TECHNOLOGIES),
            gmsk_power_class=st.integers(0, 7),
            eight_psk_power_class=st.integers(0, 3),
        ),
        max_size=3,
    ).map(lambda accesses: AdditionalAccesses(tuple(accesses))),
)
ZONE = st.integers(0, 255).map(TimeZone)
CATEGORY = st.integers(0, 31).map(lambda value: EmergencyServiceCategory.from_bits(value, 8))


def number(pair: tuple[int, int]) -> ReceiveNPduNumber:
    """The number that is expected in a context."""
    return ReceiveNPduNumber(nsapi=pair[0], n_pdu_number=pair[1])


def plmns(networks: list[Plmn]) -> PlmnList:
    """A list of networks."""
    return PlmnList(tuple(networks))


KINDS: dict[Any, st.SearchStrategy[Any]] = {
    MsNetworkCapability: st.binary(min_size=1, max_size=4).map(MsNetworkCapability.from_octets),
    Access: ONE | FURTHER,
    MsRadioAccessCapability: st.builds(
        lambda first, others: MsRadioAccessCapability((first, *others)), ONE, st.lists(ONE | FURTHER, max_size=3)
    ),
    PlmnList: st.lists(PLMN, min_size=1, max_size=15).map(plmns),
    ReceiveNPduNumbers: st.lists(
        st.tuples(st.integers(5, 15), st.integers(0, 255)).map(number), min_size=1, max_size=11
    ).map(lambda numbers: ReceiveNPduNumbers(tuple(numbers))),
    PdpContextStatus: st.sets(st.integers(5, 15)).map(lambda active: PdpContextStatus(tuple(sorted(active)))),
    EmergencyNumberList: st.lists(
        st.builds(EmergencyNumber, CATEGORY, st.text("0123456789", min_size=1, max_size=6)), min_size=1, max_size=9
    ).map(lambda numbers: EmergencyNumberList(tuple(numbers))),
    NetworkName: st.builds(NetworkName, st.just(CodingScheme.GSM_DEFAULT_ALPHABET), SEPTETS, st.booleans())
    | st.builds(NetworkName, st.just(CodingScheme.UCS2), st.text(max_size=12), st.booleans()),
    TimeZone: ZONE,
    UniversalTime: st.builds(UniversalTime, st.text("0123456789", min_size=12, max_size=12), ZONE),
    LsaIdentifier: st.just(LsaIdentifier())
    | st.builds(LsaIdentifier, number=st.integers(0, (1 << 23) - 1), universal=st.booleans()),
}
