"""An example of a distribution that adds a model to eventstudy-lab."""
