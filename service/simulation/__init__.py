"""A fictional county's whole year, played through the real commands with the real calendar and the rules of the clock.

The totals that it is known for come out because the simulation steers who answers when and who is content; what is
printed is counted by the service from what happened.
"""
