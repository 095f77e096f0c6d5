"""What was said of closed weeks: saying it, saying it again when late facts changed it, and reading both."""
