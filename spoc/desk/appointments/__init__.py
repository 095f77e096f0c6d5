"""Appointments of steps: offered, booked, moved, called off, and held."""
