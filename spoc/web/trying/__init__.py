"""Trying a service before anybody asks for it: the dry run and the replay, as pages and in words."""
