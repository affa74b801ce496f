"""The methods that the study of selection compares."""

from __future__ import annotations

from potlearn.studies import Method

RBF, COSINE = {"kernel": "rbf"}, {"kernel": "cosine"}
FORCES = ("mean", "forces")
METHODS = (
    Method("random", "random"),
    Method("stratified by group", "stratified"),
    Method("DPP", "dpp"),
    Method("k-DPP", "kdpp"),
    Method("k-DPP, cosine", "kdpp", COSINE),
    Method("k-DPP, RBF", "kdpp", RBF),
    Method("k-DPP, RBF, forces", "kdpp", RBF, FORCES),
    Method("k-DPP, whitened", "kdpp", {}, ("mean",), "whiten"),
    Method("inclusion probabilities", "inclusion"),
    Method("greedy MAP", "map"),
    Method("greedy MAP, RBF", "map", RBF),
    Method("FPS", "fps"),
    Method("FPS, forces", "fps", {}, FORCES),
    Method("CUR", "cur"),
    Method("DEIM", "deim"),
    Method("pivoted QR", "pivoted_qr"),
    Method("MaxVol", "maxvol"),
    Method("k-means", "kmeans"),
    Method("k-means, forces", "kmeans", {}, FORCES),
    Method("k-means, sums", "kmeans", {}, ("sum",)),
    Method("k-medoids", "kmedoids"),
    Method("DBSCAN", "dbscan"),
    Method("HDBSCAN", "hdbscan"),
    Method("DIRECT", "direct"),
    Method("DIRECT, forces", "direct", {}, FORCES),
    Method("entropy", "entropy"),
    Method("set cover", "set_cover"),
)


FORCE_AWARE = (
    Method("random", "random"),
    Method("stratified by group", "stratified"),
    Method("k-means", "kmeans"),
    Method("k-means, forces", "kmeans", {}, FORCES),
    Method("k-means, correlation", "kmeans", {}, ("mean", "correlation")),
    Method("HDBSCAN, forces", "hdbscan", {}, FORCES),
    Method("DIRECT, forces", "direct", {}, FORCES),
)
