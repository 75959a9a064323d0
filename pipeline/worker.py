"""A process beside this one that holds one object, such as a model, and answers requests one at a time.

It can be killed when it hangs and started anew when it dies, and neither takes the run with it.
"""

from __future__ import annotations
