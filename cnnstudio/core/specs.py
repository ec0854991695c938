"""Specs: frozen descriptions of layers, data, recipes and projects, declared once.

Forms, JSON, validation, tooltips, help and the command line derive from the declarations here.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.fields import FieldInfo

from cnnstudio.core.errors import StudioError


class Spec(BaseModel):
    """A frozen description of something; a change makes a new one.

    Unknown keys of a newer version's file are kept and written back.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, validate_default=True)

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers."""
        return self.model_dump(mode="json")

    def replace(self, **changes: object) -> Self:
        """The same spec with some fields changed, validated anew."""
        return type(self).model_validate({**dict(self), **changes})


def setting(
    default: Any = ...,
    *,
    title: str,
    description: str,
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    step: float | None = None,
    advanced: bool = False,
    zero: str = "",
) -> Any:
    """A field of a spec with all that a form, a tooltip and the command line need.

    Args:
        default: Value when nothing is said.
        title: Label, one to three words.
        description: One sentence that a student understands.
        unit: "px", "images", "%", …; empty for a bare number.
        ge: Smallest value allowed.
        gt: All values must be larger than this.
        le: Largest value allowed.
        step: What one click on a spin box's arrow adds.
        advanced: Shown only when "More" is open.
        zero: What a form shows for 0, the smallest value, where it isn't meant as a number: "off", "automatic".
    """
    extra: dict[str, JsonValue] = {"unit": unit, "step": step, "advanced": advanced, "zero": zero}
    return Field(default, title=title, description=description, ge=ge, gt=gt, le=le, json_schema_extra=extra)


@dataclass(frozen=True)
class SettingInfo:
    """One field of a spec, as a form or a help text shows it."""

    name: str
    title: str
    description: str
    unit: str
    annotation: Any
    default: Any
    minimum: float | None
    maximum: float | None
    exclusive_minimum: bool
    step: float | None
    advanced: bool
    zero: str = ""

    @property
    def range_text(self) -> str:
        """The allowed range in words: "1 to 512 px", "more than 0", or nothing."""
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}{unit}"
        if self.minimum is not None:
            word = "more than" if self.exclusive_minimum else "at least"
            return f"{word} {self.minimum:g}{unit}"
        return f"at most {self.maximum:g}{unit}" if self.maximum is not None else ""


def settings_of(spec: type[BaseModel] | BaseModel) -> tuple[SettingInfo, ...]:
    """All fields of a spec that were declared with `setting`, in order."""
    fields = (spec if isinstance(spec, type) else type(spec)).model_fields
    return tuple(_info(name, field) for name, field in fields.items() if field.title)


def _info(name: str, field: FieldInfo) -> SettingInfo:
    limits = {key: getattr(m, key) for m in field.metadata for key in ("ge", "gt", "le") if hasattr(m, key)}
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    step = extra.get("step")
    return SettingInfo(
        name=name,
        title=field.title or name,
        description=field.description or "",
        unit=str(extra.get("unit", "")),
        annotation=field.annotation,
        default=field.get_default(call_default_factory=True) if not field.is_required() else None,
        minimum=limits.get("ge", limits.get("gt")),
        maximum=limits.get("le"),
        exclusive_minimum="gt" in limits,
        step=float(step) if isinstance(step, int | float) else None,
        advanced=bool(extra.get("advanced", False)),
        zero=str(extra.get("zero", "")),
    )


T = TypeVar("T", bound=Spec)


class Family(Generic[T]):
    """All kinds of one thing (layers, optimisers, sources, …), found by looking into a package.

    A member is a spec with a field `kind: Literal["…"]`; its module lies in `package`, so adding one is adding a file.
    """

    def __init__(self, noun: str, package: str) -> None:
        self._noun = noun
        self._package = package
        self._members: dict[str, type[T]] = {}
        self._is_discovered = False

    def register(self, cls: type[T]) -> type[T]:
        """Class decorator: make this kind known under its `kind`."""
        kind = str(cls.model_fields["kind"].default)
        if kind in self._members and self._members[kind] is not cls:
            raise ValueError(f"Two {self._noun}s call themselves '{kind}'.")
        self._members[kind] = cls
        return cls

    def kinds(self) -> tuple[str, ...]:
        """The file-format keys of all members, sorted."""
        self._discover()
        return tuple(sorted(self._members))

    def __iter__(self) -> Iterator[type[T]]:
        self._discover()
        return iter([self._members[kind] for kind in sorted(self._members)])

    def __getitem__(self, kind: str) -> type[T]:
        self._discover()
        if kind not in self._members:
            near = difflib.get_close_matches(kind, self._members, n=3)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(self.kinds())}."
            raise StudioError(f"There is no {self._noun} of the kind '{kind}'.", hint=hint)
        return self._members[kind]

    def parse(self, value: object) -> T:
        """A member from its JSON (a dict with "kind"), or the member itself."""
        if isinstance(value, Spec):
            return value  # type: ignore[return-value]  # members are the only specs that reach here
        if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
            raise ValueError(f"A {self._noun} needs a 'kind'.")
        try:
            return self[value["kind"]].model_validate(value)
        except StudioError as error:
            raise ValueError(str(error)) from error

    def _discover(self) -> None:
        if self._is_discovered:
            return
        self._is_discovered = True
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self._package}.{module.name}")


def parse_spec(cls: type[T], value: object, error: Callable[..., StudioError], where: str) -> T:
    """Validate foreign JSON; on failure raise `error` with the first problem in words."""
    try:
        return cls.model_validate(value)
    except ValidationError as failed:
        raise error(f"{where}: {first_problem(failed)}") from None


def is_newer(described: object, cls: type[Spec]) -> bool:
    """Was this JSON written in a later format than the one whose number stands in the spec's field `version`?"""
    version = described.get("version") if isinstance(described, dict) else None
    return isinstance(version, int) and version > cls.model_fields["version"].default


def with_value(described: dict[str, Any], key: str, text: str, error: Callable[..., StudioError]) -> dict[str, Any]:
    """A spec's JSON with the value at a dotted key replaced by what was typed; validate it afterwards.

    Raises:
        error: There is no such key; the known ones are told.
    """
    if not _has_value(described, key):
        raise error(f"There is no setting '{key}'.", hint=f"Known: {', '.join(value_names(described))}.")
    first, _, rest = key.partition(".")
    if rest:
        return {**described, first: with_value(described[first], rest, text, error)}
    return {**described, first: _typed(text, described[first])}


def _typed(text: str, before: Any) -> Any:
    """Whole numbers as such: a choice between 1 and 3 takes no text."""
    is_whole = isinstance(before, int) and not isinstance(before, bool)
    return int(text) if is_whole and text.lstrip("-").isdecimal() else text


def _has_value(described: dict[str, Any], key: str) -> bool:
    first, _, rest = key.partition(".")
    if not rest:
        return first in described
    return isinstance(described.get(first), dict) and _has_value(described[first], rest)


def value_names(described: dict[str, Any], prefix: str = "") -> list[str]:
    """The dotted keys of all single values in a spec's JSON, but for the format's version."""
    names = []
    for key, value in described.items():
        names += value_names(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
    return [name for name in names if name != "version"]


def first_problem(failed: ValidationError) -> str:
    """The first validation problem as one short sentence: which field, and what is wrong."""
    problem = failed.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    text = problem["msg"].removeprefix("Value error, ").rstrip(".")
    shown = repr(problem.get("input"))
    return f"'{place}' = {shown if len(shown) <= 40 else shown[:39] + '…'}: {text}."
