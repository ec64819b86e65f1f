"""What was normal: one normal-return model a file."""

from eventstudy.models._base import Fit, Model, Note

__all__ = ["Fit", "Model", "Note"]
