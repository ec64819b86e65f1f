"""What was normal: a family of normal-return models a file; `plugins` knows which model stands where."""

from eventstudy.models.base import Fit, Model, Note
from eventstudy.models.fitting import fit_pairs, model_of, watched
from eventstudy.models.own import own_model

__all__ = ["Fit", "Model", "Note", "fit_pairs", "model_of", "own_model", "watched"]
