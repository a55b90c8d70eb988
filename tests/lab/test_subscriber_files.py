"""Files of subscribers, row by row: what is read is what the models make of it, and each fault is told in its place."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gprslab.config import load_lab
from gprslab.provisioning.files import LONGEST_LINE, Form, read_entries, write_entries
from gprslab.provisioning.rows import COLUMNS, Rows, cells_of, content_of
from gprslab.strict_yaml import ConfigError
from nodes.hlr.config import FLAGS, PdpSubscription, Subscriber
from protocol.auth import Algorithm
from protocol.identities import Apn, Gt, Imsi, IsdnAddress
from protocol.sm.pdp_address import PdpTypeNumber

K, OPC = "465b5ce8b199b49faa5f0a2ee238a6bc", "cd63cb71954a9f4e48a5994e37a02baf"
HEAD = "imsi,msisdn,algorithm,key,opc,amf,barred,contexts"
ROW = f"001010000000101,999020000101,milenage,{K},{OPC},,,1 internet; 2 mms delay_class=3"


LAB = load_lab()
"""The laboratory that comes with gprslab: IMSIs that begin with 00101 are hlr1's."""


def read(text: str | bytes, form: Form = "csv") -> list[Subscriber]:
    """The subscribers of a file; a fault is raised."""

    def fail(error: ConfigError) -> None:
        raise error

    octets = text if isinstance(text, bytes) else text.encode()
    return [entry.subscriber for entry in read_entries(io.BytesIO(octets), "s.csv", form, LAB, fail)]


def read_all(text: str | bytes, form: Form = "csv") -> tuple[list[str], list[str]]:
    """Where the subscribers of a file stand, and all its faults."""
    faults: list[str] = []
    octets = text if isinstance(text, bytes) else text.encode()
    stream = io.BytesIO(octets)
    entries = read_entries(stream, "s.csv", form, LAB, lambda error: faults.append(str(error)))
    return [entry.where for entry in entries], faults


# --- as the models have it ----------------------------------------------------------------------------------------


def cell(*good: str) -> st.SearchStrategy[str]:
    """A cell that is mostly good."""
    bad = [
        "",
        " ",
        "x",
        "true",
        "0",
        "１２３４５６",
        f"{good[0]} ",
        f" {good[0]}",
        good[0][:-1],
        good[0] * 2,
        "\u0660" * 8,
    ]
    return st.sampled_from([*good * 4, *bad])


CELLS = {
    "imsi": cell("001010000000101", "001019", "262010000000001"),
    "msisdn": cell("999020000101", "12345"),
    "algorithm": cell("milenage", "gsm-milenage", "comp128v1", "comp128v3", "xor"),
    "key": cell(K, K.upper(), K[:-2] + " 1", K[:-1] + "g"),
    "opc": cell(OPC, "", OPC[:-2] + "  "),
    "amf": cell("8000", "0001", ""),
    "zones": cell("1", "1 20 65535", "", "1 1", "65536", "a", "1 2 3 4 5 6 7 8 9 10 11"),
    "contexts": cell(
        "1 internet; 2 mms delay_class=3",
        "1 *",
        "50 a.b address=10.0.0.7 vplmn_address_allowed=true",
        "3 x type=ipv6; 4 y address=2001:db8::1 ext_qos=02 mean_throughput=1",
        "1 x; 1 y",
        "1 x delay_class=9",
        "1 x type=ipv6 address=10.0.0.7",
        "0 x",
        "1 x colour=1",
        "1",
        ";",
    ),
    **{name: cell("true", "false", "") for name in FLAGS},
}


def outcome(rows: Rows, cells: list[str], *, by_models: bool) -> object:
    """The subscriber of a row, or the words about its fault."""
    try:
        return (rows.read_by_models if by_models else rows.read)(cells, 7)
    except ConfigError as error:
        return str(error)


@settings(max_examples=100)
@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=6), st.sampled_from([COLUMNS, COLUMNS[::-1]]))
@example(
    [dict.fromkeys(COLUMNS, "") | {"imsi": "001010000000101", "msisdn": "12345", "algorithm": "comp128v1", "key": K}]
    * 2,
    COLUMNS,
)
def test_direct_reading_is_what_the_models_make(found: list[dict[str, str]], columns: tuple[str, ...]) -> None:
    """Whatever a row holds, and whatever stood before it, it is read as the models alone read it."""
    rows = Rows(LAB, "s.csv", list(columns))
    for row in [*found, *found]:
        cells = [row[name] for name in columns]
        expected = outcome(Rows(LAB, "s.csv", list(columns)), cells, by_models=True)
        assert outcome(rows, cells, by_models=False) == expected


def test_most_rows_are_read_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million rows that differ in IMSI, MSISDN and keys bother the models once."""
    asked = []
    by_models = Rows.read_by_models

    def counted(rows: Rows, cells: list[str], line: int) -> Any:
        asked.append(line)
        return by_models(rows, cells, line)

    monkeypatch.setattr(Rows, "read_by_models", counted)
    lines = [ROW.replace("0000000101", f"{number:010}").replace(K, f"{number:032x}") for number in range(100)]
    assert len(read("\n".join([HEAD, *lines]))) == 100
    assert asked == [2]


SUBSCRIBERS = st.builds(
    Subscriber,
    imsi=st.integers(0, 10**10 - 1).map(lambda number: Imsi(f"00101{number:010}")),
    msisdn=st.from_regex(r"[0-9]{5,15}", fullmatch=True).map(lambda digits: IsdnAddress(Gt(digits))),
    algorithm=st.sampled_from(Algorithm),
    key=st.binary(min_size=16, max_size=16),
    opc=st.binary(min_size=16, max_size=16),
    amf=st.binary(min_size=2, max_size=2),
    zones=st.lists(st.integers(0, 0xFFFF), unique=True, max_size=3).map(tuple),
    contexts=st.lists(st.integers(1, 50), unique=True, max_size=4).flatmap(
        lambda numbers: st.tuples(
            *[
                st.builds(
                    PdpSubscription,
                    context_id=st.just(number),
                    apn=st.sampled_from(["*", "internet", "null", "12", "true", "a-b.c_d.gprs"]).map(Apn),
                    qos=st.sampled_from([b"\x23\x42\x1f", b"\x0b\x92\x1f"]),
                    address=st.just(None),
                    pdp_type=st.sampled_from([PdpTypeNumber.IPV4, PdpTypeNumber.IPV6]),
                    ext_qos=st.sampled_from([b"", b"\x02", bytes.fromhex("021f")]),
                    vplmn_address_allowed=st.booleans(),
                )
                | st.builds(
                    PdpSubscription,
                    context_id=st.just(number),
                    apn=st.just(Apn("internet")),
                    qos=st.just(b"\x23\x42\x1f"),
                    address=st.binary(min_size=16, max_size=16),
                    pdp_type=st.just(PdpTypeNumber.IPV6),
                )
                | st.builds(
                    PdpSubscription,
                    context_id=st.just(number),
                    apn=st.just(Apn("internet")),
                    qos=st.just(b"\x23\x42\x1f"),
                    address=st.binary(min_size=4, max_size=4),
                )
                for number in sorted(numbers)
            ]
        )
    ),
    **{name: st.booleans() for name in FLAGS},
)


@given(
    st.lists(SUBSCRIBERS, max_size=4, unique_by=lambda subscriber: subscriber.imsi), st.sampled_from(["csv", "yaml"])
)
def test_what_is_written_is_read_again(subscribers: list[Subscriber], form: Form) -> None:
    """An export is an import: both forms hold all that an HLR holds of a subscriber."""
    stream = io.StringIO()
    assert write_entries(subscribers, stream, form) == len(subscribers)
    assert read(stream.getvalue(), form) == subscribers


def test_what_is_usual_is_not_written() -> None:
    """A row says what is not as it is unless told; a subscriber shown in full says all."""
    (subscriber,) = read(f"{HEAD}\n{ROW}\n")
    assert list(content_of(subscriber)) == ["imsi", "msisdn", "algorithm", "key", "opc", "contexts"]
    assert cells_of(content_of(subscriber))["contexts"] == "1 internet; 2 mms delay_class=3"
    assert set(content_of(subscriber, in_full=True)) == set(COLUMNS)


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            ROW.replace("001010", "26201"),
            "column imsi: expected a number that begins with an IMSI prefix of an HLR (00101), ",
        ),
        (ROW.replace("001010", "x"), "column imsi: expected 6 to 15 digits, found 'x000000101'"),
        (ROW.replace("999020000101", ""), "column msisdn: expected a value, found nothing"),
        (ROW.replace("milenage", "a3"), "column algorithm: expected one of milenage, gsm-milenage, comp128v1, "),
        (ROW.replace(K, K[1:]), "column key: expected 32 hexadecimal digits, found '65b5"),
        (ROW.replace(OPC, ""), "column opc: expected 32 hexadecimal digits for milenage, found nothing"),
        (ROW.replace(",,,", ",,yes,"), "column barred: expected true or false, found 'yes'"),
        (
            ROW.replace("class=3", "class=7"),
            "column contexts.2.qos.delay_class: expected a whole number from 1 to 4, found 7",
        ),
        (ROW.replace("; 2", "; 51"), "column contexts.51: expected a PDP context identifier from 1 to 50, found '51'"),
        (
            ROW.replace("; 2 mms", "; 1 mms"),
            "column contexts: expected PDP contexts, each number once, such as 1 internet; 2",
        ),
        (ROW.replace("delay_class", "delay"), "column contexts.2.delay: expected one of apn, qos, "),
        (ROW + ",", ": expected 8 cells, found 9"),
        (ROW[:40], ": expected 8 cells, found 4"),
        (f'"{ROW}', ": expected cells of CSV in one line, found unexpected end of data"),
        (f'"00101"0000000101{ROW[15:]}', ": expected cells of CSV in one line, found ',' expected after '\"'"),
        (ROW + "x" * LONGEST_LINE, f": expected at most {LONGEST_LINE} octets, found more"),
        (
            ROW.replace("internet", "inter\udcffnet"),
            ": expected text in UTF-8, found b'001010000000101,999020000101,milenage",
        ),
        (
            ROW.replace("internet", "inter\0net"),
            "column contexts.1.apn: expected an access point name such as internet, or *, ",
        ),
    ],
)
def test_a_row_that_is_wrong(row: str, told: str) -> None:
    """File, line, column, and what was expected there, on one line; the rows around it are read all the same."""
    good = ROW.replace("000101", "000102")
    text = f"{HEAD}\n{ROW}\n{row}\n{good}".encode(errors="surrogateescape")
    where, (fault,) = read_all(text)
    assert where == ["line 2", "line 4"]
    assert fault.startswith(f"s.csv: line 3{'' if told.startswith(':') else ', '}{told}")
    assert fault.isprintable()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: expected columns of imsi, msisdn, algorithm, key, opc, amf, gprs, "),
        ("\n\n", "line 1: expected columns of imsi, "),
        ("imsi,colour\n", "line 1: expected columns of imsi, msisdn, "),
        ("imsi,imsi\n", "line 1: expected every column once, found 'imsi' again"),
        ("imsi,msisdn,key\n", "line 1: expected the columns imsi, msisdn, algorithm, key, found no algorithm"),
        (f"{ROW}\n", "line 1: expected columns of imsi, "),
        ("\x89PNG\r\n\x1a\n\udcff", "line 1: expected columns of imsi, "),
        ("\udcff\udcfe,\n", "line 1: expected text in UTF-8, found "),
        ("x" * 3 * LONGEST_LINE, f"line 1: expected at most {LONGEST_LINE} octets, found more"),
    ],
)
def test_a_file_that_is_none(text: str, told: str) -> None:
    """Where the columns are not told, no row is looked at."""
    with pytest.raises(ConfigError) as caught:
        read_all(text.encode(errors="surrogateescape"))
    assert str(caught.value).startswith(f"s.csv: {told}")


def test_what_editors_leave_behind() -> None:
    """A byte order mark, ends of lines of Windows, quotes, empty lines, no end of the last line."""
    text = f'\ufeff"imsi",{HEAD[5:]}\r\n\r\n"001010000000101"{ROW[15:]}\r\n,,,,,,,\r\n{ROW}'
    assert read(text) == read(f"{HEAD}\n{ROW}\n") * 2
    assert read_all(text)[0] == ["line 3", "line 5"]


YAML = f"""
anna: {{imsi: 001010000000101, msisdn: 999020000101, algorithm: milenage, key: {K}, opc: {OPC}}}
dora: {{imsi: 001010000000104, msisdn: 999020000104, algorithm: comp128v1, key: {K}, provisioned: false}}
bert: {{imsi: 001010000000102, msisdn: 999020000102, algorithm: comp128v1, key: {K}, barred: true}}
"""


def test_yaml_as_subscribers_yaml_has_it() -> None:
    """The HLR learns of those who are provisioned."""
    assert read_all(YAML, "yaml") == (["anna", "bert"], [])
    anna, bert = read(YAML, "yaml")
    assert (anna.opc.hex(), bert.barred) == (OPC, True)
    assert read("", "yaml") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (YAML.replace("barred: true", "barred: 1"), "bert.barred: expected true or false, found 1"),
        (YAML.replace(f", opc: {OPC}", ""), "anna.opc: expected 32 hexadecimal digits for milenage, found nothing"),
        (
            YAML.replace("00102", "00101"),
            "bert.imsi: expected a value that stands once, found 001010000000101, which is ",
        ),
    ],
)
def test_an_entry_of_yaml_that_is_wrong(text: str, told: str) -> None:
    """The name tells where; the other entries are read."""
    where, (fault,) = read_all(text, "yaml")
    assert len(where) == 1
    assert fault.startswith(f"s.csv: {told}")


@pytest.mark.parametrize("text", ["[1, 2]", "a: {", "Anna: {}", "a: {}\na: {}", "a: &b {}\nc: *b"])
def test_yaml_that_is_none(text: str) -> None:
    """What cannot be read as a whole is one fault."""
    with pytest.raises(ConfigError):
        read_all(text, "yaml")


class Endless(io.RawIOBase):
    """A file of so many rows that exists line by line only."""

    def __init__(self, rows: int) -> None:
        self._lines = self._make(rows)

    def _make(self, rows: int) -> Iterator[bytes]:
        yield f"{HEAD}\n".encode()
        for number in range(rows):
            yield ROW.replace("0000000101", f"{number:010}").encode() + b"\n"

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self._lines, b"")


def test_csv_takes_no_memory() -> None:
    """However many rows there are, one is held."""
    stream: BinaryIO = Endless(5000)  # type: ignore[assignment]
    read(f"{HEAD}\n{ROW}")
    tracemalloc.start()
    try:
        count = 0
        for _ in read_entries(stream, "s.csv", "csv", LAB, lambda error: pytest.fail(str(error))):
            count += 1
        assert count == 5000
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()
