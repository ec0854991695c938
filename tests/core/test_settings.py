from pathlib import Path

from cnnstudio.core.paths import free_path
from cnnstudio.core.settings import Settings, load_settings, save_settings, settings_path


def test_settings_come_back_as_saved() -> None:
    save_settings(Settings(theme="dark", threads=3))
    assert load_settings() == Settings(theme="dark", threads=3)


def test_damaged_settings_are_put_aside_and_defaults_used() -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_bytes(b"\x00\xff{")
    assert load_settings() == Settings()
    assert settings_path().with_suffix(".broken.json").read_bytes() == b"\x00\xff{"


def test_recent_projects_are_unique_newest_first_and_few() -> None:
    settings = Settings()
    for number in [*range(20), 5]:
        settings = settings.with_recent(Path(f"/p/{number}"))
    assert settings.recent[:3] == (str(Path("/p/5")), str(Path("/p/19")), str(Path("/p/18")))
    assert len(settings.recent) == 12


def test_new_project_gets_a_free_name(tmp_path: Path) -> None:
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits 2").mkdir()
    assert free_path(tmp_path, "digits") == tmp_path / "digits 3"
