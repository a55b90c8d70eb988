"""Strategies of BSSAP+ elements, and of messages of whose elements one and only one is there."""

from typing import Any

from hypothesis import strategies as st

from protocol.bssap_plus import ResetAck, ResetIndication
from protocol.bssap_plus.elements import (
    LocationInformationAge,
    MmInformation,
    ServiceAreaIdentification,
    TunnelPayload,
    TunnelPayloadControl,
)
from tests.wire.kinds_bssgp import chosen, lazily
from tests.wire.strategies import PLMN, element


def information() -> st.SearchStrategy[Any]:
    """MM information short enough for its element."""
    made = st.builds(MmInformation, **{field.name: st.none() | element(field) for field in MmInformation.fields})
    return made.filter(lambda value: len(value.to_octets()) < 256)


KINDS: dict[Any, st.SearchStrategy[Any]] = {
    LocationInformationAge: st.integers(0, 0xFFFF).map(LocationInformationAge),
    ServiceAreaIdentification: st.builds(
        ServiceAreaIdentification, PLMN, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)
    ),
    TunnelPayload: st.builds(TunnelPayload, lazily(TunnelPayloadControl), st.binary(max_size=40)),
    MmInformation: st.deferred(information),
    ResetAck: st.deferred(lambda: chosen(ResetAck, "sgsn_number", "vlr_number")),
    ResetIndication: st.deferred(lambda: chosen(ResetIndication, "sgsn_number", "vlr_number")),
}
