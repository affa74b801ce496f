"""Saved models with other documents."""

import json
import zipfile


def rewritten(path, change):
    """The archive with its document changed by ``change``."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(parts["potential.json"])
    change(document)
    parts["potential.json"] = json.dumps(document).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
