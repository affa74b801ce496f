"""Linear algebra that several rooms use: triangular factors, LAPACK, one BLAS thread."""
