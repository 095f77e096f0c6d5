"""Where agents work: queues, acts on tasks, contacts."""
