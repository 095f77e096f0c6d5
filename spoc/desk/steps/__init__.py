"""What steps that are no plain task do: forms for somebody else, calls to other systems, messages of the plan."""
