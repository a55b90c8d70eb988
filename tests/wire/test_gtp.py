"""GTP (TS 29.060, 29.281): the header, every element, and what is answered to messages that are wrong.

PDUs without a source are ours, and tshark 4.0.17 shows them without objection (:func:`test_tshark_reads_contexts`).

Where the oracles are wrong: tshark calls an IMSI of fewer than 15 digits malformed, though 7.7.2 fills it up with ones,
and does not miss mandatory elements. pycrate reads the length of the container of an MM context as one octet, where
figure 40 has two; leaves out the quintuplet length where there is no vector (figure 41); keeps one private extension,
where 7.7.46 allows several; and cannot read an empty extension header type list.
"""

import json
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import gtp
from protocol.causes import GTP_TO_SM, GtpCause, SmCause, sm_cause_of
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.gmm.elements import CipheringAlgorithm, Cksn, DrxParameter, MsNetworkCapability, RadioPriority
from protocol.gtp import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    Container,
    ContextRadioPriority,
    CreatePdpContextRequest,
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    EchoRequest,
    EchoResponse,
    EndMarker,
    EndUserAddress,
    ErrorIndication,
    ExtensionHeader,
    ExtensionHeaderType,
    ExtensionHeaderTypeList,
    ForwardRelocationRequest,
    GgsnInitiatedUpdatePdpContextRequest,
    GsnAddress,
    GtpMessage,
    IdentificationResponse,
    Imsi,
    MmContext,
    MsValidated,
    NoteMsGprsPresentRequest,
    Nsapi,
    PacketFlowId,
    PdpContext,
    PrivateExtension,
    QualityOfServiceProfile,
    RabSetupInformation,
    RadioPrioritySms,
    RanapCause,
    SecurityMode,
    SelectionModeValue,
    SgsnContextRequest,
    SgsnContextResponse,
    SupportedExtensionHeadersNotification,
    TargetIdentification,
    TPdu,
    TransactionIdentifier,
    UnusedFields,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
    VersionNotSupported,
)
from protocol.identities import Apn, Imeisv, MobileIdentity, Rai, Teid, Tlli, Tmsi
from protocol.layout import messages
from protocol.sm.quality_of_service import QualityOfService
from tests.wire.kinds_gtp import EXTENSION_HEADER, KINDS
from tests.wire.oracle import dissect, packet

CREATE = bytes.fromhex(
    "3210004d 00000000 00020000 02 62021132547698f0 0e07 0ffc 1000000101 1100000102 1405 800002f121"
    "830009 08696e7465726e6574 8500040a000003 8500040a000003 86000791947102000090 87000400 0b921f"
)
"""A first context; checked with tshark in tests/lab/test_pcapng.py."""


def refusal(octets: bytes, *, up: bool = True) -> DecodeError:
    """How a message is refused."""
    with pytest.raises(DecodeError) as caught:
        gtp.decode(octets, up=up)
    return caught.value


def framed(code: int, elements: str, teid: int = 1) -> bytes:
    """A message of control plane with these elements."""
    octets = bytes.fromhex(elements)
    return b"\x32" + bytes((code,)) + (len(octets) + 4).to_bytes(2) + teid.to_bytes(4) + b"\0\x07\0\0" + octets


# --- the header --------------------------------------------------------------------------------------------------


def test_create_request_round_trip() -> None:
    """7.3.1: every element of a Create PDP Context Request has its meaning."""
    message = gtp.decode(CREATE)
    assert isinstance(message, CreatePdpContextRequest)
    assert (message.teid, message.sequence_number, message.n_pdu_number) == (0, 2, None)
    assert message.imsi == "262011234567890"
    assert message.recovery == 7
    assert message.selection_mode is not None
    assert message.selection_mode.value is SelectionModeValue.MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED
    assert message.tunnel_endpoint_identifier_control_plane == 0x102
    assert message.nsapi == Nsapi(value=5)
    assert message.linked_nsapi is None
    assert message.end_user_address == EndUserAddress.dynamic()
    assert message.access_point_name == "internet"
    assert str(message.sgsn_address_for_signalling) == "10.0.0.3"
    assert str(message.msisdn) == "491720000009"
    assert message.extras == ()
    assert message.encode() == CREATE


@pytest.mark.parametrize(
    ("octets", "fields"),
    [
        ("30ff0004 deadbeef deadbeef", {}),
        ("38ff0004 deadbeef deadbeef", {"spare": True}),
        ("32ff0008 deadbeef 00010000 deadbeef", {"sequence_number": 1}),
        ("31ff0008 deadbeef 00008000 deadbeef", {"n_pdu_number": 128}),
        ("33ff0008 deadbeef cafe0700 deadbeef", {"sequence_number": 0xCAFE, "n_pdu_number": 7}),
        (
            "31ff0008 deadbeef 000180c0 deadbeef",
            {"n_pdu_number": 128, "unused": UnusedFields(sequence_number=1, next_extension_header_type=0xC0)},
        ),
        ("34ff0008 deadbeef 00000000 deadbeef", {"unused": UnusedFields(extension_flag=True)}),
        (
            "36ff000c deadbeef 000109c0 01000200 deadbeef",
            {
                "sequence_number": 1,
                "extension_headers": (ExtensionHeader.of_pdcp_pdu(2),),
                "unused": UnusedFields(n_pdu_number=9),
            },
        ),
        (  # github:wmnsk/go-gtp: a type of 5G, which no R99 node knows, but which names itself
            "34ff000c deadbeef 00000085 01000500 deadbeef",
            {"extension_headers": (ExtensionHeader(ExtensionHeaderType.PDU_SESSION_CONTAINER, b"\0\5"),)},
        ),
        (  # two that say all by their type, and one that nobody needs to know
            "36ff0018 deadbeef 00010001 01ffffc1 01ffff05 02 010203040506 00 deadbeef",
            {
                "sequence_number": 1,
                "extension_headers": (
                    ExtensionHeader(ExtensionHeaderType.MBMS_SUPPORT_INDICATION),
                    ExtensionHeader(ExtensionHeaderType.SUSPEND_REQUEST),
                    ExtensionHeader(ExtensionHeaderType(5), bytes.fromhex("010203040506")),
                ),
            },
        ),
    ],
)
def test_header(octets: str, fields: dict[str, Any]) -> None:
    """Clause 6: which fields are there, and what an unused one held."""
    pdu = bytes.fromhex(octets)
    message = TPdu(teid=Teid(0xDEADBEEF), payload=bytes.fromhex("deadbeef"), **fields)
    assert gtp.decode(pdu) == message
    assert message.encode() == pdu


@given(st.integers(0, 15), st.binary(max_size=40), st.sampled_from((1, 51, 254, 255)))
def test_headers_are_kept(flags: int, octets: bytes, code: int) -> None:
    """Whatever stands in a header is refused or kept."""
    pdu = bytes((0x30 | flags, code)) + max(len(octets) - 4, 0).to_bytes(2) + octets
    try:
        message = gtp.decode(pdu)
    except DecodeError:
        return
    assert message.encode() == pdu
    assert from_document(type(message), json.loads(json.dumps(to_document(message)))) == message


@given(
    st.none() | st.integers(0, 0xFFFF),
    st.none() | st.integers(0, 255),
    st.lists(EXTENSION_HEADER, max_size=3).map(tuple),
    st.booleans(),
)
def test_headers_of_ours(
    sequence: int | None, number: int | None, headers: tuple[ExtensionHeader, ...], spare: bool
) -> None:
    """What we put into a header is read again."""
    message = EndMarker(
        teid=Teid(7), sequence_number=sequence, n_pdu_number=number, extension_headers=headers, spare=spare
    )
    assert gtp.decode(message.encode()) == message


def test_comprehension_of_extension_headers() -> None:
    """Figure 4: bits 8 and 7 of the type say who must know it."""
    told = [
        (kind.endpoint_must_know, kind.relay_must_know, kind.relay_forwards)
        for kind in map(ExtensionHeaderType, (0x3F, 0x7F, 0xBF, 0xFF))
    ]
    assert told == [
        (False, False, True),
        (False, False, False),
        (True, False, True),
        (True, True, True),
    ]
    assert refusal(bytes.fromhex("34ff000c deadbeef 000000bf 01000500 deadbeef")).cause == 214
    assert gtp.decode(bytes.fromhex("34ff000c deadbeef 0000007f 01000500 deadbeef")).extension_headers[0].is_unknown


@pytest.mark.parametrize(
    "octets",
    [
        "36030004 00000000 0006ffc1",  # github:wmnsk/go-gtp: the header that the flag promises is missing
        "36030008 00000000 000600c1 00ffff00",  # a length of 0
        "36030008 00000000 000600c1 02ffff00",  # a length beyond the end
    ],
)
def test_extension_header_that_is_cut_short(octets: str) -> None:
    """11.1.2: the message is not answered, or the request by #193."""
    assert refusal(bytes.fromhex(octets)).cause is None
    request = octets[:2] + "01" + octets[4:]
    assert refusal(bytes.fromhex(request)).cause == GtpCause.INVALID_MESSAGE_FORMAT


def test_our_own_faults() -> None:
    """A header of ours that cannot be coded is refused when encoded."""
    for fields in (
        {"sequence_number": 65536},
        {"sequence_number": 1, "n_pdu_number": 256},
        {"unused": UnusedFields(sequence_number=1)},
        {"sequence_number": 1, "unused": UnusedFields(sequence_number=1)},
        {"extension_headers": (ExtensionHeader(ExtensionHeaderType.UDP_PORT, b"1"),)},
        {"extension_headers": (ExtensionHeader(ExtensionHeaderType.NO_MORE_EXTENSION_HEADERS),)},
        {"extension_headers": (ExtensionHeader.of_pdcp_pdu(65536),)},
    ):
        with pytest.raises(ValueError, match=r"header|fit"):
            EchoRequest(teid=Teid(0), **fields).encode()
    with pytest.raises(ValueError, match="do not fit"):
        TPdu(teid=Teid(0), sequence_number=1, payload=bytes(65532)).encode()


# --- 11.1: protocol errors ---------------------------------------------------------------------------------------


def test_other_versions() -> None:
    """11.1.1: a message of another version is answered by Version Not Supported, and that by nothing."""
    assert refusal(bytes.fromhex("1e010000 00000000 0000000000000000")).cause == GtpCause.VERSION_NOT_SUPPORTED
    assert refusal(bytes.fromhex("48010008 00000100 03000100")).cause == GtpCause.VERSION_NOT_SUPPORTED
    assert refusal(bytes.fromhex("40030004 00000100")).cause is None
    answer = VersionNotSupported(teid=Teid(0), sequence_number=1)
    assert answer.encode().hex() == "320300040000000000010000"
    assert gtp.decode(answer.encode()) == answer


def test_charging_protocol() -> None:
    """Clause 6: protocol type 0 is GTP', which is not spoken here."""
    assert refusal(bytes.fromhex("220100040000000000010000")).cause is None


@pytest.mark.parametrize("size", range(12))
def test_too_short_for_a_header(size: int) -> None:
    """11.1.2: silently discarded."""
    assert refusal(CREATE[:size]).cause is None


def test_length_that_is_not_that_of_the_datagram() -> None:
    """11.1.2: a request is answered by #193, a response is not answered."""
    assert refusal(CREATE + b"\0").cause == GtpCause.INVALID_MESSAGE_FORMAT
    assert refusal(CREATE[:-1]).cause == GtpCause.INVALID_MESSAGE_FORMAT
    response = framed(21, "0180")
    assert refusal(response + b"\0").cause is None
    assert refusal(response[:-1]).cause is None


def test_octets_beyond_a_packet_of_the_user() -> None:
    """29.281 says nothing of them: they are kept, and are not of the packet."""
    pdu = bytes.fromhex("30ff0002 00000001 4500 aabb")
    message = gtp.decode(pdu)
    assert message == TPdu(teid=Teid(1), payload=b"\x45\0", beyond=b"\xaa\xbb")
    assert message.encode() == pdu
    assert refusal(pdu[:9]).cause is None
    assert gtp.decode(bytes.fromhex("30ff0000 00000001")) == TPdu(teid=Teid(1), payload=b"")


def test_unknown_message() -> None:
    """11.1.3: silently discarded."""
    assert refusal(framed(0, "")).cause is None
    assert refusal(framed(99, "0180")).cause is None


def test_missing_mandatory_element() -> None:
    """11.1.5: a request is answered by #202; a response is told upward."""
    assert refusal(framed(16, "")).cause == GtpCause.MANDATORY_IE_MISSING
    assert refusal(framed(27, "02 62021132547698f0")).cause == GtpCause.MANDATORY_IE_MISSING
    assert refusal(framed(58, "")).cause == GtpCause.MANDATORY_IE_MISSING
    error = refusal(framed(17, "0e01"))
    assert error.cause == GtpCause.MANDATORY_IE_MISSING
    assert "cause is missing" in error.why


@pytest.mark.parametrize("name", ["imsi", "selection_mode", "end_user_address", "access_point_name"])
def test_conditional_element_of_a_first_context(name: str) -> None:
    """11.1: what the condition demands is as mandatory; a secondary context goes without."""
    first = gtp.decode(CREATE)
    lacking = first.replace(**{name: None})
    assert refusal(lacking.encode()).cause == GtpCause.MANDATORY_IE_MISSING
    assert gtp.decode(lacking.replace(teid=Teid(5)).encode()) == lacking.replace(teid=Teid(5))


def test_secondary_context() -> None:
    """7.3.1: two NSAPIs, the second one linked; a flow template, no address."""
    message = CreatePdpContextRequest(
        teid=Teid(7),
        sequence_number=9,
        tunnel_endpoint_identifier_data_i=Teid(8),
        nsapi=Nsapi(value=6),
        linked_nsapi=Nsapi(value=5),
        sgsn_address_for_signalling=GsnAddress.parse("10.0.0.3"),
        sgsn_address_for_user_traffic=GsnAddress.parse("2001:db8::3"),
        quality_of_service_profile=PROFILE,
    )
    octets = message.encode()
    assert octets[12:].hex().startswith("1000000008" + "1406" + "1405" + "850004" + "0a000003" + "850010")
    assert gtp.decode(octets) == message


def test_who_the_mobile_is() -> None:
    """7.5.3: one of TLLI, P-TMSI and IMSI; the IMSI, where the new SGSN has authenticated the mobile."""
    request = SgsnContextRequest(
        teid=Teid(0),
        sequence_number=3,
        rai=Rai.parse("262-01-1-7"),
        tlli=Tlli(0x80000001),
        tunnel_endpoint_identifier_control_plane=Teid(4),
        sgsn_address_for_control_plane=GsnAddress.parse("10.0.0.4"),
    )
    for good in (
        request,
        request.replace(tlli=None, ptmsi=Tmsi(0xC0000001), ptmsi_signature=0x123456),
        request.replace(tlli=None, imsi=Imsi("262011234567890"), ms_validated=MsValidated(validated=True)),
        request.replace(extension_headers=(ExtensionHeader(ExtensionHeaderType.SUSPEND_REQUEST),)),
    ):
        assert gtp.decode(good.encode()) == good
    for bad in (request.replace(tlli=None), request.replace(ms_validated=MsValidated(validated=True))):
        assert refusal(bad.encode()).cause == GtpCause.MANDATORY_IE_MISSING


def test_invalid_mandatory_element() -> None:
    """11.1.7: a request is answered by #201, at the octet that is wrong."""
    error = refusal(framed(36, "02 62021132547698f0 850003 0a0000"))
    assert error.cause == GtpCause.MANDATORY_IE_INCORRECT
    assert error.at == 12 + 9
    assert refusal(framed(32, "02 6202113254769800")).cause == GtpCause.MANDATORY_IE_INCORRECT
    assert refusal(framed(33, "01 80 02 6202113254769800")).cause == GtpCause.MANDATORY_IE_INCORRECT


def test_invalid_optional_element() -> None:
    """11.1.8, 11.1.13: it counts as absent."""
    pdu = framed(20, "1405 840000 ff000100 ff00020001")
    message = gtp.decode(pdu)
    assert isinstance(message, DeletePdpContextRequest)
    assert message.protocol_configuration_options is None
    assert message.private_extensions == (PrivateExtension(1),)
    assert [extra.octets.hex() for extra in message.extras] == ["840000", "ff000100"]
    assert message.encode() == pdu


def test_unknown_element_with_a_length_is_skipped() -> None:
    """11.1.9: and so is one that is known but not expected (11.1.11), whatever its form."""
    for elements in (
        "0e01 c3000400000000 ff00020001",
        "0e01 8500040a000001 ff00020001",
        "0180 03 62f210000107 0e01 16 050001000200030004 ff00020001",
        "0e01 8d0101 ff00020001",
    ):
        pdu = framed(2, elements)
        message = gtp.decode(pdu)
        assert isinstance(message, EchoResponse)
        assert message.recovery == 1
        assert message.private_extensions == (PrivateExtension(1),)
        assert message.extras
        assert message.encode() == pdu


def test_unknown_element_without_a_length_loses_the_rest() -> None:
    """11.1.9: nobody knows where it ends; it and what follows is one extra."""
    pdu = framed(2, "0e01 1e 0102 ff00020001")
    message = gtp.decode(pdu)
    assert isinstance(message, EchoResponse)
    assert message.private_extensions == ()
    assert [extra.octets.hex() for extra in message.extras] == ["1e0102ff00020001"]
    assert message.encode() == pdu
    assert refusal(framed(36, "1e 02 62021132547698f0")).cause == GtpCause.MANDATORY_IE_MISSING
    overrun = bytes.fromhex("32010008 deadbeef cafe0000 deadbeef")  # github:wmnsk/go-gtp
    assert gtp.decode(overrun).extras[0].octets.hex() == "deadbeef"
    assert gtp.decode(overrun).encode() == overrun


def test_elements_out_of_order() -> None:
    """11.1.10: a request is answered by #193, a response is not."""
    assert refusal(framed(20, "1405 13ff")).cause == GtpCause.INVALID_MESSAGE_FORMAT
    error = refusal(framed(17, "0e01 0180"))
    assert error.cause is None
    assert "out of order" in error.why


def test_repeated_elements() -> None:
    """11.1.12: the first counts, except where several are meant."""
    pdu = framed(20, "13ff 13fe 1405 1406")
    message = gtp.decode(pdu)
    assert isinstance(message, DeletePdpContextRequest)
    assert message.nsapi.value == 5
    assert message.teardown_ind is not None
    assert message.teardown_ind.teardown
    assert len(message.extras) == 2
    assert message.encode() == pdu
    triplet = "09" + "11" * 16 + "22" * 4 + "33" * 8
    six = gtp.decode(framed(49, "0180 02 62021132547698f0" + 6 * triplet))
    assert isinstance(six, IdentificationResponse)
    assert six.authentication_triplets == 5 * (AuthenticationTriplet(b"\x11" * 16, b"\x22" * 4, b"\x33" * 8),)
    assert len(six.extras) == 1


def test_addresses_are_known_by_their_place() -> None:
    """7.3.2: the first GSN address is for control, the second for the user's traffic, also where the first is wrong."""
    both = gtp.decode(framed(17, "0180 8500040a000001 8500040a000002"))
    assert isinstance(both, CreatePdpContextResponse)
    assert (str(both.ggsn_address_for_control_plane), str(both.ggsn_address_for_user_traffic)) == (
        "10.0.0.1",
        "10.0.0.2",
    )
    wrong = gtp.decode(framed(17, "0180 8500050a00000101 8500040a000002"))
    assert isinstance(wrong, CreatePdpContextResponse)
    assert wrong.ggsn_address_for_control_plane is None
    assert str(wrong.ggsn_address_for_user_traffic) == "10.0.0.2"
    with pytest.raises(ValueError, match="known by its place"):
        both.replace(ggsn_address_for_control_plane=None).encode()


def test_direction() -> None:
    """7.3.3: an Update PDP Context Request of a GGSN needs but the NSAPI."""
    pdu = framed(18, "1405 870004 01 0b921f")
    message = gtp.decode(pdu, up=False)
    assert isinstance(message, GgsnInitiatedUpdatePdpContextRequest)
    assert message.encode() == pdu
    assert refusal(pdu).cause == GtpCause.MANDATORY_IE_MISSING
    for up in (True, False):
        assert isinstance(gtp.decode(framed(19, "0180"), up=up), UpdatePdpContextResponse)


# --- elements ----------------------------------------------------------------------------------------------------


PROFILE = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex("0b921f7396fefe74030068"[:22])))
TRIPLETS = tuple(AuthenticationTriplet(bytes([n]) * 16, bytes([n]) * 4, bytes([n]) * 8) for n in (1, 2))
QUINTUPLETS = tuple(
    AuthenticationQuintuplet(bytes([n]) * 16, bytes([n]) * 8, bytes([n]) * 16, bytes([n]) * 16, bytes([n]) * 16)
    for n in (3, 4)
)
CONTEXT = PdpContext(
    nsapi=5,
    sapi=3,
    quality_of_service_subscribed=PROFILE,
    quality_of_service_requested=QualityOfServiceProfile(3, QualityOfService.from_octets(bytes.fromhex("0b921f"))),
    quality_of_service_negotiated=PROFILE,
    sequence_number_down=1,
    sequence_number_up=2,
    uplink_teid_control_plane=Teid(0x11223344),
    uplink_teid_data_i=Teid(0x55667788),
    pdp_context_identifier=7,
    pdp_address=EndUserAddress.static(ip_address("10.0.0.9")),
    ggsn_address_for_control_plane=GsnAddress.parse("10.1.1.1"),
    ggsn_address_for_user_traffic=GsnAddress.parse("10.1.1.2"),
    access_point_name=Apn("internet.mnc001.mcc262.gprs"),
    transaction_identifier=TransactionIdentifier(9, 0x85),
    reordering_required=True,
    vplmn_address_allowed=True,
)


def mm_context(mode: SecurityMode, *, vectors: bool = True) -> MmContext:
    """An MM context of that security mode."""
    return MmContext(
        mode,
        Cksn.KEY_3,
        CipheringAlgorithm(7) if mode is SecurityMode.UMTS_KEYS_AND_QUINTUPLETS else CipheringAlgorithm.GEA1,
        DrxParameter.from_octets(b"\x0a\x09"),
        kc=b"K" * 8 if mode.has_kc else None,
        ck=None if mode.has_kc else b"C" * 16,
        ik=None if mode.has_kc else b"I" * 16,
        triplets=TRIPLETS if mode.has_triplets and vectors else (),
        quintuplets=() if mode.has_triplets or not vectors else QUINTUPLETS,
        ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0") if vectors else None,
        container=Container(MobileIdentity(Imeisv("1234567890123456"))) if vectors else Container(),
    )


def context_response(mode: SecurityMode, *, vectors: bool = True) -> SgsnContextResponse:
    """A whole SGSN Context Response."""
    return SgsnContextResponse(
        teid=Teid(1),
        sequence_number=5,
        cause=GtpCause.REQUEST_ACCEPTED,
        imsi=Imsi("262011234567890"),
        tunnel_endpoint_identifier_control_plane=Teid(9),
        radio_priority_sms=RadioPrioritySms(value=RadioPriority.PRIORITY_1),
        radio_priorities=(ContextRadioPriority(nsapi=5, value=RadioPriority.PRIORITY_2),),
        packet_flow_ids=(PacketFlowId(nsapi=5, packet_flow_id=8),),
        mm_context=mm_context(mode, vectors=vectors),
        pdp_contexts=(CONTEXT, CONTEXT),
        sgsn_address_for_control_plane=GsnAddress.parse("10.0.0.3"),
        private_extensions=(PrivateExtension(1, b"x"), PrivateExtension(2, b"y")),
    )


@pytest.mark.parametrize("mode", SecurityMode)
@pytest.mark.parametrize("vectors", [True, False])
def test_context_response_round_trip(mode: SecurityMode, vectors: bool) -> None:
    """7.5.4: two PDP contexts, and the MM context of each security mode, with vectors and without."""
    message = context_response(mode, vectors=vectors)
    assert gtp.decode(message.encode()) == message


def test_mm_context_octets() -> None:
    """Figures 40 and 41, octet by octet; without vectors the quintuplet length is there and 0."""
    with_triplets = mm_context(SecurityMode.GSM_KEY_AND_TRIPLETS).to_octets()
    assert with_triplets[:10].hex() == "fb51" + (b"K" * 8).hex()
    assert with_triplets[66:].hex() == "0a09" + "02e5e0" + "000b" + "2309" + "1332547698103254f6"
    without = mm_context(SecurityMode.UMTS_KEYS_AND_QUINTUPLETS, vectors=False).to_octets()
    assert without.hex() == "fb87" + (b"C" * 16 + b"I" * 16).hex() + "0000" + "0a09" + "00" + "0000"
    quintuplets = mm_context(SecurityMode.GSM_KEY_AND_QUINTUPLETS).to_octets()
    assert quintuplets[:14].hex() == "fbd1" + (b"K" * 8).hex() + "0094" + "0303"
    with pytest.raises(ValueError, match="vectors of the other kind"):
        MmContext(SecurityMode.GSM_KEY_AND_TRIPLETS, Cksn.KEY_0, CipheringAlgorithm.GEA1,
                  DrxParameter.from_octets(b"\0\0"), kc=bytes(8), quintuplets=QUINTUPLETS)  # fmt: skip
    with pytest.raises(DecodeError, match="6 vectors"):
        MmContext.from_octets(bytes((0xFB, 0x71)) + with_triplets[2:])


def test_pdp_context_octets() -> None:
    """Figure 43, octet by octet."""
    assert CONTEXT.to_octets().hex() == (
        "55" + "03"
        + "0c" + "02" + "0b921f7396fefe74030068"
        + "04" + "03" + "0b921f"
        + "0c" + "02" + "0b921f7396fefe74030068"
        + "0001" + "0002" + "ff" + "ff" + "11223344" + "55667788" + "07"
        + "f121" + "04" + "0a000009"
        + "04" + "0a010101" + "04" + "0a010102"
        + "1c" + "08" + b"internet".hex() + "06" + b"mnc001".hex() + "06" + b"mcc262".hex() + "04" + b"gprs".hex()
        + "09" + "85"
    )  # fmt: skip


def test_forward_relocation_round_trip() -> None:
    """7.5.6, 7.5.7: what an Iu handover carries."""
    request = ForwardRelocationRequest(
        teid=Teid(0),
        sequence_number=1,
        imsi=Imsi("262011234567890"),
        tunnel_endpoint_identifier_control_plane=Teid(2),
        ranap_cause=RanapCause.RELOCATION_DESIRABLE_FOR_RADIO_REASONS,
        mm_context=mm_context(SecurityMode.UMTS_KEYS_AND_QUINTUPLETS),
        pdp_contexts=(CONTEXT,),
        sgsn_address_for_control_plane=GsnAddress.parse("10.0.0.3"),
        target_identification=TargetIdentification(Rai.parse("262-01-1-7"), 0x123, 0x1234),
        utran_transparent_container=b"\x01",
    )
    assert gtp.decode(request.encode()) == request
    assert RabSetupInformation(5).to_octets() == b"\x05"
    with pytest.raises(ValueError, match="or none"):
        RabSetupInformation(5, Teid(1)).to_octets()


@given(st.text("0123456789", min_size=6, max_size=15))
def test_imsi_of_any_length(digits: str) -> None:
    """7.7.2: always eight octets."""
    octets = Imsi(digits).to_octets()
    assert len(octets) == 8
    assert Imsi.from_octets(octets) == digits


@pytest.mark.parametrize(
    ("digits", "octets"),
    [("262011234567890", "62021132547698f0"), ("26201123456789", "62021132547698ff"), ("262011", "620211ffffffffff")],
)
def test_imsi(digits: str, octets: str) -> None:
    """7.7.2: the half octets that the digits leave are ones."""
    assert Imsi(digits).to_octets().hex() == octets
    assert Imsi.from_octets(bytes.fromhex(octets)) == digits
    with pytest.raises(DecodeError):
        Imsi.from_octets(bytes.fromhex(octets[:-2]))


def test_small_elements() -> None:
    """7.7: spare bits have the value that each element defines."""
    pdu = framed(36, "02 62021132547698f0 8500040a000003")
    assert NoteMsGprsPresentRequest(
        teid=Teid(1), sequence_number=7, imsi=Imsi("262011234567890"), gsn_address=GsnAddress.parse("10.0.0.3")
    ).encode() == pdu  # fmt: skip
    assert MsValidated(validated=True).to_octets() == b"\xff"
    assert gtp.TeardownInd(teardown=False).to_octets() == b"\xfe"
    assert gtp.SelectionMode(value=SelectionModeValue(2)).to_octets() == b"\xfe"
    assert gtp.ReorderingRequired(required=False).to_octets() == b"\xfe"
    assert Nsapi(value=5).to_octets() == b"\x05"
    assert EndUserAddress.dynamic().to_octets() == b"\xf1\x21"
    assert gtp.TunnelEndpointIdentifierDataII(nsapi=5, teid=Teid(1)).to_octets().hex() == "0500000001"
    notification = SupportedExtensionHeadersNotification(
        teid=Teid(0),
        extension_header_type_list=ExtensionHeaderTypeList((ExtensionHeaderType.PDCP_PDU_NUMBER,)),
    )
    assert notification.encode().hex() == "301f0003000000008d01c0"
    indication = ErrorIndication(
        teid=Teid(0), tunnel_endpoint_identifier_data_i=Teid(5), gsn_address=GsnAddress.parse("10.0.0.4")
    )
    assert gtp.decode(indication.encode()) == indication


MADE = [kind for kind in KINDS if hasattr(kind, "from_octets") and kind is not UnusedFields]


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_values_are_kept(kind: Any) -> None:
    """Any octets are refused, or given back; values of ours are read again."""
    seeds = KINDS[kind].map(lambda value: value.to_octets())

    @settings(max_examples=40)
    @given(st.binary(max_size=40) | seeds, seeds, st.integers(0, 90), st.integers(0, 255))
    def any_octets(octets: bytes, good: bytes, at: int, other: int) -> None:
        spoiled = good[:at] + bytes((other,)) + good[at + 1 :]
        for taken in (octets, good, spoiled, good[:at], good + octets[:5]):
            try:
                value = kind.from_octets(taken)
            except DecodeError:
                continue
            assert value.to_octets() == taken

    @settings(max_examples=40)
    @given(KINDS[kind])
    def values(value: Any) -> None:
        assert kind.from_octets(value.to_octets()) == value
        assert from_document(kind, json.loads(json.dumps(to_document(value, kind)))) == value

    any_octets()
    values()


@given(KINDS[GsnAddress])
def test_addresses_print_and_parse(address: GsnAddress) -> None:
    """What is printed is parsed again."""
    assert GsnAddress.parse(str(address)) == address


def test_causes() -> None:
    """Table 39: what the two top bits of a cause say; PROCEDURES: what the mobile is told."""
    assert [GtpCause(value).is_request for value in (0, 63, 64, 128)] == [True, True, False, False]
    assert [GtpCause(value).is_acceptance for value in (127, 128, 191, 192)] == [False, True, True, False]
    assert [GtpCause(value).is_rejection for value in (63, 64, 127, 128, 192, 255)] == [
        False, True, True, False, True, True,
    ]  # fmt: skip
    assert {int(gtp_cause): int(sm_cause) for gtp_cause, sm_cause in GTP_TO_SM.items()} == {
        199: 26, 211: 26, 212: 26, 219: 27, 220: 28, 209: 29, 222: 33, 193: 38, 201: 38, 202: 38, 203: 38, 204: 38,
        210: 43, 215: 41, 216: 42, 217: 44, 218: 45, 221: 46,
    }  # fmt: skip
    assert sm_cause_of(GtpCause(250)) is SmCause.ACTIVATION_REJECTED_UNSPECIFIED


# --- third parties -----------------------------------------------------------------------------------------------


def test_later_releases_survive(vectors: list[dict[str, Any]]) -> None:
    """Elements that R99 does not have are skipped, and kept in their places."""
    octets = next(bytes.fromhex(v["hex"]) for v in vectors if v["name"] == "IE_RATType(), dissect")
    message = gtp.decode(octets)
    assert isinstance(message, UpdatePdpContextRequest)
    assert [extra.octets[0] for extra in message.extras] == [148, 151, 152, 153, 182]
    assert message.replace(extras=()).encode()[4:8] == octets[4:8]


def test_tshark_reads_contexts(tshark: str, tmp_path: Path) -> None:
    """What we put into SGSN Context Responses, tshark finds there."""
    fields = (
        "gtp.security_mode", "gtp.no_of_vectors", "gtp.rand", "gtp.xres", "gtp.uplink_teid_cp", "gtp.apn", "gtp.ext_id",
        "gtp.cksn_ksi", "gsm_a.imeisv", "gtp.user_ipv4",
    )  # fmt: skip
    sent = [context_response(mode) for mode in SecurityMode]
    stacks = Stacks()
    for message, found in zip(
        sent, dissect(tshark, tmp_path, [packet("gtp", m.encode(), stacks) for m in sent], fields), strict=True
    ):
        assert found.objection == ""
        assert found.info == "SGSN context response"
        context = message.mm_context
        assert context is not None
        assert found.fields["gtp.security_mode"] == (str(int(context.security_mode)),)
        assert found.fields["gtp.no_of_vectors"] == ("2",)
        vectors = context.triplets or context.quintuplets
        assert found.fields["gtp.rand"] == tuple(vector.rand.hex() for vector in vectors)
        assert found.fields["gtp.xres"] == tuple(vector.xres.hex() for vector in context.quintuplets)
        assert found.fields["gtp.uplink_teid_cp"] == ("0x11223344", "0x11223344")
        assert found.fields["gtp.apn"] == 2 * ("internet.mnc001.mcc262.gprs",)
        assert found.fields["gtp.ext_id"] == ("1", "2")


def test_every_message_of_the_inventory() -> None:
    """PROCEDURES 6.11, and the Iu messages that a decoder meets."""
    assert {cls.code for cls in messages(GtpMessage)} == {
        *range(1, 4), *range(16, 24), *range(26, 38), *range(48, 61), 254, 255,
    }  # fmt: skip
