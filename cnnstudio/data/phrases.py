"""What was drawn for a picture, in few words."""


def moved_words(right: float, down: float) -> str:
    """ "moved 3 px right, 1 px up"."""
    parts = [
        f"{abs(distance):.0f} px {words[int(distance > 0)]}"
        for distance, words in ((right, ("left", "right")), (down, ("up", "down")))
        if abs(distance) >= 0.5
    ]
    return f"moved {', '.join(parts)}" if parts else "not moved"
