"""Changing one's mind: the difference shown, and then the ask and its tasks as the new answers want them."""
