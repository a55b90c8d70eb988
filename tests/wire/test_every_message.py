"""What holds of every message of every protocol, because its declaration says so."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.layers import encode_document, pdu_document, read
from protocol.layout import HEADER, decode_in_full
from protocol.registry import PROTOCOLS
from tests.wire.samples import ELEMENT_MESSAGES, directions, samples
from tests.wire.strategies import element, messages

FEW = settings(max_examples=20, deadline=None)


def named(cls: Any) -> str:
    """The name of a case."""
    return f"{cls.protocol}-{cls.__name__}"


every_message = pytest.mark.parametrize("cls", ELEMENT_MESSAGES, ids=named)


@every_message
def test_what_is_encoded_is_decoded(cls: Any) -> None:
    """The two compiled functions and the interpreting decoder read one declaration."""
    decode = PROTOCOLS[cls.protocol].decode

    @FEW
    @given(messages(cls))
    def check(message: Any) -> None:
        octets = message.encode()
        for up in directions(cls):
            assert decode(octets, up) == message
        assert decode_in_full(cls, octets) == message

    check()


@every_message
def test_a_document_tells_a_message(cls: Any) -> None:
    """The document gives back the message, through JSON text."""

    @FEW
    @given(messages(cls))
    def check(message: Any) -> None:
        document = json.loads(json.dumps(to_document(message)))
        assert from_document(cls, document) == message

    check()


def exact(protocol: str, octets: bytes, *, up: bool) -> bool:
    """Whether octets decode; what decodes must be told exactly by its document."""
    try:
        pdu = read(protocol, octets, up)
    except DecodeError as error:
        at = error.at
        pdu = None
    if pdu is None:
        assert 0 <= at <= len(octets), octets.hex()
        return False
    assert pdu.message.encode() == octets, octets.hex()
    document = json.loads(json.dumps(pdu_document(pdu)))
    assert encode_document(document) == octets, octets.hex()
    return True


@every_message
def test_every_prefix_decodes_exactly_or_raises(cls: Any) -> None:
    """A message that was cut off anywhere raises DecodeError, or is a shorter message."""
    for message in samples(cls):
        octets = message.encode()
        for up in directions(cls):
            assert exact(cls.protocol, octets, up=up)
            for end in range(len(octets)):
                exact(cls.protocol, octets[:end], up=up)


@every_message
def test_damaged_octets_decode_exactly_or_raise(cls: Any) -> None:
    """Octets changed, taken out, put in and repeated: what still decodes is told octet by octet."""
    random = Random(cls.__name__)
    for message in samples(cls):
        octets = message.encode()
        for up in directions(cls):
            for _ in range(15):
                exact(cls.protocol, damaged(octets, random), up=up)


def damaged(octets: bytes, random: Random) -> bytes:
    """The octets with one to three faults."""
    made = bytearray(octets)
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(made) + 1)
        match random.randrange(5):
            case 0 if at < len(made):
                made[at] ^= 1 << random.randrange(8)
            case 1 if at < len(made):
                made[at] = random.randrange(256)
            case 2:
                made[at:at] = random.randbytes(random.randrange(1, 4))
            case 3:
                del made[at : at + random.randrange(1, 4)]
            case _:
                piece = made[at : at + random.randrange(1, 12)]
                made[random.randrange(len(made) + 1) :] += piece
    return bytes(made)


@every_message
def test_one_edited_field_changes_that_element_alone(cls: Any) -> None:
    """In a document one field is given another value: all others stay as they were."""
    fields = [field for field in cls.fields if not isinstance(field.layout, HEADER)]

    @FEW
    @given(messages(cls), st.data())
    def check(message: Any, data: st.DataObject) -> None:
        document = to_document(message)
        field = data.draw(st.sampled_from(fields))
        edited = message.replace(**{field.name: data.draw(element(field))})
        try:
            octets = edited.encode()
        except ValueError:  # elements that are told apart by their place, rest octets that fill what is left
            assume(condition=False)
        document[field.name] = to_document(edited).get(field.name)
        made = from_document(cls, document)
        assert made == edited
        assert made.encode() == octets

    if fields:
        check()


def test_every_message_says_who_tells_whom_what() -> None:
    """Title, clause and a sentence with an arrow, or of a cell or a segment, for every message."""
    for cls in ELEMENT_MESSAGES:
        assert cls.title, cls
        assert cls.clause, cls
        assert cls.__doc__, cls
