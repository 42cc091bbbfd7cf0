"""Reading what citizens write: normalisation, phones, places, times, titles, masking. No I/O, Python 3.10 syntax."""
