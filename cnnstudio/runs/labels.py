"""What the user writes on a run: its name, tags and notes. They stand in run.json, and nothing else there changes."""

import re
from collections.abc import Iterable

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.runs.run import RUN, Run, open_run

MAX_NAME, MAX_TAG, MAX_TAGS, MAX_NOTES = 200, 40, 32, 20_000


def label_run(run: Run, *, name: str | None = None, tags: Iterable[str] | None = None, notes: str | None = None) -> Run:
    """Rename a run, or give it other tags or notes; what is left out stays, as do keys of newer versions.

    Raises:
        RunError: The name is empty or too long, there are too many tags, the notes are too long, or a newer version
            made the run.
        FileError: The run's folder can't be written.
    """
    run.require_writable()
    labels: dict[str, object] = {}
    if name is not None:
        labels["name"] = _name(name)
    if tags is not None:
        labels["tags"] = list(_tags(tags))
    if notes is not None:
        labels["notes"] = _notes(notes)
    described = files.read_json(run.path / RUN)
    if not isinstance(described, dict):
        raise RunError(f"{run.path / RUN} is damaged: it holds no description.", hint="The run's name stays as it was.")
    files.write_json(run.path / RUN, {**described, **labels})
    return open_run(run.path)


def parse_tags(text: str) -> tuple[str, ...]:
    """Tags from what was typed: words with commas or semicolons between, each once."""
    return tuple(dict.fromkeys(part for part in (" ".join(p.split()) for p in re.split("[,;]", text)) if part))


def tags_text(tags: Iterable[str]) -> str:
    """The tags as they are typed."""
    return ", ".join(tags)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise RunError("A run needs a name.", hint="Type at least one letter.")
    if len(name) > MAX_NAME:
        raise RunError(f"The name has {len(name):,} letters; {MAX_NAME} are allowed.", hint="Put the rest into notes.")
    return name


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    given = parse_tags(",".join(tags))
    if len(given) > MAX_TAGS:
        raise RunError(f"{len(given):,} tags are too many; a run can have {MAX_TAGS}.", hint="Put some into the notes.")
    long = next((tag for tag in given if len(tag) > MAX_TAG), None)
    if long is not None:
        raise RunError(f"The tag '{long[:20]}…' has {len(long):,} letters; {MAX_TAG} are allowed.", hint="Shorten it.")
    return given


def _notes(text: str) -> str:
    if len(text) > MAX_NOTES:
        raise RunError(f"The notes have {len(text):,} letters; {MAX_NOTES:,} are allowed.", hint="Shorten them.")
    return text.strip()
