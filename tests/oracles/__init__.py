"""Numbers from elsewhere: other programs, closed forms, and slow code written from the method, not from the engine."""
