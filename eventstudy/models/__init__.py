"""What was normal: one normal-return model a file."""

from eventstudy.models._base import WHY_UNFIT, Fit, Model, Note
from eventstudy.models._choose import model_of
from eventstudy.models._pieces import fit_pairs
from eventstudy.models._progress import watched

__all__ = ["WHY_UNFIT", "Fit", "Model", "Note", "fit_pairs", "model_of", "watched"]
