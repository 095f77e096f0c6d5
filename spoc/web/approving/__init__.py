"""The approvers' way in: what they are asked, and their yes or no."""
