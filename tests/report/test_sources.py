"""Names of files in reports."""

from __future__ import annotations

import pytest
from evaluations import evaluation

from potlearn.report import SuspiciousLabel
from potlearn.report.fit.view import without_folders
from potlearn.report.page.sources import short_names


@pytest.mark.parametrize(
    ("files", "short"),
    [
        (["/home/me/si/train.extxyz", "/home/me/si/test.extxyz"], ["train.extxyz", "test.extxyz"]),
        (["a/si.xyz", "b/si.xyz", "b/ge.xyz"], ["a/si.xyz", "b/si.xyz", "b/ge.xyz"]),
        (["si.xyz", "/data/si.xyz"], ["si.xyz", "data/si.xyz"]),
        (["", "."], ["", "."]),
        (["./x.xyz", "x.xyz"], ["./x.xyz", "x.xyz"]),
    ],
)
def test_short_names_tell_files_apart(files, short):
    assert short_names(files) == dict(zip(files, short, strict=True))


def test_evaluations_and_records_are_renamed_alike():
    made = evaluation(n=3, file="/home/me/train.extxyz")
    record = SuspiciousLabel("/home/me/train.extxyz:2", "energy", 0.0, 0.5, 0.1)
    shown, records = without_folders({"train": made}, [record])
    assert shown["train"].sources == ("train.extxyz:0", "train.extxyz:1", "train.extxyz:2")
    assert records[0].source == "train.extxyz:2"
