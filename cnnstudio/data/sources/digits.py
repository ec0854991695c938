"""Real handwritten digits that come with scikit-learn: nothing to download, learnt in seconds."""

from typing import TYPE_CHECKING, Literal

from cnnstudio.data.spec import PreprocessSpec, SourceSpec, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.raw import RawData

INK_LEVELS = 16


@sources.register
class DigitsSource(SourceSpec):
    """1,797 digits of 43 people, 8×8 pixels with 17 levels of ink.

    Source: Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI.
    """

    kind: Literal["digits"] = "digits"

    @property
    def title(self) -> str:
        """What the window calls it."""
        return "Handwritten digits"

    def default_preprocess(self) -> PreprocessSpec:
        """32×32 grey, the input of LeNet-5."""
        return PreprocessSpec(side=32, channels=1, resize="stretch")

    def native_preprocess(self) -> PreprocessSpec:
        """8×8, as they were scanned."""
        return PreprocessSpec(side=8, channels=1, resize="stretch")

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """All digits, white on black, enlarged like any other picture."""
        import numpy as np
        from sklearn.datasets import load_digits

        from cnnstudio.data.preprocess import to_pixels
        from cnnstudio.data.raw import RawData

        ctx.progress(0, 1, "Reading the digits")
        digits = load_digits()
        ctx.check()
        # 0 … 16 to 0 … 255, rounded to the nearest level.
        images = np.round(digits.images * (255 / INK_LEVELS)).astype(np.uint8)
        ctx.progress(1, 1, "Reading the digits")
        return RawData(
            classes=tuple("0123456789"),
            names=tuple(f"digit-{number:04d}" for number in range(len(images))),
            paths=(None,) * len(images),
            pixels=np.stack([to_pixels(image, preprocess) for image in images]),
            labels=digits.target.astype(np.int64),
        )
