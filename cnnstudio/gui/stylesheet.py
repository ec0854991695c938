"""The one style sheet, made from the tokens. Widgets choose their rules by the property `role`."""

from string import Template

from cnnstudio.core.paths import RESOURCES
from cnnstudio.gui.tokens import THEMES, Tokens


def stylesheet(tokens: Tokens) -> str:
    """The application's style sheet in the colours and sizes of a theme."""
    colors = {key: value for key, value in tokens.to_json().items() if isinstance(value, str)}
    sizes = {f"{key}_px": f"{value}px" for key, value in tokens.size.to_json().items()}
    icons = (RESOURCES / "icons").as_posix()
    template = Template((THEMES / "style.qss").read_text(encoding="utf-8"))
    return template.substitute(colors, **sizes, icons=icons)
