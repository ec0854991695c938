"""From arrays to what Qt paints."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter, QPixmap

Pixels = NDArray[np.uint8]


def to_qimage(pixels: Pixels) -> QImage:
    """A picture as Qt's image, with its own memory.

    Args:
        pixels: uint8, shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).
    """
    array = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    height, width = array.shape[:2]
    if array.ndim == 2:
        layout = QImage.Format.Format_Grayscale8
    else:
        layout = QImage.Format.Format_RGB888 if array.shape[2] == 3 else QImage.Format.Format_RGBA8888
    packed = np.ascontiguousarray(array, dtype=np.uint8)
    # copy(): the image must outlive the array.
    return QImage(packed.data, width, height, packed.strides[0], layout).copy()


def to_pixmap(pixels: Pixels) -> QPixmap:
    """A picture as Qt paints it fastest."""
    return QPixmap.fromImage(to_qimage(pixels))


def from_qimage(image: QImage) -> Pixels:
    """An image from the clipboard or a drop as uint8 (H, W, 3), transparency on white."""
    flat = QImage(image.size(), QImage.Format.Format_RGB888)
    flat.fill(0xFFFFFFFF)
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    rows = np.frombuffer(flat.constBits(), dtype=np.uint8).reshape(flat.height(), flat.bytesPerLine())
    return rows[:, : 3 * flat.width()].reshape(flat.height(), flat.width(), 3).copy()
