"""What sources of files have in common that may be too bad to be trained on without asking."""

from cnnstudio.core.specs import setting
from cnnstudio.data.spec import SourceSpec


class GatedSource(SourceSpec):
    """A source whose files may stop a training until the user has decided."""

    accept_problems: bool = setting(
        False,
        title="Train anyway",
        description="Allow training when more than 5 % of the files can't be read or a class has only one image.",
        advanced=True,
    )
