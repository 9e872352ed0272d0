"""Values whose methods are written late are what the standard library makes, before and after."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from kiosk.retail.remembered import Remembered
from kiosk.retail.values import dataclass, replace


def kinds() -> tuple[Any, Any]:
    """A kind of values made here, and the same made by the standard library; nobody has used either yet."""

    class Late:
        """Something."""

        name: str
        count: int = 1
        parts: tuple[int, ...] = dataclasses.field(default_factory=tuple)

        def __post_init__(self) -> None:
            if self.count < 0:
                raise ValueError(self.name)

    plain = type("Late", (), {**vars(Late), "__qualname__": Late.__qualname__})
    return dataclass(frozen=True, slots=True)(Late), dataclasses.dataclass(frozen=True, slots=True)(plain)


def test_a_value_is_made_compared_and_told_as_the_standard_library_does() -> None:
    late, plain = kinds()

    assert late("tea") == late("tea", 1, ())
    assert late("tea") != late("tea", 2)
    assert late("tea") != plain("tea")
    assert hash(late("tea", 2, (3,))) == hash(plain("tea", 2, (3,)))
    assert repr(late("tea", parts=(1,))) == repr(plain("tea", parts=(1,)))
    assert late.__match_args__ == plain.__match_args__ == ("name", "count", "parts")
    assert [one.name for one in dataclasses.fields(late)] == [one.name for one in dataclasses.fields(plain)]


@pytest.mark.parametrize("used", [False, True])
def test_a_value_cannot_be_changed_before_or_after_its_methods_are_written(used: bool) -> None:  # noqa: FBT001 - a case
    late, _ = kinds()
    value = late("tea") if used else object.__new__(late)

    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        value.name = "coffee"
    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        del value.name
    assert not hasattr(value, "__dict__")


def test_what_is_decoded_before_any_was_made_is_compared_like_any_other() -> None:
    @dataclass(frozen=True, slots=True)
    class Read:
        """From a journal."""

        name: str
        count: int = 1

    read = msgspec.json.decode(b'{"name": "tea"}', type=Read)

    assert read == Read("tea")
    assert msgspec.json.encode(read) == b'{"name":"tea","count":1}'


def test_a_value_judges_itself_and_refuses_what_it_has_no_field_for() -> None:
    late, _ = kinds()

    with pytest.raises(ValueError, match="tea"):
        late("tea", -1)
    with pytest.raises(TypeError):
        late("tea", colour="green")
    with pytest.raises(TypeError, match="values here are frozen"):
        dataclass(frozen=False, slots=True)(int)


def test_a_copy_differs_in_what_was_asked_for_only() -> None:
    late, plain = kinds()

    assert replace(late("tea", 2, (3,)), name="coffee") == late("coffee", 2, (3,))
    assert replace(plain("tea", 2), parts=(4,)) == dataclasses.replace(plain("tea", 2), parts=(4,))
    with pytest.raises(TypeError, match="colour"):
        replace(late("tea"), colour="green")
    with pytest.raises(ValueError, match="tea"):
        replace(late("tea"), count=-1)


def test_what_is_remembered_belongs_to_one_object_and_is_bounded() -> None:
    asked: list[str] = []

    def counted(one: list[str]) -> int:
        asked.extend(one)
        return len(asked)

    remembered = Remembered(counted, most=2)
    tea, other_tea = ["tea"], ["tea"]

    assert [remembered(tea), remembered(tea), remembered(other_tea)] == [1, 1, 2]
    for _ in range(20):
        remembered(["coffee"])
        assert remembered.count <= 2
    remembered.forget()
    assert remembered(tea) == len(asked)
