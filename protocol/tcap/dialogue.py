"""The dialogue portion: how two TC-users agree on an application context (Q.773 4.2.3, DialoguePDUs).

What is sent in TC-BEGIN and in the first answer to it hardly varies, so the portions already read are remembered by
their octets.
"""

from typing import Annotated, Any, get_args

from protocol.ber import (
    BIT_STRING,
    EXPLICIT,
    INTEGER,
    OCTETS,
    OID,
    ONE_OF,
    OPAQUE,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Layout,
    Oid,
    Sequence,
    header,
)
from protocol.declare import OpenEnum, Source
from protocol.errors import DecodeError
from protocol.map.contexts import ApplicationContext

DIALOGUE_AS = Oid("0.0.17.773.1.1.1")
"""{itu-t recommendation q 773 as(1) dialogue-as(1) version1(1)}."""


INCORRECT = 3
"""The P-Abort cause "incorrect transaction portion" answers a dialogue portion that cannot be (Q.774 3.2.1.2)."""


class ProtocolVersion(Bits):
    """Versions of the dialogue protocol; there is only version 1, which is also meant where nothing is sent."""

    __slots__ = ()
    least = 1
    VERSION_1 = 0


class External(Sequence, tag=0x28):
    """EXTERNAL: a value of some abstract syntax, with the name of that syntax (X.690 8.18)."""

    direct_reference: Annotated[Oid | None, OID()] = None
    indirect_reference: Annotated[int | None, INTEGER()] = None
    single_asn1_type: Annotated[bytes | None, OPAQUE(0)] = None
    octet_aligned: Annotated[bytes | None, OCTETS(1)] = None


class AssociateResult(OpenEnum):
    """Whether a dialogue is accepted."""

    ACCEPTED = 0
    REJECT_PERMANENT = 1


class UserDiagnostic(OpenEnum):
    """Why the TC-user answers so."""

    NULL = 0
    NO_REASON_GIVEN = 1
    APPLICATION_CONTEXT_NAME_NOT_SUPPORTED = 2


class ProviderDiagnostic(OpenEnum):
    """Why TCAP itself answers so."""

    NULL = 0
    NO_REASON_GIVEN = 1
    NO_COMMON_DIALOGUE_PORTION = 2


class AbortSource(OpenEnum):
    """Who aborts."""

    DIALOGUE_SERVICE_USER = 0
    DIALOGUE_SERVICE_PROVIDER = 1


DIAGNOSTIC = ONE_OF(choices=((UserDiagnostic, EXPLICIT(1, INTEGER())), (ProviderDiagnostic, EXPLICIT(2, INTEGER()))))


class Aarq(Sequence, tag=0x60):
    """AARQ, with TC-BEGIN: let us use this application context."""

    protocol_version: Annotated[ProtocolVersion | None, BIT_STRING(0)] = None
    application_context: Annotated[ApplicationContext, EXPLICIT(1, OID())]
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30)] = ()


class Aare(Sequence, tag=0x61):
    """AARE, with the first answer to TC-BEGIN: accepted, or refused in an abort."""

    protocol_version: Annotated[ProtocolVersion | None, BIT_STRING(0)] = None
    application_context: Annotated[ApplicationContext, EXPLICIT(1, OID())]
    result: Annotated[AssociateResult, EXPLICIT(2, INTEGER(), always=True)] = AssociateResult.ACCEPTED
    diagnostic: Annotated[UserDiagnostic | ProviderDiagnostic, EXPLICIT(3, DIAGNOSTIC, always=True)] = (
        UserDiagnostic.NULL
    )
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30)] = ()


class Abrt(Sequence, tag=0x64):
    """ABRT, with an abort: the user, or TCAP itself, ends the dialogue."""

    abort_source: Annotated[AbortSource, INTEGER(0)]
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30)] = ()


APDUS: dict[int, type[Aarq | Aare | Abrt]] = {kind.tag: kind for kind in (Aarq, Aare, Abrt)}
"""What the dialogue portion may hold, by identifier octet."""

_known: dict[bytes, Aarq | Aare | Abrt | External] = {}
"""Portions already read."""

_REFERENCE = header(0x06, len(DIALOGUE_AS.to_octets())) + DIALOGUE_AS.to_octets()


class DIALOGUE(Layout):
    """The dialogue portion: an APDU in an EXTERNAL in an explicit tag, or another EXTERNAL in it."""

    name = "DialoguePortion"
    unions = True
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0x6B)

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = source.bind(take_dialogue, "take")
        return [f"{target} = {take}(d[p:q], {source.bind(get_args(kind) or kind, 'kind')})"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return [f"o += {source.bind(put_dialogue, 'put')}({value})"]


def take_dialogue(octets: bytes, allowed: Any) -> Aarq | Aare | Abrt | External:
    """What stands in a dialogue portion."""
    dialogue = _known.get(octets)
    if dialogue is None:
        try:
            dialogue = read_dialogue(octets)
        except DecodeError as error:
            raise DecodeError(error.why, INCORRECT, error.at) from None
        if len(_known) < 1024:
            _known[octets] = dialogue
    fits: bool = isinstance(dialogue, allowed)
    if not fits:
        raise DecodeError(f"{type(dialogue).__name__} has no place in this message", INCORRECT)
    return dialogue


def read_dialogue(octets: bytes) -> Aarq | Aare | Abrt | External:
    """Read the contents of a dialogue portion."""
    external = External.decode(octets)
    apdu = external.single_asn1_type
    if external.direct_reference != DIALOGUE_AS or apdu is None:
        return external
    kind = APDUS.get(apdu[0]) if apdu else None
    if kind is None:
        raise DecodeError(f"no dialogue APDU starts with {apdu[:1].hex()}")
    dialogue: Aarq | Aare | Abrt = kind.decode(apdu)
    return dialogue


def put_dialogue(dialogue: Aarq | Aare | Abrt | External) -> bytes:
    """Write a dialogue portion."""
    octets = dialogue.encode()
    if not isinstance(dialogue, External):
        octets = _REFERENCE + header(0xA0, len(octets)) + octets
        octets = header(External.tag, len(octets)) + octets
    return header(0x6B, len(octets)) + octets
