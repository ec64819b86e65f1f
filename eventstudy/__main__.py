"""`python -m eventstudy` is the command `eventstudy`."""

from eventstudy.cli import main

main()
