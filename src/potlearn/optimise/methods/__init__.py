"""Methods of minimisation, one file each; numeric packages are imported where they run."""
