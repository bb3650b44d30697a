"""The pump on a board: board file -> backend -> pump -> loop. The file `board_name.py` on the device names the board."""
