"""What was normal: a family of normal-return models a file; `plugins` knows which model stands where."""

from eventstudy.models.base import Fit, Model, Note
from eventstudy.models.fitting import fit_pairs, model_of
from eventstudy.models.own import own_model
from eventstudy.models.watching import watched

__all__ = ["Fit", "Model", "Note", "fit_pairs", "model_of", "own_model", "watched"]
