"""Measurement: whether customers who were failed and put right are as well off as those who never were.

Its rules stand on numpy, scipy and statsmodels, which take about 100 MiB: no door imports them (tests/house).
"""
