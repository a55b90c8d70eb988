"""MILENAGE, COMP128, the conversions between UMTS and GSM, and sequence numbers."""

import sys
from typing import Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.auth import (
    DELTA,
    SEQ_MAX,
    Authenticated,
    MacFailure,
    Milenage,
    Quintuplet,
    SqnArray,
    SyncFailure,
    Triplet,
    _comp128,
    c2,
    c3,
    check_autn,
    check_auts,
    comp128_triplet,
    derive_opc,
    gsm_triplet,
    make_auts,
    next_sqns,
    resynchronised,
)


class Vectors(NamedTuple):
    """One test set: the inputs, and what each function makes of them."""

    number: str
    k: bytes
    rand: bytes
    sqn: bytes
    amf: bytes
    op: bytes
    opc: bytes
    f1: bytes
    f1_star: bytes
    f2: bytes
    f3: bytes
    f4: bytes
    f5: bytes
    f5_star: bytes
    sres1: bytes
    sres2: bytes
    kc: bytes


# TS 35.208 clause 4.3 (set 2 there repeats set 1), and on each last line after f5* what TS 55.205 makes of the same
# K, RAND and OPc, where the sets are numbered without the gap: SRES#1, SRES#2, Kc.
SETS = """
 1 465b5ce8b199b49faa5f0a2ee238a6bc 23553cbe9637a89d218ae64dae47bf35 ff9bb4d0b607 b9b9
   cdc202d5123e20f62b6d676ac72cb318 cd63cb71954a9f4e48a5994e37a02baf
   4a9ffac354dfafb3 01cfaf9ec4e871e9 a54211d5e3ba50bf b40ba9a3c58b2a05bbf0d987b21bf8cb f769bcd751044604127672711c6d3441
   aa689c648370 451e8beca43b 46f8416a a54211d5 eae4be823af9a08b
 3 fec86ba6eb707ed08905757b1bb44b8f 9f7c8d021accf4db213ccff0c7f71a6a 9d0277595ffc 725c
   dbc59adcb6f9a0ef735477b7fadf8374 1006020f0a478bf6b699f15c062e42b3
   9cabc3e99baf7281 95814ba2b3044324 8011c48c0c214ed2 5dbdbb2954e8f3cde665b046179a5098 59a92d3b476a0443487055cf88b2307b
   33484dc2136b deacdd848cc6 8c308a5e 8011c48c aa01739b8caa976d
 4 9e5944aea94b81165c82fbf9f32db751 ce83dbc54ac0274a157c17f80d017bd6 0b604a81eca8 9e09
   223014c5806694c007ca1eeef57f004f a64a507ae1a2a98bb88eb4210135dc87
   74a58220cba84c49 ac2cc74a96871837 f365cd683cd92e96 e203edb3971574f5a94b0d61b816345d 0c4524adeac041c4dd830d20854fc46b
   f0b9c08ad02e 6085a86c6f63 cfbce3fe f365cd68 9a8ec95f408cc507
 5 4ab1deb05ca6ceb051fc98e77d026a84 74b0cd6031a1c8339b2b6ce2b8c4a186 e880a1b580b6 9f07
   2d16c5cd1fdf6b22383584e3bef2a8d8 dcf07cbd51855290b92a07a9891e523e
   49e785dd12626ef2 9e85790336bb3fa2 5860fc1bce351e7e 7657766b373d1c2138f307e3de9242f9 1c42e960d89b8fa99f2744e0708ccb53
   31e11a609118 fe2555e54aa9 9655e265 5860fc1b cdc1dc0841b81a22
 6 6c38a116ac280c454f59332ee35c8c4f ee6466bc96202c5a557abbeff8babf63 414b98222181 4464
   1ba00a1a7c6700ac8c3ff3e96ad08725 3803ef5363b947c6aaa225e58fae3934
   078adfb488241a57 80246b8d0186bcf1 16c8233f05a0ac28 3f8c7587fe8e4b233af676aede30ba3b a7466cc1e6b2a1337d49d3b66e95d7b4
   45b0f69ab06c 1f53cd2b1113 13688f17 16c8233f df75bc5ea899879f
 7 2d609d4db0ac5bf0d2c0de267014de0d 194aa756013896b74b4a2a3b0af4539e 6bf69438c2e4 5f67
   460a48385427aa39264aac8efc9e73e8 c35a0ab0bcbfc9252caff15f24efbde0
   bd07d3003b9e5cc3 bcb6c2fcad152250 8c25a16cd918a1df 4cd0846020f8fa0731dd47cbdc6be411 88ab80a415f15c73711254a1d388f696
   7e6455f34cf3 dc6dd01e8f15 553d00b3 8c25a16c 84b417ae3aeab4f3
 8 a530a7fe428fad1082c45eddfce13884 3a4c2b3245c50eb5c71d08639395764d f63f5d768784 b90e
   511c6c4e83e38c89b1c5d8dde62426fa 27953e49bc8af6dcc6e730eb80286be3
   53761fbd679b0bad 21adfd334a10e7ce a63241e1ffc3e5ab 10f05bab75a99a5fbb98a9c287679c3b f9ec0865eb32f22369cade40c59c3a44
   88196c47986f c987a3d23115 59f1a44a a63241e1 3b4e244cdc60ce03
 9 d9151cf04896e25830bf2e08267b8360 f761e5e93d603feb730e27556cb8a2ca 47ee0199820a 9113
   75fc2233a44294ee8e6de25c4353d26b c4c93effe8a08138c203d4c27ce4e3d9
   66cc4be44862af1f 7a4b8d7a8753f246 4a90b2171ac83a76 71236b7129f9b22ab77ea7a54c96da22 90527ebaa5588968db41727325a04d9e
   82a0f5287a71 527dbf41f35f 50588861 4a90b217 8d4ec01de597acfe
10 a0e2971b6822e8d354a18cc235624ecb 08eff828b13fdb562722c65c7f30a9b2 db5c066481e0 716b
   323792faca21fb4d5d6f13c145a9d2c1 82a26f22bba9e9488f949a10d98e9cc4
   9485fe24621cb9f6 bce325ce03e2e9b9 4bc2212d8624910a 08cef6d004ec61471a3c3cda048137fa ed0318ca5deb9206272f6e8fa64ba411
   a2f858aa9e5d 74e76fbbec38 cde6b027 4bc2212d d8debc4ffbcd60aa
11 0da6f7ba86d5eac8a19cf563ac58642d 679ac4dbacd7d233ff9d6806f4149ce3 6e2331d692ad 224a
   4b9a26fa459e3acbff36f4015de3bdc1 0db1071f8767562ca43a0a64c41e8d08
   2831d7ae9088e492 9b2e16951135d523 6fc30fee6d123523 69b1cae7c7429d975e245cacb05a517c 74f24e8c26df58e1b38d7dcd4f1b7fbd
   4c539a26e1fa 07861e126928 02d13acd 6fc30fee f0eaa50a1edcebb7
12 77b45843c88e58c10d202684515ed430 4c47eb3076dc55fe5106cb2034b8cd78 fe1a8731005d ad25
   bf3286c7a51409ce95724d503bfe6e70 d483afae562409a326b5bb0b20c4d762
   08332d7e9f484570 ed41b734489d5207 aefa357beac2a87a 908c43f0569cb8f74bc971e706c36c5f c251df0d888dd9329bcf46655b226e40
   30ff25cdadf6 e84ed0d4677e 44389d01 aefa357b 82dbab7f83f063da
13 729b17729270dd87ccdf1bfe29b4e9bb 311c4c929744d675b720f3b7e9b1cbd0 c85c4cf65916 5bb2
   d04c9c35bd2262fa810d2924d036fd13 228c2f2f06ac3268a9e616ee16db4ba1
   ff794fe2f827ebf8 24fe4dc61e874b52 98dbbd099b3b408d 44c0f23c5493cfd241e48f197e1d1012 0c9fb81613884c2535dd0eabf3b440d8
   5380d158cfe3 87ac3b559fb6 03e0fd84 98dbbd09 3c66cb98cab2d33d
14 d32dd23e89dc662354ca12eb79dd32fa cf7d0ab1d94306950bf12018fbd46887 484107e56a43 b5e6
   fe75905b9da47d356236d0314e09c32e d22a4b4180a5325708a5ff70d9f67ec7
   cf19d62b6a809866 5d269537e45e2ce6 af4a411e1139f2c2 5af86b80edb70df5292cc1121cbad50c 7f4d6ae7440e18789a8b75ad3f42f03a
   217af49272ad 900e101c677e be73b3dc af4a411e 9612b5d88a4130bb
15 af7c65e1927221de591187a2c5987a53 1f0f8578464fd59b64bed2d09436b57a 3d627b01418d 84f6
   0c7acb8d95b7d4a31c5aca6d26345a88 a4cf5c8155c08a7eff418e5443b98e55
   c37cae7805642032 68cd09a452d8db7c 7bffa5c2f41fbc05 3f8c3f3ccf7625bf77fc94bcfd22fd26 abcbae8fd46115e9961a55d0da5f2078
   837fd7b74419 56e97a6090b1 8fe019c7 7bffa5c2 75a150df3c6aed08
16 5bd7ecd3d3127a41d12539bed4e7cf71 59b75f14251c75031d0bcbac1c2c04c7 a298ae8929dc d056
   f967f76038b920a9cd25e10c08b49924 76089d3c0ff3efdc6e36721d4fceb747
   c3f25cd94309107e b0c8ba343665afcc 7e3f44c7591f6f45 d42b2d615e49a03ac275a5aef97af892 0b3f8d024fe6bfafaa982b8f82e319c2
   5be11495525d 4d6a34a1e4eb 27202b82 7e3f44c7 b7f92e426a36fec5
17 6cd1c6ceb1e01e14f1b82316a90b7f3d f69b78f300a0568bce9f0cb93c4be4c9 b4fce5feb059 e4bb
   078bfca9564659ecd8851e84e6c59b48 a219dc37f1dc7d66738b5843c799f206
   69a90869c268cb7b 2e0fdcf9fd1cfa6a 70f6bdb9ad21525f 6edaf99e5bd9f85d5f36d91c1272fb4b d61c853c280dd9c46f297baec386de17
   1c408a858b3e aa4ae52daa30 ddd7efe6 70f6bdb9 88d9de10a22004c5
18 b73a90cbcf3afb622dba83c58a8415df b120f1c1a0102a2f507dd543de68281f f1e8a523a36d 471b
   b672047e003bb952dca6cb8af0e5b779 df0c67868fa25f748b7044c6e7c245b8
   ebd70341bcd415b0 12359f5d82220c14 479dd25c20792d63 66195dbed0313274c5ca7766615fa25e 66bec707eb2afc476d7408a8f2927b36
   aefdaa5ddd99 12ec2b87fbb1 67e4ff3f 479dd25c a819e577a8d6175b
19 5122250214c33e723a5dd523fc145fc0 81e92b6c0ee0e12ebceba8d92a99dfa5 16f3b3f70fc2 c3ab
   c9e8763286b5b9ffbdf56e1297d0887b 981d464c7c52eb6e5036234984ad0bcf
   2a5c23d15ee351d5 62dae3853f3af9d2 28d7b0f2a2ec3de5 5349fbe098649f948f5d2e973a81c00f 9744871ad32bf9bbd1dd5ce54e3e2e5a
   ada15aeb7bb8 d461bc15475d 8a3b8d17 28d7b0f2 9a8d0e883ff0887a
20 90dca4eda45b53cf0f12d7c9c3bc6a89 9fddc72092c6ad036b6e464789315b78 20f813bd4141 61df
   3ffcfe5b7b1111589920d3528e84e655 cb9cccc4b9258e6dca4760379fb82581
   09db94eab4f8149e a29468aa9775b527 a95100e2760952cd b5f2da03883b69f96bf52e029ed9ac45 b4721368bc16ea67875c5598688bb0ef
   83cfd54db913 4f2039392ddc df58522f a95100e2 ed29b2f1c27f9f34
"""
FIELDS = SETS.split()
TEST_SETS = [Vectors(FIELDS[at], *map(bytes.fromhex, FIELDS[at + 1 : at + 17])) for at in range(0, len(FIELDS), 17)]

each_set = pytest.mark.parametrize("vectors", TEST_SETS, ids=[f"set {vectors.number}" for vectors in TEST_SETS])

KEY, OPC, RAND, AMF = TEST_SETS[0].k, TEST_SETS[0].opc, TEST_SETS[0].rand, bytes.fromhex("8000")
CARD = Milenage(KEY, OPC)

blocks = st.binary(min_size=16, max_size=16)
sequence_numbers = st.integers(min_value=0, max_value=(1 << 48) - 1)


def sqn(seq: int, ind: int = 0) -> int:
    """SQN = SEQ || IND."""
    return seq << 5 | ind


def challenge(number: int) -> tuple[bytes, bytes]:
    """RAND and AUTN of a genuine challenge with this SQN."""
    vector = CARD.quintuplets([RAND], [number], AMF)[0]
    return vector.rand, vector.autn


@each_set
def test_milenage_functions(vectors: Vectors) -> None:
    """TS 35.208 §4.3: OPc and f1 to f5* of every test set."""
    milenage = Milenage(vectors.k, vectors.opc)
    number = int.from_bytes(vectors.sqn)
    assert derive_opc(vectors.k, vectors.op) == vectors.opc
    assert milenage.f1(vectors.rand, number, vectors.amf) == vectors.f1
    assert milenage.f1_star(vectors.rand, number, vectors.amf) == vectors.f1_star
    assert milenage.f2(vectors.rand) == vectors.f2
    assert milenage.f3(vectors.rand) == vectors.f3
    assert milenage.f4(vectors.rand) == vectors.f4
    assert milenage.f5(vectors.rand) == vectors.f5
    assert milenage.f5_star(vectors.rand) == vectors.f5_star


@each_set
def test_milenage_quintuplet(vectors: Vectors) -> None:
    """TS 33.102 §6.3.2: the batch path makes AUTN = SQN xor AK || AMF || MAC-A of every test set."""
    number = int.from_bytes(vectors.sqn)
    concealed = (number ^ int.from_bytes(vectors.f5)).to_bytes(6)
    autn = concealed + vectors.amf + vectors.f1
    expected = Quintuplet(vectors.rand, vectors.f2, vectors.f3, vectors.f4, autn)
    batch = Milenage(vectors.k, vectors.opc).quintuplets([vectors.rand] * 3, [number] * 3, vectors.amf)
    assert batch == [expected] * 3


@each_set
def test_gsm_milenage(vectors: Vectors) -> None:
    """TS 55.205: Kc, and SRES by both derivation functions, of every test set."""
    milenage = Milenage(vectors.k, vectors.opc)
    assert gsm_triplet(milenage, vectors.rand) == Triplet(vectors.rand, vectors.sres1, vectors.kc)
    assert gsm_triplet(milenage, vectors.rand, 2) == Triplet(vectors.rand, vectors.sres2, vectors.kc)


@settings(deadline=None)
@given(
    key=blocks,
    opc=blocks,
    amf=st.binary(min_size=2, max_size=2),
    pairs=st.lists(st.tuples(blocks, sequence_numbers), max_size=7),
)
def test_quintuplets_batch_is_single(key: bytes, opc: bytes, amf: bytes, pairs: list[tuple[bytes, int]]) -> None:
    """The AES blocks of a batch do not touch one another: each quintuplet is what f1 to f5 make of its own RAND."""
    milenage = Milenage(key, opc)
    singles = [
        Quintuplet(
            rand,
            milenage.f2(rand),
            milenage.f3(rand),
            milenage.f4(rand),
            (number ^ int.from_bytes(milenage.f5(rand))).to_bytes(6) + amf + milenage.f1(rand, number, amf),
        )
        for rand, number in pairs
    ]
    assert milenage.quintuplets([rand for rand, _ in pairs], [number for _, number in pairs], amf) == singles


def test_quintuplet_by_another_auc() -> None:
    """An AuC not ours (libosmocore's milenage_test) makes the same vector, with SRES and Kc beside it."""
    key = bytes(range(16))
    vector = Milenage(key, key).quintuplets([bytes(16)], [34], bytes(2))[0]
    assert vector == Quintuplet(
        rand=bytes(16),
        xres=bytes.fromhex("e9fc88ccc8a35381"),
        ck=bytes.fromhex("7200a184d8f2c758fbdf87900ddbf275"),
        ik=bytes.fromhex("12cb2dd3e0ec8378f6fc1d606c619f47"),
        autn=bytes.fromhex("ec9320c2c2120000c8b7de2a3449f1bd"),
    )
    assert vector.triplet() == Triplet(bytes(16), bytes.fromhex("215fdb4d"), bytes.fromhex("6de816a759a42912"))


def test_c2_short_and_long_res() -> None:
    """TS 33.102 §6.8.1.2: a RES of 4 octets is SRES as it is; one of 16 is the XOR of its four words."""
    assert c2(bytes.fromhex("01020304")) == bytes.fromhex("01020304")
    assert c2(bytes.fromhex("01000000 00020000 00000300 00000004")) == bytes.fromhex("01020304")


def test_c3_halves() -> None:
    """TS 33.102 §6.8.1.2: Kc is the XOR of both halves of CK and both of IK."""
    ck = bytes.fromhex("1000000000000000 0200000000000000")
    ik = bytes.fromhex("0030000000000000 0000000000000004")
    assert c3(ck, ik) == bytes.fromhex("1230000000000004")


@pytest.mark.parametrize(
    ("key", "opc", "rand", "auts", "sqn_ms"),
    [
        (TEST_SETS[-1].k, TEST_SETS[-1].opc, TEST_SETS[-1].rand, "4f2039392ddd4bb4316ed4a14688", 1),
        (TEST_SETS[-1].k, TEST_SETS[-1].opc, b"\xaa" * 16, "43681ad3daf006bcde405a207267", 42),
        (bytes(range(16)), bytes(range(16)), bytes(16), "8711a0ec9e1637df17f80b384ee4", 31),
    ],
    ids=["hostap", "hostap, a test USIM", "libosmocore"],
)
def test_auts_of_others(key: bytes, opc: bytes, rand: bytes, auts: str, sqn_ms: int) -> None:
    """TS 33.102 §6.3.3: AUTS as recorded by other people's tests tells SQN_MS, and ours would be the same octets."""
    milenage = Milenage(key, opc)
    assert check_auts(milenage, rand, bytes.fromhex(auts)) == sqn_ms
    assert make_auts(milenage, rand, sqn_ms).hex() == auts


@settings(deadline=None)
@given(key=blocks, opc=blocks, rand=blocks, sqn_ms=sequence_numbers, bit=st.integers(min_value=0, max_value=111))
def test_auts_round_trip(key: bytes, opc: bytes, rand: bytes, sqn_ms: int, bit: int) -> None:
    """TS 33.102 §6.3.5: the AuC reads SQN_MS from AUTS, and nothing from an AUTS with one bit turned."""
    milenage = Milenage(key, opc)
    auts = make_auts(milenage, rand, sqn_ms)
    assert check_auts(milenage, rand, auts) == sqn_ms
    assert check_auts(milenage, rand, (int.from_bytes(auts) ^ 1 << bit).to_bytes(14)) is None


def test_usim_fresh_challenge() -> None:
    """TS 33.102 §6.3.3: a genuine and fresh challenge gives RES, CK and IK as the AuC has them, and Kc by c3."""
    vector = CARD.quintuplets([RAND], next_sqns(0, 1), AMF)[0]
    answer = check_autn(CARD, vector.rand, vector.autn, SqnArray())
    assert answer == Authenticated(vector.xres, vector.ck, vector.ik, vector.triplet().kc)


def test_usim_replay() -> None:
    """TS 33.102 §6.3.3: the same challenge again is a synchronisation failure that reports the SQN accepted before."""
    accepted = SqnArray()
    rand, autn = challenge(sqn(7, 3))
    assert isinstance(check_autn(CARD, rand, autn, accepted), Authenticated)
    again = check_autn(CARD, rand, autn, accepted)
    assert isinstance(again, SyncFailure)
    assert check_auts(CARD, rand, again.auts) == sqn(7, 3)


@given(bit=st.integers(min_value=0, max_value=255))
@settings(deadline=None)
def test_usim_bit_turned(bit: int) -> None:
    """TS 33.102 §6.3.3: one bit turned in RAND or AUTN is a MAC failure, and SQN is not entered as accepted."""
    rand, autn = challenge(sqn(7, 3))
    turned = (int.from_bytes(rand + autn) ^ 1 << bit).to_bytes(32)
    accepted = SqnArray()
    assert check_autn(CARD, turned[:16], turned[16:], accepted) == MacFailure()
    assert accepted.sqn_ms == 0


def test_sqn_array_out_of_order() -> None:
    """TS 33.102 §C.2.2: 32 vectors handed out in a row may be used in any order, each once."""
    numbers = next_sqns(0, 32)
    accepted = SqnArray()
    assert [accepted.accept(number) for number in reversed(numbers)] == [True] * 32
    assert [accepted.accept(number) for number in numbers] == [False] * 32


def test_sqn_array_behind_in_its_index() -> None:
    """TS 33.102 §C.2.2: SEQ is compared with what the same IND had, and nothing below or equal passes."""
    accepted = SqnArray()
    assert accepted.accept(sqn(100, 4))
    assert not accepted.accept(sqn(99, 4))
    assert not accepted.accept(sqn(100, 4))
    assert accepted.accept(sqn(99, 5))
    assert accepted.accept(sqn(101, 4))
    assert accepted.sqn_ms == sqn(101, 4)


def test_sqn_array_zero() -> None:
    """TS 33.102 §C.2.2: SEQ 0 is never fresh, since every entry begins with it."""
    assert not any(SqnArray().accept(sqn(0, ind)) for ind in range(32))


def test_sqn_array_ahead() -> None:
    """TS 33.102 §C.2.1: SEQ may be ahead of the highest accepted by delta and no more, whatever its IND."""
    accepted = SqnArray()
    assert accepted.accept(sqn(50, 1))
    assert not accepted.accept(sqn(50 + DELTA + 1, 2))
    assert accepted.sqn_ms == sqn(50, 1)
    assert accepted.accept(sqn(50 + DELTA, 2))


def test_sqn_array_age_limit() -> None:
    """TS 33.102 §C.2.2: with L, a SEQ that lies L or more behind the highest is refused although its IND is fresh."""
    accepted = SqnArray(age_limit=10)
    assert accepted.accept(sqn(100, 0))
    assert not accepted.accept(sqn(90, 1))
    assert accepted.accept(sqn(91, 1))


@settings(deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=SEQ_MAX), min_size=32, max_size=32))
def test_sqn_array_saved(seqs: list[int]) -> None:
    """A USIM keeps what it has accepted when its mobile is built again from the octets saved."""
    restored = SqnArray.from_octets(SqnArray(seqs).to_octets(), age_limit=5)
    assert restored.to_octets() == SqnArray(seqs).to_octets()
    assert restored.age_limit == 5
    assert not any(restored.accept(sqn(seq, ind)) for ind, seq in enumerate(seqs))


def test_next_sqns_steps() -> None:
    """TS 33.102 §C.1: SEQ steps by one, IND cycles through its 32 values."""
    assert next_sqns(0, 3) == [sqn(1, 1), sqn(2, 2), sqn(3, 3)]
    assert next_sqns(sqn(7, 31), 2) == [sqn(8, 0), sqn(9, 1)]


def test_next_sqns_end() -> None:
    """TS 33.102 §C.2.1: SQN does not wrap at 2^48; the numbers run out."""
    assert next_sqns(sqn(SEQ_MAX - 2, 0), 5) == [sqn(SEQ_MAX - 1, 1), sqn(SEQ_MAX, 2)]
    assert next_sqns(sqn(SEQ_MAX, 31), 5) == []


def test_usim_at_the_end() -> None:
    """TS 33.102 §C.2.1: after the highest SEQ a USIM takes no other, least of all one that began again."""
    accepted = SqnArray([SEQ_MAX] * 32)
    assert not any(accepted.accept(number) for number in (sqn(1), sqn(SEQ_MAX), sqn(SEQ_MAX, 31)))


@pytest.mark.parametrize(
    ("sqn_he", "sqn_ms", "after"),
    [
        pytest.param(sqn(10, 1), sqn(500, 2), sqn(500, 2), id="far behind"),
        pytest.param(sqn(499, 1), sqn(500, 2), sqn(500, 2), id="behind by one"),
        pytest.param(sqn(500, 7), sqn(500, 2), sqn(500, 7), id="level"),
        pytest.param(sqn(600, 2), sqn(500, 2), sqn(600, 2), id="ahead, an old AUTS again"),
        pytest.param(sqn(499 + DELTA, 2), sqn(500, 2), sqn(499 + DELTA, 2), id="ahead, the next by delta"),
        pytest.param(sqn(500 + DELTA, 2), sqn(500, 2), sqn(500, 2), id="ahead, the next by more than delta"),
        pytest.param(sqn(SEQ_MAX, 2), sqn(SEQ_MAX - 1, 2), sqn(SEQ_MAX - 1, 2), id="at its end"),
    ],
)
def test_resynchronised(sqn_he: int, sqn_ms: int, after: int) -> None:
    """TS 33.102 §6.3.5: SQN_HE becomes SQN_MS only where the USIM would refuse the next SQN as it is."""
    assert resynchronised(sqn_he, sqn_ms) == after


@settings(deadline=None)
@given(
    sqn_he=sequence_numbers,
    seqs=st.lists(st.integers(min_value=0, max_value=SEQ_MAX - 1), min_size=32, max_size=32),
)
def test_resynchronisation_heals(sqn_he: int, seqs: list[int]) -> None:
    """TS 33.102 §6.3.5: whatever both sides had, the first challenge after a resynchronisation is taken."""
    accepted = SqnArray(seqs)
    auts = make_auts(CARD, RAND, accepted.sqn_ms)
    sqn_ms = check_auts(CARD, RAND, auts)
    assert sqn_ms is not None
    rand, autn = challenge(next_sqns(resynchronised(sqn_he, sqn_ms), 1)[0])
    assert isinstance(check_autn(CARD, rand, autn, accepted), Authenticated)


@pytest.mark.parametrize(
    ("version", "sres", "kc"),
    [(1, "53513ebd", "13c26b8f82ab7400"), (2, "28e3cfa4", "8f0ff568533a5400"), (3, "28e3cfa4", "8f0ff568533a57b9")],
)
def test_comp128(version: Literal[1, 2, 3], sres: str, kc: str) -> None:
    """The three versions of COMP128 answer as libosmocore's gsm_test does."""
    pytest.importorskip("comp128", reason="the extra comp128 is not installed")
    ki = bytes.fromhex("00112233445566778899aabbccddeeff")
    rand = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert comp128_triplet(version, ki, rand) == Triplet(rand, bytes.fromhex(sres), bytes.fromhex(kc))


def test_comp128_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for COMP128 without the extra is told in one line what to install."""
    monkeypatch.setitem(sys.modules, "comp128", None)
    monkeypatch.setitem(sys.modules, "comp128.comp128v1", None)
    _comp128.cache_clear()
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'gprslab\[comp128\]'"):
        comp128_triplet(1, KEY, RAND)
