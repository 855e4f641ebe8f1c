"""Map drawing for screen and paper: QtCore, QtGui, QtSvg only."""
