"""Documents that a person edits: what is told is sent, or it is refused with the place and the reason."""

import json
from typing import Any

import pytest

from protocol.document import DocumentError
from protocol.errors import DecodeError
from protocol.gmm.capability import AccessCapabilities
from protocol.identities import Imsi
from protocol.layers import encode_document, pdu_document, read, read_message
from protocol.map.packet import GprsSubscriptionDataWithdraw
from protocol.map.subscriber import DeleteSubscriberDataArg

ATTACH_ACCEPT = "080201490421635440506019cdd70817161805f4efe2b7008c"
"""With a cell notification, which is a tag and nothing else."""


def document_of(protocol: str, octets: str, *, up: bool | None = None) -> Any:
    """The document of a PDU, through JSON text."""
    return json.loads(json.dumps(pdu_document(read(protocol, bytes.fromhex(octets), up))))


def test_an_element_that_is_only_a_tag() -> None:
    """TS 24.007 11.2.1.1: a type 2 element is there or not there; false is not there."""
    document = document_of("gmm", ATTACH_ACCEPT, up=False)
    assert document["fields"]["cell_notification"] is True
    document["fields"]["cell_notification"] = False
    assert encode_document(document).hex() == ATTACH_ACCEPT.removesuffix("8c")


@pytest.mark.parametrize("form", ["0500", "058100"])
def test_a_choice_that_is_only_a_null(form: str) -> None:
    """A choice of NULL that is made false is no choice, in whatever form it came."""
    withdrawn = GprsSubscriptionDataWithdraw(all_gprs_data=True)
    plain = DeleteSubscriberDataArg(imsi=Imsi("262011234567890"), gprs_subscription_data_withdraw=withdrawn).encode()
    contents = plain[2:].replace(bytes.fromhex("aa020500"), bytes.fromhex(f"aa{len(form) // 2:02x}{form}"))
    octets = bytes((plain[0], len(contents))) + contents
    document = pdu_document(read_message("map", "DeleteSubscriberDataArg", octets))
    assert encode_document(document) == octets
    document["fields"]["gprs_subscription_data_withdraw"]["all_gprs_data"] = False
    with pytest.raises(DocumentError, match=r"alternatives|does not fit without one of all_gprs_data"):
        encode_document(document)


def test_fields_behind_the_end_of_a_structure() -> None:
    """A field told behind the place where the sender stopped would be lost, so it is refused."""
    short = AccessCapabilities.from_bits(0b101, 3)
    assert short.to_bits() == (0b101, 3)
    with pytest.raises(ValueError, match=r"a field behind|ends before 'a5_bits', so 'ps' cannot be there"):
        short.replace(ps=True).to_bits()
    empty = AccessCapabilities.from_bits(0, 0)
    with pytest.raises(ValueError, match="a field behind 'rf_power_capability'"):
        empty.replace(vgcs=True).to_bits()


@pytest.mark.parametrize("rest", ["1_0", "0b1", " 1", "2", "٣"])
def test_bits_are_zeros_and_ones(rest: str) -> None:
    """What Python also takes for a binary number is none here."""
    with pytest.raises(ValueError, match="is no string of bits"):
        AccessCapabilities.from_bits(0b101, 3).replace(rest=rest).to_bits()


def test_types_have_names_that_people_know() -> None:
    """Where a field may have several types and one has no name in the specification, it is called by what it is."""
    options = read("sm", bytes.fromhex("0a4602270780000103010203"), up=True)  # a container that is opaque
    assert "'bytes'" not in str(pdu_document(options))
    assert encode_document(pdu_document(options)) == options.octets


def test_an_unknown_element_that_is_cut_off() -> None:
    """TS 48.018 9: a PDU without a mandatory element is answered, whatever the octets behind it."""
    for protocol, octets, cause in (("bssgp", "2200", 0x22), ("ns", "027f", 0x0D), ("bssap_plus", "09ff", 8)):
        with pytest.raises(DecodeError) as raised:
            read(protocol, bytes.fromhex(octets))
        assert raised.value.cause == cause, octets
        assert "is missing" in raised.value.why


def test_an_unknown_message_type_is_told_where_it_stands() -> None:
    """The octet that is wrong is that of the message type."""
    for protocol, octets, at in (
        ("gmm", "087f", 1), ("mm", "057f", 1), ("sm", "0a7f", 1), ("sm", "7a877f", 2), ("cc", "033f", 1),
        ("bssmap", "0001ff", 2), ("gtp", "320500040000000100010000", 1), ("rr", "06ff", 1), ("rr", "4506ff", 2),
        ("bssgp", "ff", 0),
    ):  # fmt: skip
        with pytest.raises(DecodeError, match="has no message type") as raised:
            read(protocol, bytes.fromhex(octets))
        assert raised.value.at == at, octets
