"""Times and sizes as people read them."""

from datetime import datetime


def duration_text(seconds: float) -> str:
    """0:08, 12:05, 1:02:10; two days and more in days."""
    whole = round(seconds)
    if whole >= 48 * 3600:
        return f"{whole / 86400:.1f} days"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def bytes_text(count: int) -> str:
    """512 B, 4.2 kB, 1.4 GB."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        # 999.6 would be written as 1000.
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"


def day_text(moment: datetime, now: datetime) -> str:
    """Today at 14:05, yesterday at 9:30, 12 March 2026."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"today at {moment:%H:%M}"
    if days == 1:
        return f"yesterday at {moment:%H:%M}"
    return f"{moment.day} {moment:%B %Y}"
