"""The report of active learning: errors, scores and labels, round by round."""
