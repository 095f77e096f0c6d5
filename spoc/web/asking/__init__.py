"""The way in: the one question, the forms, the intake endpoint."""
