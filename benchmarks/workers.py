class NotMeasuredError(Exception):
    pass
