"""Panels and figures of expected errors: only of potentials that have an uncertainty."""
