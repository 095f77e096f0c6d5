"""What agents do with a task or a ticket: one module an action, each one move, its row and its event."""
