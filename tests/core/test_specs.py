import pickle
from typing import Literal

import pytest
from pydantic import ValidationError

from cnnstudio.core.errors import DataError, ShapeError, StudioError
from cnnstudio.core.specs import Family, Spec, first_problem, parse_spec, setting, settings_of, with_value


class Brush(Spec):
    width: int = setting(3, title="Width", description="How broad.", unit="px", ge=1, le=9)
    share: float = setting(0.5, title="Share", description="How much.", gt=0)
    hidden: str = ""


def test_spec_is_frozen_and_changes_into_a_new_one() -> None:
    brush = Brush()
    with pytest.raises(ValidationError):
        brush.width = 4  # type: ignore[misc]
    assert (brush.replace(width=4).width, brush.width) == (4, 3)


def test_replace_validates() -> None:
    with pytest.raises(ValidationError):
        Brush().replace(width=10)


def test_unknown_keys_of_a_newer_version_survive() -> None:
    brush = Brush.model_validate({"width": 2, "from_the_future": [1, 2]})
    assert brush.replace(width=5).to_json()["from_the_future"] == [1, 2]


def test_settings_carry_what_a_form_needs() -> None:
    width, share = settings_of(Brush)
    assert (width.title, width.unit, width.minimum, width.maximum, width.default) == ("Width", "px", 1, 9, 3)
    assert width.range_text == "1 to 9 px"
    assert share.range_text == "more than 0"


def test_infinity_is_no_setting() -> None:
    with pytest.raises(ValidationError):
        Brush(share=float("inf"))


def test_foreign_json_is_refused_in_one_sentence() -> None:
    with pytest.raises(DataError, match=r"^a\.json: 'width' = 'wide': Input should be a valid integer"):
        parse_spec(Brush, {"width": "wide"}, DataError, "a.json")


def test_first_problem_shortens_long_values() -> None:
    with pytest.raises(ValidationError) as caught:
        Brush.model_validate({"width": "x" * 500})
    assert len(first_problem(caught.value)) < 150


def test_family_finds_members_and_suggests_near_names() -> None:
    from cnnstudio.training.recipe import optimizers

    assert {"adam", "sgd"} <= set(optimizers.kinds())
    with pytest.raises(StudioError, match="Did you mean adam"):
        optimizers["adm"]
    with pytest.raises(ValueError, match="needs a 'kind'"):
        optimizers.parse({"rate": 1})


def test_family_refuses_two_members_of_one_kind() -> None:
    family: Family[Spec] = Family("thing", "cnnstudio.core")

    @family.register
    class One(Spec):
        kind: Literal["one"] = "one"

    with pytest.raises(ValueError, match="Two things call themselves 'one'"):

        @family.register
        class Other(Spec):
            kind: Literal["one"] = "one"


def test_errors_cross_process_borders_with_their_hint() -> None:
    error = pickle.loads(pickle.dumps(ShapeError("Too large.", hint="Pad.")))  # noqa: S301
    assert (type(error), error.message, error.hint) == (ShapeError, "Too large.", "Pad.")


def test_a_choice_between_numbers_takes_a_number_from_the_command_line() -> None:
    class Channels(Spec):
        channels: Literal[1, 3] = 3
        is_on: bool = True

    assert Channels.model_validate(with_value(Channels().to_json(), "channels", "1", StudioError)).channels == 1
    assert Channels.model_validate(with_value(Channels().to_json(), "is_on", "0", StudioError)).is_on is False
