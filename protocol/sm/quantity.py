"""Codes of an element that stand for amounts."""

from collections.abc import Mapping
from typing import ClassVar, Self


class Quantity(int):
    """A code of an element that stands for an amount; it prints itself with its unit, and is parsed again.

    Where ``amounts`` gives no amount the code means what ``named`` says, or is reserved.
    """

    __slots__ = ()
    bits: ClassVar[int] = 8
    unit: ClassVar[str] = ""
    amounts: ClassVar[Mapping[int, float]] = {}
    named: ClassVar[Mapping[int, str]] = {0: "subscribed"}
    texts: ClassVar[tuple[str, ...]]
    codes: ClassVar[dict[str, int]]

    def __init_subclass__(cls) -> None:
        """Make the tables of texts."""
        texts = []
        for code in range(1 << cls.bits):
            amount = cls.amounts.get(code)
            told = f"reserved {code}" if amount is None else f"{amount:.12g} {cls.unit}".rstrip()
            texts.append(cls.named.get(code, told))
        cls.texts = tuple(texts)
        cls.codes = {text: code for code, text in enumerate(texts)}
        assert len(cls.codes) == len(texts), f"{cls.__name__}: two codes read alike"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an amount with its unit, ``subscribed``, or ``reserved n``."""
        try:
            return cls(cls.codes[text])
        except KeyError:
            raise ValueError(f"{text!r} is no {cls.__name__} such as {cls.texts[1]!r}") from None

    @classmethod
    def of(cls, amount: float) -> Self:
        """The code of an amount; ValueError where none expresses it."""
        for code, coded in cls.amounts.items():
            if coded == amount:
                return cls(code)
        raise ValueError(f"{amount:g} {cls.unit} cannot be coded as {cls.__name__}")

    @property
    def amount(self) -> float | None:
        """The amount in the unit of the type; None where the code stands for none."""
        return self.amounts.get(self)

    @property
    def is_reserved(self) -> bool:
        """True where the specification gives the code no meaning, whatever the direction."""
        return self not in self.amounts and self not in self.named

    def __str__(self) -> str:
        return self.texts[self]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"
