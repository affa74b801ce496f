"""Choice by the singular vectors of the matrix: CUR, DEIM, pivoted QR, MaxVol."""
