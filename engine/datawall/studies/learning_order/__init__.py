"""In which order small networks learn: the toy experiment, and how much each further sign delays it."""

from datawall.studies.learning_order.results import learning_order, summary, write

__all__ = ["learning_order", "summary", "write"]
