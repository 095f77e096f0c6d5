"""What managers read: first contact, repeat contacts, the tickets behind them, targets and rates."""
