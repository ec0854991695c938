"""Do the numbers that enter the network lie around 0, with a spread of about 1?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.training.checking import Check, checks
from cnnstudio.training.findings import Finding, Fix

if TYPE_CHECKING:
    from cnnstudio.training.subject import Subject, TimeLimit

MOST_OFF, LEAST_SPREAD, MOST_SPREAD = 0.75, 0.5, 2.0
HOPELESS_OFF, HOPELESS_SPREAD = 5.0, 10.0
# What networks trained on ImageNet expect, whatever the data: right for fine-tuning, and no fault elsewhere.
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@checks.register
class InputScale(Check):
    """Every common initialisation assumes inputs of mean 0 and variance 1 (LeCun et al. 1998, Efficient BackProp)."""

    title: ClassVar[str] = "Input mean and spread"
    kind: Literal["input_scale"] = "input_scale"
    order: ClassVar[int] = 20
    page: ClassVar[str] = "data"

    def look(self, subject: "Subject", limit: "TimeLimit") -> Iterator[Finding]:
        values = subject.images.float()
        mean, spread = float(values.mean()), float(values.std())
        numbers = f"mean {mean:.2f}, spread {spread:.2f}"
        if spread < 1e-6:
            yield self.bad(f"All inputs are the same number ({numbers}).", "Look at the images on the page Data.")
            return
        preprocess = subject.data.preprocess
        if (preprocess.mean, preprocess.std) == IMAGENET:
            return
        if abs(mean) <= MOST_OFF and LEAST_SPREAD <= spread <= MOST_SPREAD:
            return
        is_hopeless = abs(mean) > HOPELESS_OFF or spread > HOPELESS_SPREAD
        text = f"The inputs aren't normalised: {numbers}; networks expect about 0 and 1."
        hint = "Let mean and spread be measured on the training images."
        own = subject.data.replace(preprocess=preprocess.replace(mean=None, std=None))
        yield (self.bad if is_hopeless else self.warn)(text, hint, Fix("Measure mean and spread", data=own))
