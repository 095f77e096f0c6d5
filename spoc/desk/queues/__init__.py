"""Queues: what stands in them, who works in them, and how a task finds its person."""
