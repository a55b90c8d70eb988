"""Call control (TS 24.008 9.3): known-good PDUs, the rules for bad ones (section 8), transaction and sequence."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import cc, layout
from protocol.causes import CcCause
from protocol.cc import CcMessage
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from tests.conftest import pycrate
from tests.wire import oracle
from tests.wire.strategies import messages

CLEARING = {"value": "NORMAL_CALL_CLEARING"}

KNOWN: list[tuple[str, bool, str, dict[str, Any]]] = [
    # Fields as tshark 4.0.17 dissects them; PDUs made by hand from the tables of 9.3 unless a source is named.
    (
        "0345" + "0406600402000581" + "5e038121f3" + "15020100" + "4008040260000402" + "0005",
        True,
        "SetupMo",
        {
            "transaction_identifier": {"value": 0},
            "send_sequence_number": 1,
            "bearer_capability_1": "600402000581",
            "called_party_bcd_number": {"digits": "123"},
            "cc_capabilities": {"dtmf": True, "prolonged_clearing_procedure": False},
        },
    ),
    (
        "0305" + "0401a0" + "5e07914477581006f0" + "a1",
        True,
        "SetupMo",
        {
            "called_party_bcd_number": {"digits": "44778501600", "type_of_number": "INTERNATIONAL_NUMBER"},
            "clir_suppression": True,
        },
    ),
    (
        "1305" + "d1" + "0401a0" + "0402e080" + "1e02e2a0" + "3401" + "5c0711834477581006" + "5e038121f3" + "82",
        False,
        "SetupMt",
        {
            "transaction_identifier": {"value": 1},
            "repeat_indicator": "CIRCULAR_FOR_SUCCESSIVE_SELECTION",
            "bearer_capability_2": "e080",
            "signal": "RING_BACK_TONE_ON",
            "calling_party_bcd_number": {
                "digits": "4477850160",
                "type_of_number": "INTERNATIONAL_NUMBER",
                "screening": {"screening_indicator": "NETWORK_PROVIDED"},
            },
        },
    ),
    ("0305", False, "SetupMt", {"transaction_identifier": {"value": 0}}),
    (
        "8348" + "0401a0" + "0802e090" + "15020100",
        True,
        "CallConfirmed",
        {"transaction_identifier": {"value": 0, "flag": True}, "cause": CLEARING | {"location": "USER"}},
    ),
    ("8302" + "0401a0", False, "CallProceeding", {"bearer_capability_1": "a0"}),
    ("034e" + "0401a0", True, "EmergencySetup", {"send_sequence_number": 1, "bearer_capability": "a0"}),
    ("8301" + "1e02ea88", False, "AlertingMt", {"progress_indicator": {
        "location": "NETWORK_BEYOND_INTERWORKING_POINT", "progress_description": "IN_BAND_INFORMATION_AVAILABLE"}}),
    ("8381" + "7f0100", True, "AlertingMo", {"send_sequence_number": 2, "ss_version": "00"}),
    ("8307" + "4c0411832143", False, "ConnectMt", {"connected_number": {
        "digits": "1234", "type_of_number": "INTERNATIONAL_NUMBER",
        "screening": {"screening_indicator": "NETWORK_PROVIDED"}}}),
    ("83c7", True, "ConnectMo", {"send_sequence_number": 3}),
    ("030f", False, "ConnectAcknowledge", {}),
    ("034f", True, "ConnectAcknowledge", {"send_sequence_number": 1}),
    ("0325" + "02e090", True, "DisconnectMo", {"cause": CLEARING | {"location": "USER"}}),
    ("8325" + "02e290" + "1e02e288", False, "DisconnectMt", {"cause": CLEARING}),
    ("832d" + "0802e290" + "0802e0bf", False, "ReleaseMt", {
        "cause": CLEARING,
        "second_cause": {"value": "SERVICE_OR_OPTION_NOT_AVAILABLE_UNSPECIFIED", "location": "USER"}}),
    ("036d", True, "ReleaseMo", {"cause": None}),
    ("032a" + "0802e2e6", False, "ReleaseCompleteMt", {"cause": {"value": "RECOVERY_ON_TIMER_EXPIRY"}}),
    ("036a" + "0803e0e02d", True, "ReleaseCompleteMo", {
        "cause": {"value": "INVALID_MANDATORY_INFORMATION", "location": "USER", "diagnostics": "2d"}}),
    ("033d" + "02e29e" + "ca", False, "Status", {
        "cause": {"value": "RESPONSE_TO_STATUS_ENQUIRY"}, "call_state": {"call_state_value": "ACTIVE"}}),
    ("033d" + "036081e2" + "c0", True, "Status", {"cause": {
        "value": "MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE", "location": "USER", "recommendation": 1}}),
    ("0334", False, "StatusEnquiry", {}),
    ("0374", True, "StatusEnquiry", {"send_sequence_number": 1}),
]  # fmt: skip
NAMES = [f"{row[2]}-{number}" for number, row in enumerate(KNOWN)]


@pytest.mark.parametrize(("octets", "up", "name", "fields"), KNOWN, ids=NAMES)
def test_known_good(octets: str, up: bool, name: str, fields: dict[str, Any]) -> None:
    """Each is the message that it says, with these fields, and is encoded to the same octets, by way of JSON too."""
    message = cc.decode(bytes.fromhex(octets), up=up)
    assert type(message).__name__ == name
    document = json.loads(json.dumps(to_document(message)))
    assert from_document(type(message), document | fields) == message
    assert message.coding is None
    assert message.extras == ()
    assert message.encode().hex() == octets
    assert from_document(type(message), document).encode().hex() == octets


def test_every_message_is_known() -> None:
    """The known PDUs are of every message and direction."""
    assert {type(cc.decode(bytes.fromhex(row[0]), up=row[1])) for row in KNOWN} == set(layout.messages(CcMessage))


def decoded(octets: bytes, *, up: bool) -> CcMessage | DecodeError:
    """A message, or how it is refused."""
    try:
        return cc.decode(octets, up=up)
    except DecodeError as error:
        return error


def refusal(octets: str, *, up: bool) -> DecodeError:
    """How a PDU is refused."""
    error = decoded(bytes.fromhex(octets), up=up)
    assert isinstance(error, DecodeError), error
    return error


# --- section 8 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", ["", "03", "0508", "73", "7305", "7388"])
def test_ignored(octets: str) -> None:
    """8.2: too short for a message type; 8.3.1: an extended transaction identifier that is none: no answer."""
    for up in (True, False):
        assert refusal(octets, up=up).cause is None


@pytest.mark.parametrize("code", range(0x40))
def test_unknown_message_type(code: int) -> None:
    """8.4: #97 for a type that is not defined, or not in this direction; whatever the sequence number."""
    for up, table in ((True, CcMessage.up), (False, CcMessage.down)):
        if code not in table:
            for number in range(4):
                error = refusal(f"03{number << 6 | code:02x}", up=up)
                assert error.cause == CcCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


@pytest.mark.parametrize("row", KNOWN, ids=NAMES)
def test_every_prefix(row: tuple[str, bool, str, dict[str, Any]]) -> None:
    """8.5.3: without its mandatory part a message is #96."""
    whole = bytes.fromhex(row[0])
    for end in range(2, len(whole)):
        message = decoded(whole[:end], up=row[1])
        if isinstance(message, DecodeError):
            assert message.cause == CcCause.INVALID_MANDATORY_INFORMATION
            assert message.at <= end
        else:
            assert message.encode() == whole[:end]


@pytest.mark.parametrize("cause", ["01e0", "02e010", "0260e0", "03601ee0"])
def test_cause_that_cannot_be_read(cause: str) -> None:
    """8.5.3: #96 where the mandatory cause has no value, or an EXT bit that has it go on for ever."""
    assert refusal("0325" + cause, up=True).cause == CcCause.INVALID_MANDATORY_INFORMATION


@pytest.mark.parametrize("number", ["5e0121", "5e0481", "5e038f1ff3"])
def test_number_that_cannot_be_read(number: str) -> None:
    """8.5.3: #96 for a number whose type goes on, that is cut off, or that has a filler between its digits."""
    assert refusal("03050401a0" + number, up=True).cause == CcCause.INVALID_MANDATORY_INFORMATION


def test_elements_that_are_not_expected() -> None:
    """8.6: unknown elements are skipped and kept; 8.5: but not unknown ones with tag 0000 xxxx."""
    repeated = "03050401a05e038121f3" + "d1" + "7c0288907c0288c0"  # the repeat indicator of low layer compatibility
    message = cc.decode(bytes.fromhex(repeated), up=True)
    assert isinstance(message, cc.SetupMo)
    assert message.low_layer_compatibility_2 == bytes.fromhex("88c0")
    assert message.extras
    assert message.encode().hex() == repeated
    assert refusal("0307" + "050100", up=False).cause == CcCause.INVALID_MANDATORY_INFORMATION


def test_extended_transaction_identifier() -> None:
    """24.007 11.2.3.1.3: transactions from 7 on have a second octet; 8.3.1: #81 for one that needs none."""
    message = cc.decode(bytes.fromhex("f3890f"), up=False)
    assert message.transaction_identifier == cc.TransactionIdentifier(9, flag=True)
    assert message.encode().hex() == "f3890f"
    assert refusal("73850f", up=False).cause == CcCause.INVALID_TRANSACTION_IDENTIFIER_VALUE


def test_values_that_do_not_fit() -> None:
    """Values of ours that have no octets are our own fault."""
    for cause in (cc.Cause(CcCause(200)), cc.Cause(CcCause.USER_BUSY, recommendation=128)):
        with pytest.raises(ValueError, match="does not fit"):
            cause.to_octets()
    with pytest.raises(ValueError, match="do not fit"):
        cc.CalledPartyBcdNumber("1", cc.TypeOfNumber(9)).to_octets()
    with pytest.raises(ValueError, match="does not fit"):
        cc.StatusEnquiry(transaction_identifier=cc.TransactionIdentifier(0), send_sequence_number=4).encode()


# --- oracles -----------------------------------------------------------------------------------------------------


def test_as_tshark_reads_them(tshark: str, tmp_path: Path) -> None:
    """Tshark finds the same messages, causes and numbers, and objects to none."""
    stacks = Stacks()
    names: dict[str, Any] = {
        "gsm_a.dtap.msg_cc_type": lambda m: m.code,
        "gsm_a.L3_protocol_discriminator": lambda _: 3,
        "gsm_a.dtap.seq_no": lambda m: m.send_sequence_number,
    }
    packets = [oracle.packet("cc", bytes.fromhex(row[0]), stacks, up=row[1]) for row in KNOWN]
    shown = oracle.dissect(tshark, tmp_path, packets, [*names, "gsm_a.dtap.cause", "gsm_a.dtap.cld_party_bcd_num"])
    for row, found in zip(KNOWN, shown, strict=True):
        message = cc.decode(bytes.fromhex(row[0]), up=row[1])
        assert found.objection == "", (row[0], found.info, found.objection)
        for name, ours in names.items():
            assert int(found.fields[name][0], 0) == ours(message), (row[0], name)
        number = getattr(message, "called_party_bcd_number", None)
        if number is not None:
            assert found.fields["gsm_a.dtap.cld_party_bcd_num"][0] == number.digits
        cause = getattr(message, "cause", None)
        if cause is not None and cause.recommendation is None:  # tshark takes a recommendation for the cause
            assert int(found.fields["gsm_a.dtap.cause"][0], 0) == cause.value


def test_as_pycrate_reads_them() -> None:
    """Pycrate finds the same messages, with no error, and gives the same octets back."""
    module = pycrate("pycrate_mobile.TS24008_CC")
    for octets, up, _, _ in KNOWN:
        pdu = bytes.fromhex(octets)
        message = cc.decode(pdu, up=up)
        found = (module.CCTypeMOClasses if up else module.CCTypeMTClasses)[message.code]()
        found.from_bytes(pdu)
        assert found.to_bytes() == pdu, octets


# --- losslessness ------------------------------------------------------------------------------------------------


@settings(max_examples=500, deadline=None)
@given(st.sampled_from([*layout.messages(CcMessage)]), st.binary(max_size=60), st.integers(0, 3), st.integers(0, 15))
def test_every_message_is_lossless(cls: type[CcMessage], octets: bytes, number: int, identifier: int) -> None:
    """Whatever is read as a message is given back."""
    pdu = bytes((identifier << 4 | 3, number << 6 | cls.code)) + octets
    message = decoded(pdu, up=cls.way == "up")
    if isinstance(message, CcMessage):
        assert message.encode() == pdu


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*layout.messages(CcMessage)]).flatmap(messages))
def test_every_message_of_ours(message: CcMessage) -> None:
    """What we say is read as we said it."""
    assert cc.decode(message.encode(), up=message.way == "up") == message
