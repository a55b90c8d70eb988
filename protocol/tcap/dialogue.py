"""The dialogue portion: how two TC-users agree on an application context (Q.773 4.2.3, DialoguePDUs).

The portion is an EXTERNAL that holds a dialogue APDU, which stands for it here; only one that holds something else, or
more, stays an :class:`External`. What is sent in TC-BEGIN and in the first answer to it hardly varies, so the portions
already read are remembered by their octets.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, get_args

from protocol.ber import (
    BIT_STRING,
    DEFINED_BY,
    EXPLICIT,
    INTEGER,
    OCTETS,
    OID,
    ONE_OF,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Coding,
    Element,
    Form,
    Layout,
    Oid,
    Place,
    Sequence,
    Unread,
    header,
    wrap,
)
from protocol.declare import OpenEnum, Source
from protocol.errors import DecodeError
from protocol.map.contexts import ApplicationContext
from protocol.map.dialogue import MAP_DIALOGUE_AS, MapDialoguePdu

DIALOGUE_AS = Oid("0.0.17.773.1.1.1")
"""{itu-t recommendation q 773 as(1) dialogue-as(1) version1(1)}."""

UNI_DIALOGUE_AS = Oid("0.0.17.773.1.2.1")
"""{itu-t recommendation q 773 as(1) unidialogue-as(2) version1(1)}."""

INCORRECT = 3
"""The P-Abort cause "incorrect transaction portion" answers a dialogue portion that cannot be (Q.774 3.2.1.2)."""


class ProtocolVersion(Bits):
    """Versions of the dialogue protocol; there is only version 1, which is also meant where nothing is sent."""

    __slots__ = ()
    least = 1
    VERSION_1 = 0


SYNTAXES: dict[Oid, type[Element]] = {MAP_DIALOGUE_AS: MapDialoguePdu}
"""The types of user information, by the name of their abstract syntax."""

KINDS: dict[str, type] = {kind.__name__: kind for kind in (*SYNTAXES.values(), Unread)}


def read_information(syntax: Oid | None, d: bytes, start: int, p: int, q: int, end: int) -> Element | Unread:
    """A value of an abstract syntax."""
    kind = None if syntax is None else SYNTAXES.get(syntax)
    if kind is None:
        return Unread(d[start:end], f"the abstract syntax {syntax} is not known")
    take = kind.take.get(d[start])
    if take is None:
        return Unread(d[start:end], f"no {kind.__name__} starts with {d[start]:#04x}")
    try:
        element: Element = take(d, p, q)
    except DecodeError as error:
        return Unread(d[start:end], str(error))
    return element


class ArbitraryBits(Bits):
    """Any bits."""

    __slots__ = ()
    most = 1 << 20


class External(Sequence, tag=0x28):
    """EXTERNAL: a value of some abstract syntax, with the name of that syntax (X.690 8.18)."""

    direct_reference: Annotated[Oid | None, OID()] = None
    indirect_reference: Annotated[int | None, INTEGER(least=-(1 << 31))] = None
    data_value_descriptor: Annotated[bytes | None, OCTETS(0x07)] = None
    single_asn1_type: Annotated[
        Any | None, DEFINED_BY(0, by="direct_reference", resolve=read_information, kinds=lambda: KINDS)
    ] = None
    octet_aligned: Annotated[bytes | None, OCTETS(1)] = None
    arbitrary: Annotated[ArbitraryBits | None, BIT_STRING(2)] = None


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


class Audt(Sequence, tag=0x60):
    """AUDT, with TC-UNI: the components are of this application context."""

    protocol_version: Annotated[ProtocolVersion | None, BIT_STRING(0)] = None
    application_context: Annotated[ApplicationContext, EXPLICIT(1, OID())]
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30, least=0)] = ()


class Aarq(Sequence, tag=0x60):
    """AARQ, with TC-BEGIN: let us use this application context."""

    protocol_version: Annotated[ProtocolVersion | None, BIT_STRING(0)] = None
    application_context: Annotated[ApplicationContext, EXPLICIT(1, OID())]
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30, least=0)] = ()


class Aare(Sequence, tag=0x61):
    """AARE, with the first answer to TC-BEGIN: accepted, or refused in an abort."""

    protocol_version: Annotated[ProtocolVersion | None, BIT_STRING(0)] = None
    application_context: Annotated[ApplicationContext, EXPLICIT(1, OID())]
    result: Annotated[AssociateResult, EXPLICIT(2, INTEGER(), always=True)] = AssociateResult.ACCEPTED
    diagnostic: Annotated[UserDiagnostic | ProviderDiagnostic, EXPLICIT(3, DIAGNOSTIC, always=True)] = (
        UserDiagnostic.NULL
    )
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30, least=0)] = ()


class Abrt(Sequence, tag=0x64):
    """ABRT, with an abort: the user, or TCAP itself, ends the dialogue."""

    abort_source: Annotated[AbortSource, INTEGER(0)]
    user_information: Annotated[tuple[External, ...], SEQUENCE_OF(SEQUENCE(), 30, least=0)] = ()


Apdu = Aarq | Aare | Abrt | Audt
Portion = tuple[Apdu | External, tuple[Form, ...]]
"""What a dialogue portion holds, and the forms of the EXTERNAL around it and of its elements."""

APDUS: dict[Oid, dict[int, type[Apdu]]] = {
    DIALOGUE_AS: {kind.tag: kind for kind in (Aarq, Aare, Abrt)},
    UNI_DIALOGUE_AS: {Audt.tag: Audt},
}
"""What the dialogue portion may hold, by abstract syntax and identifier octet."""

_known: dict[bytes, Portion] = {}
"""Portions already read."""

_REFERENCES: dict[type[Apdu], bytes] = {
    kind: header(0x06, len(syntax.to_octets())) + syntax.to_octets()
    for syntax, kinds in APDUS.items()
    for kind in kinds.values()
}
"""The element that names the abstract syntax of an APDU."""


class DIALOGUE(Layout):
    """The dialogue portion: an APDU in an EXTERNAL in an explicit tag, or another EXTERNAL in it.

    The forms of what is around the APDU have the names ``external``, ``external.direct_reference`` and
    ``external.single_asn1_type`` behind the field's.
    """

    name = "DialoguePortion"
    unions = True
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0x6B)

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = source.bind(take_dialogue, "take")
        allowed = source.bind(get_args(kind) or kind, "kind")
        return [f"{target}, v = {take}(d[p:q], {allowed})", "if v: raise IndexError"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return [f"o += {source.bind(put_dialogue, 'put')}({value})"]

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        dialogue, around = take_dialogue(place.contents, get_args(kind) or kind)
        if not place.is_plain:
            forms.append(Form(path, place.indefinite, place.length_octets))
        forms.extend(replace(form, element=f"{path}.{form.element}") for form in around)
        return dialogue

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        around = f"{path}.external"
        if isinstance(value, External):
            external = value
        else:
            syntax = next(syntax for syntax, kinds in APDUS.items() if type(value) in kinds.values())
            own = forms.get(around, Form(around))
            elements = tuple(
                replace(form, element=name.removeprefix(f"{around}."))
                for name, form in forms.items()
                if name.startswith(f"{around}.")
            )
            coding = Coding(own.indefinite, own.length_octets, elements)
            external = External(direct_reference=syntax, single_asn1_type=value, coding=coding)
        return wrap(self.tag, external.encode(), forms.get(path))


def take_dialogue(octets: bytes, allowed: Any) -> Portion:
    """What stands in a dialogue portion."""
    portion = _known.get(octets)
    if portion is None:
        try:
            portion = read_portion(octets)
        except DecodeError as error:
            raise DecodeError(error.why, INCORRECT, error.at) from None
        if len(_known) < 1024:
            _known[octets] = portion
    if not isinstance(portion[0], allowed):
        raise DecodeError(f"{type(portion[0]).__name__} has no place in this message", INCORRECT)
    return portion


def read_portion(octets: bytes) -> Portion:
    """Read the contents of a dialogue portion."""
    external = External.decode(octets)
    syntax, held = external.direct_reference, external.single_asn1_type
    kinds = None if syntax is None else APDUS.get(syntax)
    if kinds is None or held is None:
        return external, ()
    kind = kinds.get(held.octets[0]) if held.octets else None
    if kind is None:
        raise DecodeError(f"no dialogue APDU starts with {held.octets[:1].hex()}")
    apdu = kind.decode(held.octets)
    if external.replace(direct_reference=None, single_asn1_type=None) != External():
        return external, ()
    coding = external.coding
    if coding is None:
        return apdu, ()
    own = Form("external", coding.indefinite, coding.length_octets)
    inner = (replace(form, element=f"external.{form.element}") for form in coding.elements)
    return apdu, (own, *inner)


def put_dialogue(dialogue: Apdu | External) -> bytes:
    """Write a dialogue portion."""
    octets = dialogue.encode()
    if not isinstance(dialogue, External):
        octets = _REFERENCES[type(dialogue)] + header(0xA0, len(octets)) + octets
        octets = header(External.tag, len(octets)) + octets
    return header(0x6B, len(octets)) + octets
