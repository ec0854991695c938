"""Generated colour scenes in which it is known where the thing lies that gives the class."""

from typing import TYPE_CHECKING, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.raw import RawData


@sources.register
class ShapesSource(SourceSpec):
    """One of eight shapes on a textured ground among distractors, with its mask.

    Scene i depends on the seed and i alone: more scenes a class leave the first ones as they were.
    """

    kind: Literal["shapes"] = "shapes"
    per_class: int = setting(
        300,
        title="Per class",
        description="How many scenes are drawn of each of the eight shapes.",
        unit="images",
        ge=2,
        le=20_000,
        step=50,
    )
    side: int = setting(
        64,
        title="Scene side",
        description="Width and height at which the scenes are drawn.",
        unit="px",
        ge=32,
        le=256,
        step=16,
    )
    seed: int = setting(0, title="Seed", description="Another number draws other scenes.", ge=0, le=2**31 - 1)

    @property
    def title(self) -> str:
        """What the window calls it."""
        return "Shapes"

    def default_preprocess(self) -> PreprocessSpec:
        """Colour, at the side the scenes are drawn at."""
        return PreprocessSpec(side=self.side, channels=3, resize="stretch")

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Draw all scenes; masks take the same way to training size as the pictures."""
        import numpy as np
        from PIL import Image

        from cnnstudio.data.memory import require_memory
        from cnnstudio.data.preprocess import to_pixels
        from cnnstudio.data.raw import RawData
        from cnnstudio.data.resize import to_square
        from cnnstudio.data.scenes import CLASSES, draw_scene

        n, side = self.per_class * len(CLASSES), preprocess.side
        require_memory(n, preprocess, extra_bytes=n * side * side)
        pixels = np.empty((n, preprocess.channels, side, side), np.uint8)
        masks = np.empty((n, side, side), bool)
        labels = np.empty(n, np.int64)
        for index in range(n):
            ctx.check()
            scene = draw_scene(self.seed, index, self.side)
            pixels[index] = to_pixels(scene.image, preprocess)
            cover = Image.fromarray(scene.mask.astype(np.uint8) * 255)
            # Scenes are square, so that no way to resize adds borders.
            masks[index] = np.asarray(to_square(cover, side, preprocess.resize)) >= 128
            labels[index] = scene.label
            if index % 50 == 0:
                ctx.progress(index, n, "Drawing scenes")
        ctx.progress(n, n, "Drawing scenes")
        names = tuple(f"{CLASSES[i % len(CLASSES)]}-{i // len(CLASSES):04d}" for i in range(n))
        return RawData(CLASSES, names, (None,) * n, pixels, labels, masks=masks)
