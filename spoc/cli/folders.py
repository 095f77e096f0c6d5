"""Packs written into a folder, where somebody's own work may lie."""

from collections.abc import Mapping
from pathlib import Path

from routing.phrase import marked
from spoc.errors import Misconfigured


def write_packs(folder: Path, files: Mapping[str, str], *, force: bool) -> None:
    """Make the folder hold these packs and no other; what is no `*.yaml` file is never touched.

    Raises:
        Misconfigured: without `force`, packs there are others or say something else, and nothing is written; or the
            folder cannot be written.
    """
    for name in files:
        if Path(name).name != name:
            raise Misconfigured(marked("The file %(name)s cannot be written: its name is a path."), name=name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in folder.glob("*.yaml") if _differs(path, files))
        if others and not force:
            raise Misconfigured(
                marked("%(folder)s has other texts in %(files)s. --force replaces them."),
                folder=folder,
                files=", ".join(others),
            )
        for name in others:
            (folder / name).unlink()
        for name, text in files.items():
            (folder / name).write_bytes(text.encode())
    except OSError as error:
        raise Misconfigured(
            marked("The folder %(folder)s cannot be written: %(why)s."), folder=folder, why=error.strerror
        ) from error


def _differs(path: Path, files: Mapping[str, str]) -> bool:
    return path.name not in files or path.read_bytes() != files[path.name].encode()
