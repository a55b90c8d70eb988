"""M3UA and the head of MTP messages: octets worked out from RFC 4666 and Q.704, and what tshark says of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.stacks import Endpoint, Stacks
from protocol import m3ua, mtp3
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.layout import Extra
from protocol.m3ua import ErrorCode
from protocol.mtp3 import NetworkIndicator, ServiceIndicator
from tests.wire.oracle import LOWER, UPPER, dissect

POINT = (m3ua.AffectedPointCode(0x0123, 2), m3ua.AffectedPointCode(0x0124))

GOLDEN: list[tuple[m3ua.M3uaMessage, str]] = [
    (
        m3ua.Data(
            network_appearance=7,
            routing_context=(1,),
            protocol_data=m3ua.ProtocolData(opc=301, dpc=401, sls=5, payload=b"abcde"),
            correlation_id=9,
        ),
        "01000101 00000038 0200000800000007 0006000800000001"  # noqa: ISC004  one value
        " 02100015 0000012d 00000191 03020005 6162636465 000000 0013000800000009",
    ),
    (
        m3ua.Error(
            error_code=m3ua.ErrorParameter(code=ErrorCode.INVALID_ROUTING_CONTEXT),
            routing_context=(1, 2),
            diagnostic_information=b"ab",
        ),
        "01000000 00000024 000c000800000019 0006000c0000000100000002 00070006 6162 0000",
    ),
    (
        m3ua.Notify(status=m3ua.Status(type=m3ua.StatusType.AS_STATE_CHANGE, information=3), routing_context=(1,)),
        "01000001 00000018 000d000800010003 0006000800000001",
    ),
    (m3ua.Duna(affected_point_code=POINT), "01000201 00000014 0012000c 02000123 00000124"),
    (m3ua.Dava(affected_point_code=POINT[1:]), "01000202 00000010 00120008 00000124"),
    (m3ua.Daud(affected_point_code=POINT[1:]), "01000203 00000010 00120008 00000124"),
    (
        m3ua.Scon(
            affected_point_code=POINT[1:],
            concerned_destination=POINT[1],
            congestion_indications=m3ua.CongestionIndications(level=m3ua.CongestionLevel.CONGESTION_LEVEL_2),
        ),
        "01000204 00000020 00120008 00000124 02060008 00000124 02050008 00000002",
    ),
    (
        m3ua.Dupu(
            affected_point_code=POINT[1:],
            user_cause=m3ua.UserCause(
                cause=m3ua.UnavailabilityCause.INACCESSIBLE_REMOTE_USER, user=ServiceIndicator.SCCP
            ),
        ),
        "01000205 00000018 00120008 00000124 02040008 00020003",
    ),
    (m3ua.Drst(affected_point_code=POINT[1:]), "01000206 00000010 00120008 00000124"),
    (
        m3ua.AspUp(asp_identifier=3, info_string=m3ua.InfoString("hé")),
        "01000301 00000018 0011000800000003 00040006 68e9 0000",
    ),
    (m3ua.AspDown(), "01000302 00000008"),
    (m3ua.Beat(heartbeat_data=b"abcd"), "01000303 00000010 00090008 61626364"),
    (m3ua.AspUpAck(), "01000304 00000008"),
    (m3ua.AspDownAck(), "01000305 00000008"),
    (m3ua.BeatAck(heartbeat_data=b"abcd"), "01000306 00000010 00090008 61626364"),
    (
        m3ua.AspActive(
            traffic_mode_type=m3ua.TrafficModeParameter(mode=m3ua.TrafficMode.LOADSHARE), routing_context=(1,)
        ),
        "01000401 00000018 000b000800000002 0006000800000001",
    ),
    (m3ua.AspInactive(routing_context=(1,)), "01000402 00000010 0006000800000001"),
    (m3ua.AspActiveAck(routing_context=(1,)), "01000403 00000010 0006000800000001"),
    (m3ua.AspInactiveAck(), "01000404 00000008"),
]
"""One message of each kind."""


def named(item: Any) -> str | None:
    """The name of a case."""
    return type(item).__name__ if isinstance(item, m3ua.M3uaMessage) else None


def exact(octets: bytes) -> Any:
    """The message; the same octets come from it, and from its document."""
    message = m3ua.decode(octets)
    assert message.encode() == octets
    document = json.loads(json.dumps(to_document(message)))
    made = from_document(type(message), document)
    assert made == message
    assert made.encode() == octets
    return message


@pytest.mark.parametrize(("message", "octets"), GOLDEN, ids=named)
def test_golden(message: m3ua.M3uaMessage, octets: str) -> None:
    """Each message, octet by octet (RFC 4666 3.3 to 3.8)."""
    raw = bytes.fromhex(octets)
    assert message.encode() == raw
    assert exact(raw) == message
    for size in range(len(raw)):
        with pytest.raises(DecodeError):
            m3ua.decode(raw[:size])


def test_every_message_is_tried() -> None:
    """No message is without its octets."""
    assert {type(message) for message, _ in GOLDEN} == set(m3ua.M3uaMessage.kinds.values())


def test_tshark_reads_them(tshark: str, tmp_path: Path) -> None:
    """Tshark names each message and finds nothing wrong with it but what is on purpose."""
    stacks = Stacks()
    packets = [stacks._sctp(LOWER, UPPER, message.encode()) for message, _ in GOLDEN]
    found = dissect(tshark, tmp_path, packets, fields=("m3ua.message_type", "m3ua.message_class"))
    for (message, _), frame in zip(GOLDEN, found, strict=True):
        if isinstance(message, m3ua.Data):  # "abcde" is no SCCP message
            continue
        assert frame.fields["m3ua.message_class"] == (str(message.code >> 8),)
        assert frame.fields["m3ua.message_type"] == (str(message.code & 255),)
        assert not frame.objection


def test_captures_carry_such_data() -> None:
    """What a capture has below SCCP is a DATA message as declared here."""
    pdu = bytes.fromhex("0900030507024206024206026200")
    packet = Stacks().wrap("gr", Endpoint("a", "10.0.0.3", 301), Endpoint("b", "10.0.0.5", 401), pdu)
    message = exact(packet[20 + 12 + 16 :])
    assert isinstance(message, m3ua.Data)
    data = message.protocol_data
    assert (data.opc, data.dpc, data.service_indicator, data.payload) == (301, 401, ServiceIndicator.SCCP, pdu)
    assert data.network_indicator == NetworkIndicator.NATIONAL


ODD = {
    "parameters in another order": (
        "01000301 00000018 00040006 6869 0000 0011000800000003",
        {"order": ["info_string", "asp_identifier"]},
    ),
    "padding that is not zero": (
        "01000301 00000010 00040006 6869 ffff",
        {"padding": [{"parameter": "info_string", "octets": "ffff"}]},
    ),
    "padding that the length does not count": (
        "01000301 0000000e 00040006 6869 0000",
        {"padding": [{"parameter": "info_string", "octets": ""}]},
    ),
    "no padding": ("01000301 0000000e 00040006 6869", {"padding": [{"parameter": "info_string", "octets": ""}]}),
    "reserved octet": ("01ff0304 00000008", None),
    "octets behind": ("01000304 00000008 dead", None),
    "unknown and repeated parameters": (
        "01000301 00000024 7fff0005 61 ffffff 0011000800000003 0011000800000004 9999",
        None,
    ),
}
"""Messages as others may send them, and their coding."""


@pytest.mark.parametrize(("octets", "coding"), ODD.values(), ids=ODD.keys())
def test_sent_otherwise(octets: str, coding: dict[str, Any] | None) -> None:
    """Order, padding, unknown parameters and what follows are told, and sent again (RFC 4666 3.2)."""
    raw = bytes.fromhex(octets)
    if raw[-2:] == b"\x99\x99":
        raw = raw[:7] + bytes([len(raw)]) + raw[8:]
    message = exact(raw)
    assert to_document(message).get("coding") == coding
    if isinstance(message, m3ua.AspUp):
        other = message.replace(asp_identifier=9)
        assert exact(other.encode()) == other


def test_extras_are_told() -> None:
    """What no parameter takes, and why."""
    message = exact(bytes.fromhex("01000301 00000021 7fff0005 61 ffffff 0011000800000003 0011000800000004 99"))
    assert message.extras == (
        Extra(-1, bytes.fromhex("7fff000561ffffff")),
        Extra(0, bytes.fromhex("0011000800000004")),
        Extra(0, b"\x99"),
    )
    assert [extra.why for extra in message.extras] == [
        "unknown",
        "asp identifier is repeated",
        "too short for a parameter",
    ]
    wrong = exact(bytes.fromhex("01000301 0000000e 00110006 0003"))
    assert (wrong.asp_identifier, wrong.extras[0].why) == (
        None,
        "asp identifier: 2 octets are no number of four octets",
    )


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        ("", ErrorCode.PROTOCOL_ERROR),
        ("02000304 00000008", ErrorCode.INVALID_VERSION),
        ("01000a01 00000008", ErrorCode.UNSUPPORTED_MESSAGE_CLASS),
        ("01000309 00000008", ErrorCode.UNSUPPORTED_MESSAGE_TYPE),
        ("01000304 00000007", ErrorCode.PROTOCOL_ERROR),
        ("01000304 00000009", ErrorCode.PROTOCOL_ERROR),
        ("01000304 0000000c 00040003", ErrorCode.PARAMETER_FIELD_ERROR),
        ("01000304 0000000c 00040005", ErrorCode.PARAMETER_FIELD_ERROR),
        ("01000101 00000008", ErrorCode.MISSING_PARAMETER),
        ("01000101 00000010 02100008 00000001", ErrorCode.PARAMETER_FIELD_ERROR),
        ("01000201 0000000c 00120004", ErrorCode.PARAMETER_FIELD_ERROR),
    ],
)
def test_refused(octets: str, cause: ErrorCode) -> None:
    """A message that cannot be read tells the error code to answer (RFC 4666 3.8.1)."""
    with pytest.raises(DecodeError) as caught:
        m3ua.decode(bytes.fromhex(octets))
    assert caught.value.cause is cause


@settings(max_examples=200)
@given(st.sampled_from(GOLDEN), st.data())
def test_damaged(golden: tuple[m3ua.M3uaMessage, str], data: st.DataObject) -> None:
    """Whatever arrives, it is refused or sent again as it came."""
    octets = bytearray(golden[0].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        exact(bytes(octets))
    except DecodeError as error:
        assert 0 <= error.at <= len(octets)  # noqa: PT017  either is right


@given(st.sampled_from(sorted(m3ua.M3uaMessage.kinds)), st.binary(max_size=40))
def test_any_parameters(code: int, octets: bytes) -> None:
    """The same for parameters at random."""
    head = b"\1\0" + code.to_bytes(2, "big") + (8 + len(octets)).to_bytes(4, "big")
    try:
        exact(head + octets)
    except DecodeError as error:
        assert error.cause is not None  # noqa: PT017


@pytest.mark.parametrize(
    "message",
    [
        m3ua.AspUp(asp_identifier=1 << 32),
        m3ua.AspUp(info_string=m3ua.InfoString("\u20ac")),
        m3ua.Beat(heartbeat_data=bytes(65536)),
        m3ua.Duna(affected_point_code=(m3ua.AffectedPointCode(1 << 24),)),
        m3ua.Data(protocol_data=m3ua.ProtocolData(opc=-1, dpc=0, payload=b"")),
        m3ua.AspUpAck(reserved=256),
    ],
    ids=lambda message: repr(message)[:40],
)
def test_own_fault(message: m3ua.M3uaMessage) -> None:
    """A value of ours that does not fit raises ValueError."""
    with pytest.raises(ValueError, match=r"."):
        message.encode()


# --- MTP --------------------------------------------------------------------------------------------------------------


def test_mtp3_golden() -> None:
    """Service information octet, and a label of DPC, OPC and SLS, the least significant octet first (Q.704 2.2)."""
    message = mtp3.Mtp3Message(dpc=0x0123, opc=0x3FFF, sls=9, payload=b"ab")
    assert message.encode() == bytes.fromhex("83 23c1ff9f 6162")
    assert mtp3.decode(message.encode()) == message


@given(st.binary(max_size=12))
def test_mtp3_of_any_octets(octets: bytes) -> None:
    """Five octets and more are a message, and no bit of them is lost."""
    if len(octets) < 5:
        with pytest.raises(DecodeError):
            mtp3.decode(octets)
        return
    message = mtp3.decode(octets)
    assert message.encode() == octets
    document = json.loads(json.dumps(to_document(message)))
    assert from_document(mtp3.Mtp3Message, document).encode() == octets


@pytest.mark.parametrize("change", [{"dpc": 1 << 14}, {"opc": -1}, {"sls": 16}, {"priority": 4}])
def test_mtp3_own_fault(change: dict[str, Any]) -> None:
    """A number that does not fit into its bits raises ValueError."""
    with pytest.raises(ValueError, match="does not fit"):
        replace(mtp3.Mtp3Message(dpc=1, opc=2, payload=b""), **change).encode()
