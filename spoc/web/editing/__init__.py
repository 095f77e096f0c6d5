"""Changing the catalogue in the browser: its packs as texts, what is wrong with them, previews, and publishing."""
