"""Weighings from a world of its own: it shares no formula and no module with bench/, whose
judgement it is there to try. Water after Kell, air after CIPM-2007, disturbances of many classes.
"""
