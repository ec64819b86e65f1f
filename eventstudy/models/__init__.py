"""What was normal: one normal-return model a file."""

from eventstudy.models._base import Fit, Model

__all__ = ["Fit", "Model"]
