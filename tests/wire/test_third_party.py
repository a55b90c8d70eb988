"""PDUs that other projects made or recorded: all lines of third_party.jsonl but those of GSUP.

Each is read through all its layers, whether its protocol is told or guessed; is the message that tshark names, with the
values that tshark shows; and is encoded again to the same octets, also by way of its JSON document. Or it stands in one
of the tables here, with the reason.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from protocol import tcap
from protocol.errors import DecodeError
from protocol.identities import GsnAddress, Imsi
from protocol.layers import Pdu, encode_document, guess, pdu_document, read, read_message
from protocol.map.numbers import HlrId
from protocol.map.operations import OPERATIONS, OperationCode
from tests.wire.tshark_faults import NAMES
from tests.wire.tshark_fields import FIELDS, Reader, at, of, same

Vector = dict[str, Any]

PROTOCOLS: Final = {"gtpc1": "gtp", "gtpu": "gtp", "map-tcap": "tcap"}
"""What the file calls protocols otherwise than we do."""

REFUSED: Final = {
    # The capability for multislot radio access of 9.4.1 and 9.4.14 has at least five octets; libosmo-gprs sends none.
    "08010497070000010a0005f40000123400f00000000000195566771716e1": ("ms radio access capability: a length of 0", 96),
    "08080332f4070005000017160a00e5020000e1": ("ms radio access capability: a length of 0", 96),
    # The same suite sends DETACH REQUEST with element 0A, of a number that 24.008 8.5 says must be understood.
    "0805200a0005f4ec999002": ("element 0x0a must be understood", 96),
    # A P-TMSI of nine octets: 24.008 10.5.1.4 has five.
    "080102f5e021080209f4fbc54679ffffffff1122334050601918b3432b2596620060809ac2c662006080bac8c66200608000": (
        "a TMSI is an octet F4 and four more",
        96,
    ),
    # A capability of 61 octets, 51 of which can be read (24.007 11.4.2); in the rest of the message stand zeros.
    "0808101122334050603d19134233572bfffffffffffffffffffffffffffffffff"
    "7c84802134850c84802144850c84802174910c8480200198bb29217162707043102e5e032022000": (
        "element 0x00 must be understood",
        96,
    ),
    # 44.064 5.8: a frame with a wrong FCS is discarded. The suites send these ones to see that, or do not care.
    "03fb01001601f41a05df6840d9": ("the frame check sequence is wrong", None),
    "41fb3084102b2b2b2bc782c2": ("the frame check sequence is wrong", None),
    "43fb01001601f41a05dfac507869642d6c332d64756d6d792d627566666572003cddfe": ("frame check sequence is wrong", None),
    # jss7's AARE in a Begin: Q.773 4.2.1 has AARQ there.
    "6232480408a500016b2a2828060700118605010101a01d611b80020780a109060704000101010300a203020100a305a203020102": (
        "Aare has no place in this message",
        3,
    ),
    # An IMEI has eight octets (29.002 17.7.8), this has one.
    "0401f1": ("a size of 1 is not within 8 to 8", None),
    # github:wmnsk/go-gtp: an Update PDP Context Request without its quality of service (29.060 table 7 has it as
    # mandatory).
    "3212002711223344000100000221430521436587f910deadbeef11deadbeef14058500040101010185000402020202": (
        "quality of service profile is missing",
        202,
    ),
}
"""PDUs that are refused, what is told, and the cause that the specification answers."""

UNREADABLE: Final = {
    "SCCP ANSI TCAP (wireshark)": "tcap",  # T1.114, whose messages start with other tags than those of Q.773
}
"""PDUs whose outer layers are read, and the protocol of what cannot be read in them."""

NAMED: Final = {
    "SCCP ANSI TCAP (wireshark)": "the name of a component of IS-41",
    "sndcp_data_hex SN-UNITDATA": "opaque contents, which tshark takes for a packet",
    "llc_ui_ll11_dns_resp_dl": "the name of a message of DNS, in UDP",
}
"""PDUs that tshark names by what no protocol here is."""

UP: Final = frozenset(
    {
        "dtap_mt_detach_acc",  # DETACH ACCEPT without elements is the mobile's (24.008 9.4.6.2), despite its label
        "update-pdp-context-req Normal",  # with addresses of an SGSN, but without what is mandatory in 29.060 table 7
    }
)
"""PDUs whose direction is told wrongly, or must be told."""

WRONG_VALUES: Final = {
    ("jss7 TcBeginTest #7", "e212.imsi"): "in an operation of CAP, of which the argument stays opaque here",
    (
        "UpdateLocationRes getEncodedData_V1",
        "e212.imsi",
    ): "in version 1 it is an HLR number, which tshark takes for a name",
}
"""Values that tshark shows and that we rightly have not."""

OF_ANOTHER_USER: Final = {"SCCP Camel (wireshark)", "sccp_pdu[1]"}
"""Operations of CAP, with codes that MAP has as well."""

NOT_GUESSED: Final = {
    "SCCP ANSI TCAP (wireshark)": "nearly all of it cannot be read",
    "sndcp_data_hex SN-UNITDATA": "its contents are opaque, and SNDCP alone has four octets",
}
"""PDUs whose protocol cannot be guessed."""

COMPONENTS: Final[dict[Any, str]] = {
    tcap.Invoke: "invoke",
    tcap.ReturnResultLast: "returnResultLast",
    tcap.ReturnResultNotLast: "returnResultNotLast",
    tcap.ReturnError: "returnError",
    tcap.Reject: "reject",
}
"""What tshark calls components."""


def codes(message: Any) -> list[int]:
    """Local codes of operations and errors."""
    found = [at("operation", "error")(component) for component in getattr(message, "components", ())]
    return [int(code) for item in found for code in item]


def frame_check(message: Any) -> list[int]:
    """The FCS, which is no field of ours."""
    return [int.from_bytes(message.encode()[-3:], "little")]


FURTHER: Final[dict[str, dict[str, Reader]]] = {
    "tcap": {
        "tcap.otid": at("otid"),
        "tcap.dtid": at("dtid"),
        "gsm_old.localValue": codes,
        "e212.imsi": of(Imsi),
        "gsm_map.gsnaddress_ipv4": of(GsnAddress),
    },
    "gtp": {"gtp.nsapi": at("nsapi.value"), "gtp.user_ipv4": at("end_user_address.ipv4")},
    "llc": {"llcgprs.fcs": frame_check},
}
"""Fields that are compared here and not in tests/wire/test_tshark.py."""

PARAMETERS: Final = {
    ("CheckIMEI-Arg", 3): "CheckImeiArgV2",
    ("CheckIMEI-Arg", 10): "CheckImeiArgV2",
    ("CheckIMEI-Arg", 16): "CheckImeiArg",
    ("CheckIMEI-Res", 3): "CheckImeiResV2",
    ("CheckIMEI-Res", 15): "CheckImeiRes",
    ("CancelLocationArg", 7): "Identity",
    ("CancelLocationArg", 15): "Identity",
    ("PurgeMS-Arg", 15): "PurgeMsArgV2",
    ("SendAuthenticationInfoArg", 10): "SendAuthenticationInfoArgV2",
    ("SendAuthenticationInfoRes", 38): "SendAuthenticationInfoResV2",
    ("UpdateLocationRes", 6): "UpdateLocationResV1",
}
"""The types of parameters of MAP by their name in the file and their length, where that is another name here."""


def protocol_of(vector: Vector) -> str:
    """Our name of its protocol."""
    name: str = vector["protocol"]
    return "map" if "layer" in vector else PROTOCOLS.get(name, name)


def read_vector(vector: Vector) -> Pdu:
    """The PDU, as the file says what it is."""
    octets = bytes.fromhex(vector["hex"])
    if "layer" in vector:
        name = PARAMETERS.get((vector["type"], len(octets)), vector["type"].replace("-", "").replace("IMEI", "Imei"))
        return read_message("map", name, octets)
    up = vector["name"] in UP or {"MO": True, "MT": False}.get(vector.get("dir", ""))
    return read(protocol_of(vector), octets, up)


def mine(vectors: list[Vector]) -> list[Vector]:
    """Those of the protocols here."""
    return [vector for vector in vectors if vector["protocol"] != "gsup"]


def letters(text: str) -> str:
    """What of a name counts."""
    return re.sub("[^a-z0-9]", "", text.lower())


def names_of(message: Any) -> Iterator[str]:
    """What tshark may call a message."""
    cls = type(message)
    yield letters(NAMES.get(cls, getattr(cls, "title", cls.__name__).partition(" (")[0]))
    for component in getattr(message, "components", ()):
        row = OPERATIONS.get(getattr(component, "operation", None) or OperationCode(0))
        yield letters(COMPONENTS[type(component)] + (row.name if row is not None else ""))
        if isinstance(component, tcap.Invoke) and component.operation == OperationCode.MO_FORWARD_SM:
            yield "invokeforwardsm"  # as it was called before version 3


def refusal(vector: Vector) -> DecodeError | None:
    """How a PDU is refused, if it is."""
    try:
        read_vector(vector)
    except DecodeError as error:
        return error
    return None


def test_every_vector_is_accounted_for(vectors: list[Vector]) -> None:
    """Each is read, or refused as a table says; and no table has one that is not in the file."""
    refused = set()
    for vector in mine(vectors):
        error = refusal(vector)
        if error is None:
            fault = read_vector(vector).fault
            assert (fault.protocol if fault else None) == UNREADABLE.get(vector["name"]), vector["name"]
            continue
        why, cause = REFUSED[vector["hex"]]
        assert why in error.why, vector["name"]
        assert error.cause == cause, vector["name"]
        refused.add(vector["hex"])
    assert refused == REFUSED.keys()
    names = {vector["name"] for vector in mine(vectors)}
    assert {*UNREADABLE, *NAMED, *UP, *NOT_GUESSED} <= names
    counted = Counter(vector["protocol"] for vector in mine(vectors))
    assert counted == {
        "map-tcap": 55, "sccp": 53, "ns": 35, "gmm": 34, "gtpc1": 24, "llc": 14, "bssgp": 6, "gtpu": 4, "rr": 3,
        "sm": 2, "sndcp": 1,
    }  # fmt: skip


def readable(vectors: list[Vector]) -> list[tuple[Vector, Pdu]]:
    """Those that are not refused, and their PDUs."""
    return [(vector, read_vector(vector)) for vector in mine(vectors) if vector["hex"] not in REFUSED]


def test_octets_and_documents(vectors: list[Vector]) -> None:
    """Every layer is encoded to the octets that it had, and so is the document of the whole."""
    for vector, pdu in readable(vectors):
        for layer in pdu.layers():
            if isinstance(layer, Pdu):
                assert layer.message.encode() == layer.octets, vector["name"]
        document = json.loads(json.dumps(pdu_document(pdu)))
        assert encode_document(document).hex() == vector["hex"], vector["name"]


def test_names(vectors: list[Vector]) -> None:
    """One of the layers is what tshark calls the PDU."""
    for vector, pdu in readable(vectors):
        told = letters(vector["expect"]["message"])
        if "layer" in vector:
            assert letters(operation_named(vector, pdu)) in told, vector["name"]
        elif told and vector["name"] not in NAMED:
            number = re.search(r"NSEI (\d+)", vector["expect"]["message"])
            assert number is None or getattr(pdu.message, "nsei", None) == int(number[1]), vector["name"]
            names = [name for layer in pdu.layers() if isinstance(layer, Pdu) for name in names_of(layer.message)]
            assert any(name in told for name in names), (vector["name"], vector["expect"]["message"], names)


def test_parameters_of_components_are_typed(vectors: list[Vector]) -> None:
    """What an operation of ours takes and gives has one of its types."""
    typed, unread = 0, set()
    for vector, pdu in readable(vectors):
        for layer in pdu.layers():
            for component in getattr(layer.message, "components", ()) if isinstance(layer, Pdu) else ():
                row = OPERATIONS.get(getattr(component, "operation", None) or OperationCode(0))
                (value,) = at("argument", "result")(component) or (None,)
                if row is None or value is None:
                    continue
                if isinstance(value, tcap.Unread):
                    unread.add(vector["name"])
                else:
                    assert isinstance(value, row.arguments + row.results), vector["name"]
                    typed += 1
    assert unread == OF_ANOTHER_USER
    assert typed >= 40


def operation_named(vector: Vector, pdu: Pdu) -> str:
    """The operation of a parameter, of which it is one of the types."""
    row = OPERATIONS[OperationCode(vector["opcode"])]
    assert isinstance(pdu.message, row.arguments if vector["layer"] == "map-arg" else row.results), vector["name"]
    return row.name


def test_values(vectors: list[Vector]) -> None:
    """The values that tshark shows are ours; elements of later releases, extras here, may have more."""
    for vector, pdu in readable(vectors):
        layers = [layer for layer in pdu.layers() if isinstance(layer, Pdu)]
        unread = any(getattr(layer.message, "extras", ()) for layer in layers)
        for name, cell in vector["expect"]["fields"].items():
            if (vector["name"], name) in WRONG_VALUES:
                continue
            if protocol_of(vector) == "map" and name != "e212.imsi":
                continue  # of the TCAP message that was put around the parameter
            readers = [(layer.message, reader(layer.protocol, name)) for layer in layers]
            ours = [value for message, read_field in readers for value in read_field(message)]
            cells = cell.split(",")
            cells = cells[: len(ours)] if unread else cells
            assert len(ours) == len(cells), (vector["name"], name, ours, cell)
            assert all(map(same, ours, cells)), (vector["name"], name, ours, cell)


def reader(protocol: str, name: str) -> Reader:
    """What reads a field of tshark from messages of a protocol."""
    if protocol == "map":
        return of(Imsi, HlrId)  # tshark shows an HLR's identity as an IMSI, which it starts (29.002 17.7.8)
    return (FIELDS.get(protocol, {}) | FURTHER.get(protocol, {})).get(name, lambda _: [])


def test_the_protocol_is_guessed(vectors: list[Vector]) -> None:
    """Octets tell by themselves of which protocol they are."""
    missed = set()
    for vector, pdu in readable(vectors):
        if pdu.protocol == "map":
            continue
        try:
            found = guess(pdu.octets)
        except DecodeError:
            missed.add(vector["name"])
            continue
        if (found.protocol, type(found.message)) != (pdu.protocol, type(pdu.message)):
            missed.add(vector["name"])
    assert missed == NOT_GUESSED.keys()
